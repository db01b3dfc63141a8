using Bridge.Executors;

namespace Bridge;

/// <summary>Carries a loop future's outcome to a Task: done on the loop thread, continuations elsewhere.</summary>
internal sealed class FutureToTask<T> : LoopWork, IOwnWork
{
    private readonly LoopFuture _future;
    private readonly CancellationToken _token;
    private readonly TaskCompletionSource<T> _task = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Both are written before the future is attached, and never after; the inbox's gate hands them to the loop thread.</summary>
    private CancellationTokenRegistration _tokenRegistration;
    private CloseRegistration _closeRegistration;

    /// <summary>The future was cancelled because the token asked for it. Loop thread.</summary>
    private bool _cancelledByToken;

    private FutureToTask(LoopFuture future, CancellationToken token)
    {
        _future = future;
        _token = token;
    }

    Task IOwnWork.Shown => _task.Task;

    string IOwnWork.Describe() => $"{_future} (AsTask)";

    /// <summary>Any thread.</summary>
    internal static Task<T> Bridge(LoopFuture future, CancellationToken token)
    {
        var bridge = new FutureToTask<T>(future, token);
        bridge.Begin();
        return bridge._task.Task;
    }

    /// <summary>The future is done.</summary>
    internal override void Run()
    {
        _closeRegistration.Dispose();
        ForgetToken();
        TakeOutcome().TryCopyTo(_task);
    }

    private void Begin()
    {
        EventLoop loop = _future.Loop;
        if (_token.CanBeCanceled)
        {
            _tokenRegistration = _token.UnsafeRegister(static state => ((FutureToTask<T>)state!).AskToCancel(), this);
        }

        _closeRegistration = loop.OnClose(EndByClose);
        if (_task.Task.IsCompleted)
        {
            return;
        }

        // A loop that does not run may be started by another thread at any moment: only what is final may be touched here then.
        if (loop.IsOnLoopThread || (!loop.IsRunning && _future.IsDone))
        {
            Attach();
        }
        else if (!loop.TryPost(new Action<object?>(static state => ((FutureToTask<T>)state!).Attach()), this, null))
        {
            EndByClose();
        }
    }

    private void Attach()
    {
        if (_future.IsDone)
        {
            Run();
        }
        else
        {
            _future.AddWaiter(this);
        }
    }

    /// <summary>The token fired, on any thread. The task ends when the future does. A closed loop has ended it already.</summary>
    private void AskToCancel()
        => _future.Loop.TryPost(new Action<object?>(static state => ((FutureToTask<T>)state!).Cancel()), this, null);

    private void Cancel() => _cancelledByToken |= _future.Cancel();

    private Outcome<T> TakeOutcome()
    {
        Outcome<T> outcome = Outcome<T>.Of(_future);

        // Whoever passed the token in compares it with the one in the exception.
        return _cancelledByToken && outcome.Cancellation is { CancellationToken.CanBeCanceled: false } cancellation
            ? Outcome<T>.Cancelled(new LoopCanceledException((cancellation as LoopCanceledException)?.CancelMessage, _token))
            : outcome;
    }

    private void ForgetToken() => Interrupts.Defer(_tokenRegistration, static registration => registration.Unregister());

    /// <summary>On the closing thread, or at once if the loop is closed already.</summary>
    private void EndByClose()
    {
        ForgetToken();
        Outcome<T> outcome = _future.IsDone ? TakeOutcome() : Outcome<T>.Cancelled(LoopClosedException.Of(_future.Loop));
        outcome.TryCopyTo(_task);
    }
}
