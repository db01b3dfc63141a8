using Bridge.Executors;

namespace Bridge.Tests.Interop;

/// <summary>What somebody on the far side saw.</summary>
internal sealed record Seen(int Result, Exception? Exception, int ThreadId);

/// <summary>One world's end of a border, where outcomes arrive.</summary>
internal abstract class BorderDestination
{
    internal virtual LoopHost? Host => null;

    internal abstract bool IsCancelled { get; }

    /// <summary>Waits for the outcome as code of that world does.</summary>
    internal abstract Seen Wait();

    internal abstract void Cancel();

    /// <summary>Has the callback run as early as that world allows.</summary>
    internal abstract void WhenDone(Action callback);
}

internal sealed class LoopFutureDestination : BorderDestination
{
    private readonly LoopFuture<int> _future;

    internal LoopFutureDestination(LoopHost host, LoopFuture<int> future)
    {
        Host = host;
        _future = future;
    }

    internal override LoopHost Host { get; }

    internal override bool IsCancelled => _future.IsCancelled;

    internal override Seen Wait() => Host.Run(async Coroutine<Seen> () =>
    {
        try
        {
            int result = await _future;
            return new Seen(result, null, Environment.CurrentManagedThreadId);
        }
        catch (Exception exception)
        {
            return new Seen(0, exception, Environment.CurrentManagedThreadId);
        }
    });

    internal override void Cancel() => Host.Do(() => _future.Cancel("not wanted"));

    internal override void WhenDone(Action callback) => Host.Do(() => _future.AddDoneCallback(_ => callback()));
}

internal sealed class ConcurrentFutureDestination(ConcurrentFuture<int> future) : BorderDestination
{
    internal override bool IsCancelled => future.IsCancelled;

    internal override Seen Wait()
    {
        try
        {
            return new Seen(future.GetResult(LoopHost.Limit), null, Environment.CurrentManagedThreadId);
        }
        catch (Exception exception) when (exception is not TimeoutException)
        {
            return new Seen(0, exception, Environment.CurrentManagedThreadId);
        }
    }

    internal override void Cancel() => future.Cancel();

    // Its own callbacks run in the completing call, as its contract says; continuations of its task must not.
    internal override void WhenDone(Action callback)
        => future.Task.ContinueWith(_ => callback(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}

internal sealed class TaskDestination(Task<int> task, Action cancel) : BorderDestination
{
    internal override bool IsCancelled => task.IsCanceled;

    internal override Seen Wait()
    {
        try
        {
            return new Seen(task.WaitAsync(LoopHost.Limit).GetAwaiter().GetResult(), null, Environment.CurrentManagedThreadId);
        }
        catch (Exception exception) when (exception is not TimeoutException)
        {
            return new Seen(0, exception, Environment.CurrentManagedThreadId);
        }
    }

    internal override void Cancel() => cancel();

    internal override void WhenDone(Action callback)
        => task.ContinueWith(_ => callback(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
