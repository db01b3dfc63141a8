using Bridge.Executors;

namespace Bridge;

/// <summary>Runs an action on a loop's thread: now if this is it, or if the loop does not run; else by a post.</summary>
internal static class OnLoopThread
{
    internal static bool TryRun(EventLoop loop, Action action)
    {
        if (loop.IsOnLoopThread || (!loop.IsRunning && !loop.IsClosed))
        {
            action();
            return true;
        }

        return loop.TryPost(action, null, null);
    }
}

internal sealed class LoopSource<T> : IChainSource<T>
{
    private readonly LoopFuture _future;

    internal LoopSource(LoopFuture future)
    {
        ArgumentNullException.ThrowIfNull(future, "source");
        _future = future;
    }

    public EventLoop Loop => _future.Loop;

    public void WhenDone(Action callback)
        => OnLoopThread.TryRun(Loop, () => _future.AddWaiter(new Continuation(callback, null)));

    public void RequestCancel() => OnLoopThread.TryRun(Loop, () => _future.Cancel());

    public Outcome<T> TakeOutcome() => Outcome<T>.Of(_future);
}

internal sealed class LoopDestination<T> : IChainDestination<T>
{
    private readonly LoopFuture<T> _future;

    internal LoopDestination(LoopFuture<T> future)
    {
        ArgumentNullException.ThrowIfNull(future, "destination");
        _future = future;
    }

    public EventLoop Loop => _future.Loop;

    public bool IsCancelled => _future.IsCancelled;

    public void WhenCancelled(Action callback)
        => OnLoopThread.TryRun(Loop, () => _future.AddWaiter(new Continuation(() => CallIfCancelled(callback), null)));

    public bool TryRunThere(Action action) => OnLoopThread.TryRun(Loop, action);

    public bool TrySet(in Outcome<T> outcome) => _future.TryComplete(outcome);

    private void CallIfCancelled(Action callback)
    {
        if (_future.IsCancelled)
        {
            callback();
        }
    }
}

internal sealed class ConcurrentSource<T> : IChainSource<T>
{
    private readonly ConcurrentFuture<T> _future;

    internal ConcurrentSource(ConcurrentFuture<T> future)
    {
        ArgumentNullException.ThrowIfNull(future, "source");
        _future = future;
    }

    public EventLoop? Loop => null;

    public void WhenDone(Action callback) => _future.AddDoneCallback(_ => callback());

    public void RequestCancel() => _future.Cancel();

    public Outcome<T> TakeOutcome() => Outcome<T>.Of(_future);
}

internal sealed class ConcurrentDestination<T> : IChainDestination<T>
{
    private readonly ConcurrentFuture<T> _future;

    internal ConcurrentDestination(ConcurrentFuture<T> future)
    {
        ArgumentNullException.ThrowIfNull(future, "destination");
        _future = future;
    }

    public EventLoop? Loop => null;

    public bool IsCancelled => _future.IsCancelled;

    public void WhenCancelled(Action callback) => _future.AddDoneCallback(future =>
    {
        if (future.IsCancelled)
        {
            callback();
        }
    });

    public bool TryRunThere(Action action)
    {
        action();
        return true;
    }

    public bool TrySet(in Outcome<T> outcome) => outcome.TryCopyTo(_future);
}

internal sealed class TaskSource<T> : IChainSource<T>
{
    private readonly Task<T> _task;
    private readonly TaskCompletionSource<T>? _source;

    internal TaskSource(Task<T> task)
    {
        ArgumentNullException.ThrowIfNull(task, "source");
        _task = task;
    }

    internal TaskSource(TaskCompletionSource<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _task = source.Task;
    }

    public EventLoop? Loop => null;

    public void WhenDone(Action callback) => _task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(callback);

    public void RequestCancel() => _source?.TrySetCanceled();

    public Outcome<T> TakeOutcome() => Outcome<T>.Of(_task);
}

internal sealed class TaskDestination<T> : IChainDestination<T>
{
    private readonly TaskCompletionSource<T> _source;

    internal TaskDestination(TaskCompletionSource<T> source)
    {
        ArgumentNullException.ThrowIfNull(source, "destination");
        _source = source;
    }

    public EventLoop? Loop => null;

    public bool IsCancelled => _source.Task.IsCanceled;

    public void WhenCancelled(Action callback)
        => _source.Task.ContinueWith(
            static (_, callback) => ((Action)callback!)(),
            callback,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnCanceled | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);

    public bool TryRunThere(Action action)
    {
        action();
        return true;
    }

    public bool TrySet(in Outcome<T> outcome) => outcome.TryCopyTo(_source);
}
