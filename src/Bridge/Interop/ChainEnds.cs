using Bridge.Executors;

namespace Bridge;

/// <summary>Runs an action on a loop's thread: now if this is it, else by a post.</summary>
/// <remarks>By a post also while the loop does not run: who prepares it, or starts it next, need not be this thread.</remarks>
internal static class OnLoopThread
{
    /// <summary>False: the loop is closed.</summary>
    internal static bool TryRun(EventLoop loop, Action action)
    {
        if (loop.IsOnLoopThread)
        {
            action();
            return true;
        }

        return loop.TryPost(action, null, null);
    }
}

/// <summary>Completes task sources so that the continuations of strangers never run inside the call.</summary>
internal static class TaskSources
{
    /// <summary>Runs the action, which completes the task: here if its continuations run elsewhere by themselves, else on the .NET pool.</summary>
    internal static void Run(Task task, Action action)
    {
        if ((task.CreationOptions & TaskCreationOptions.RunContinuationsAsynchronously) != 0)
        {
            action();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static action => action(), action, preferLocal: false);
        }
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

    public bool IsDone => _future.IsDone;

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

    public bool IsDone => _future.IsDone;

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

    public bool IsDone => _task.IsCompleted;

    public void WhenDone(Action callback) => _task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(callback);

    public void RequestCancel()
    {
        if (_source is not null)
        {
            TaskSources.Run(_task, () => _source.TrySetCanceled());
        }
    }

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

    // A continuation and not ContinueWith, which would capture the ambient context of whoever made the chain.
    public void WhenCancelled(Action callback)
        => _source.Task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() =>
        {
            if (_source.Task.IsCanceled)
            {
                callback();
            }
        });

    public bool TryRunThere(Action action)
    {
        TaskSources.Run(_source.Task, action);
        return true;
    }

    public bool TrySet(in Outcome<T> outcome) => outcome.TryCopyTo(_source);
}
