namespace Bridge;

/// <summary>A plain handler.</summary>
internal sealed class SyncLoopCallback<T>(EventLoop loop, Action<T> handler, int bound, WhenFull full) : LoopCallback<T>(loop, bound, full)
{
    private protected override string HandlerName => CallbackText.Of(handler);

    private protected override void Handle(T argument) => handler(argument);
}

/// <summary>A handler whose coroutines run as tasks, a limited number at a time.</summary>
internal sealed class CoroutineLoopCallback<T>(EventLoop loop, Func<T, Coroutine> handler, int bound, WhenFull full, int concurrency)
    : LoopCallback<T>(loop, bound, full)
{
    /// <summary>Loop thread.</summary>
    private int _running;

    private protected override string HandlerName => CallbackText.Of(handler);

    private protected override bool CanStart => _running < concurrency;

    private protected override void Handle(T argument)
    {
        Coroutine coroutine = handler(argument) ?? throw new InvalidOperationException(Messages.NullFromHandler(HandlerName));
        LoopTask task = Loop.CreateTask(coroutine);
        _running++;
        task.AddDoneCallback(End, AmbientContext.Default);
    }

    private void End(LoopFuture task)
    {
        _running--;
        if (!task.IsCancelled && task.GetException() is { } failure)
        {
            Report(failure);
        }

        QueueDrain();
    }
}
