namespace Bridge;

/// <summary>Carries a loop future's outcome to a Task: done on the loop thread, continuations elsewhere.</summary>
internal sealed class FutureToTask<T> : LoopWork
{
    private readonly LoopFuture _future;
    private readonly TaskCompletionSource<T> _task = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CloseRegistration _closeRegistration;
    private CancellationTokenRegistration _tokenRegistration;

    private FutureToTask(LoopFuture future)
    {
        _future = future;
        _closeRegistration = future.Loop.OnClose(EndByClose);
    }

    /// <summary>Any thread.</summary>
    internal static Task<T> Bridge(LoopFuture future, CancellationToken token)
    {
        var bridge = new FutureToTask<T>(future);
        if (future.Loop.IsOnLoopThread || !future.Loop.IsRunning)
        {
            bridge.Attach();
        }
        else if (!future.Loop.TryCallSoonThreadSafe(static state => ((FutureToTask<T>)state!).Attach(), bridge))
        {
            bridge.EndByClose();
        }

        if (token.CanBeCanceled)
        {
            bridge._tokenRegistration = token.UnsafeRegister(static state => ((FutureToTask<T>)state!).AskToCancel(), bridge);
        }

        return bridge._task.Task;
    }

    /// <summary>The future is done.</summary>
    internal override void Run()
    {
        _closeRegistration.Dispose();
        _tokenRegistration.Unregister();
        Outcome<T>.Of(_future).TryCopyTo(_task);
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

    /// <summary>Cancelling the task's side asks the future to cancel; the task ends when the future does.</summary>
    private void AskToCancel() => _future.Loop.TryCallSoonThreadSafe(static state => ((FutureToTask<T>)state!)._future.Cancel(), this);

    private void EndByClose()
    {
        if (!_future.IsDone)
        {
            Outcome<T>.Cancelled(LoopClosedException.Of(_future.Loop)).TryCopyTo(_task);
        }
        else
        {
            Outcome<T>.Of(_future).TryCopyTo(_task);
        }
    }
}
