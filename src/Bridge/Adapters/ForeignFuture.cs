namespace Bridge;

/// <summary>A loop future for something that ends on whatever thread it likes. What the adapters have in common: one outcome, one end, nothing left behind.</summary>
/// <remarks>
/// <para>
/// The first to <see cref="TryClaim"/>, on any thread, brings the outcome, which the inbox hands to the loop thread. The wait ends early when the
/// future is cancelled or its token fires; then, and when the loop closes, <see cref="GiveUp"/> lets go of the other side.
/// </para>
/// <para>Strangers' code runs in <see cref="LetGo"/> and <see cref="GiveUp"/> only: in callbacks of the loop, never inside Cancel.</para>
/// </remarks>
internal abstract class ForeignFuture<T> : LoopFuture<T>
{
    private readonly ExecutionContext? _context;
    private CancellationTokenRegistration _tokenRegistration;
    private CloseRegistration _closeRegistration;

    /// <summary>Written by the thread that claimed, before its post; read by the loop thread after it.</summary>
    private Outcome<T> _outcome;

    /// <summary>0 until somebody brings the outcome, then 1: any thread, by one exchange.</summary>
    private int _claimed;

    private protected ForeignFuture(EventLoop loop)
        : base(loop) => _context = loop.CaptureContext();

    public override bool Cancel(string? message = null)
    {
        if (!base.Cancel(message))
        {
            return false;
        }

        Abandon();
        return true;
    }

    /// <summary>The outcome is here.</summary>
    internal override void Run()
    {
        if (IsDone)
        {
            return;
        }

        Unhook();
        this.TryComplete(_outcome);
        LetGo();
    }

    /// <summary>Ends the future at once if the token has fired already: then nothing must be started.</summary>
    private protected bool IsCancelledBefore(CancellationToken token) => token.IsCancellationRequested && TryCancelWith(new LoopCanceledException(null, token));

    /// <summary>From here on token and loop can end the wait. Loop thread; before the other side is started.</summary>
    private protected void Hook(CancellationToken token)
    {
        _closeRegistration = Loop.OnClose(EndByClose);
        if (token.CanBeCanceled)
        {
            _tokenRegistration = token.UnsafeRegister(static (self, token) => ((ForeignFuture<T>)self!).RequestCancel(token), this);
        }
    }

    /// <summary>True for one caller: it has the outcome to bring. Any thread.</summary>
    private protected bool TryClaim() => Interlocked.Exchange(ref _claimed, 1) == 0;

    /// <summary>Hands the outcome over. Any thread; the one that claimed.</summary>
    private protected void ComeBack(in Outcome<T> outcome)
    {
        _outcome = outcome;
        if (!Loop.TryPost(this, null, null))
        {
            Loop.CountLateCompletion();
        }
    }

    /// <summary>Starting the other side threw: that is the outcome, since the future is where the caller looks for failures, or, if the outcome came first, a report. Loop thread.</summary>
    private protected void FailToStart(Exception exception, string textIfLate)
    {
        if (TryClaim())
        {
            ComeBack(Outcome<T>.Failed(exception));
        }
        else
        {
            Loop.CallExceptionHandler(new LoopErrorContext(textIfLate, exception));
        }
    }

    /// <summary>The outcome was taken: loop thread, in a callback.</summary>
    private protected virtual void LetGo()
    {
    }

    /// <summary>Nobody waits any more and the other side goes on: in a callback of the loop, in the ambient context of the call that began it, or on the closing thread.</summary>
    private protected virtual void GiveUp()
    {
    }

    /// <summary>On whatever thread cancelled the token.</summary>
    private void RequestCancel(CancellationToken token)
        => Loop.TryPost(
            new Action(() =>
            {
                if (TryCancelWith(new LoopCanceledException(null, token)))
                {
                    Abandon();
                }
            }),
            null,
            null);

    private void Abandon()
    {
        // Not the close action: should the loop close before its next turn, that gives up instead.
        _tokenRegistration.Unregister();
        Loop.TryPost(
            new Action(() =>
            {
                _closeRegistration.Dispose();
                GiveUp();
            }),
            null,
            _context);
    }

    private void EndByClose()
    {
        _tokenRegistration.Unregister();
        GiveUp();
    }

    private void Unhook()
    {
        _closeRegistration.Dispose();
        _tokenRegistration.Unregister();
    }
}
