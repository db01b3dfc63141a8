using Bridge.Executors;

namespace Bridge;

/// <summary>A call that takes a token, cancelled when the future is cancelled while the call runs.</summary>
/// <remarks>
/// An interrupt strikes the delegate only: <see cref="_thread"/> is exchanged for null by the worker, whose delegate has returned, or by the loop
/// thread, which then interrupts. A worker that finds null waits for the interrupt to be made, and swallows it if the delegate did not notice.
/// </remarks>
#pragma warning disable CA1001 // A source without timer or wait handle holds nothing but memory, and the call may use its token to the very end.
internal sealed class CancellableFuture<T>(EventLoop loop, Delegate work, JobEnding whenCancelled) : ExecutorFuture<T>(loop, work)
{
    private readonly CancellationTokenSource _source = new();

    /// <summary>The future was cancelled while the call runs, and with what message. Loop thread, both.</summary>
    private bool _isStopRequested;
    private string? _message;

    /// <summary>Where the delegate runs, if it may be interrupted.</summary>
    private Thread? _thread;

    /// <summary>Set by the loop thread after the interrupt; read by the worker it was for.</summary>
    private bool _wasInterrupted;

    private protected override bool IsWaitedFor => whenCancelled != JobEnding.Abandon;

    private protected override T Call(Delegate work)
    {
        if (whenCancelled != JobEnding.Interrupt)
        {
            return Invoke(work);
        }

        // A fence: either the loop thread sees the thread to interrupt, or this one sees that the token was cancelled before.
        Interlocked.Exchange(ref _thread, Thread.CurrentThread);
        try
        {
            _source.Token.ThrowIfCancellationRequested();
            return Invoke(work);
        }
        finally
        {
            if (Interlocked.Exchange(ref _thread, null) is null)
            {
                SwallowInterrupt();
            }
        }
    }

    private protected override bool IsStopRequested(out string? message)
    {
        message = _message;
        return _isStopRequested;
    }

    private protected override void RequestStop(string? message)
    {
        _isStopRequested = true;
        _message = message;
        TokenCancellation.Request(Loop, _source);
        if (Interlocked.Exchange(ref _thread, null) is { } thread)
        {
            thread.Interrupt();
            Volatile.Write(ref _wasInterrupted, true);
        }
    }

    private T Invoke(Delegate work)
    {
        if (work is Func<CancellationToken, T> function)
        {
            return function(_source.Token);
        }

        ((Action<CancellationToken>)work)(_source.Token);
        return default!;
    }

    private void SwallowInterrupt()
    {
        var spinner = default(SteadySpin);
        while (!Volatile.Read(ref _wasInterrupted))
        {
            spinner.SpinOnce();
        }

        spinner.End();
        Interrupts.Forget();
    }
}
#pragma warning restore CA1001
