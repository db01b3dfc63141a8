using Bridge.Executors;

namespace Bridge.Tests.Interop;

public sealed class ChainLoopFutureToLoopFuture : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var source = new LoopFutureSource(Host("source"));
        LoopHost host = Host();
        LoopFuture<int> future = host.Loop.CreateFuture<int>();
        Futures.Chain(source.Future, future);
        return (source, new LoopFutureDestination(host, future));
    }
}

public sealed class ChainLoopFutureToSameLoop : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        LoopHost host = Host();
        var source = new LoopFutureSource(host);
        LoopFuture<int> future = host.Loop.CreateFuture<int>();
        host.Do(() => Futures.Chain(source.Future, future));
        return (source, new LoopFutureDestination(host, future));
    }
}

public sealed class ChainLoopFutureToConcurrentFuture : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var source = new LoopFutureSource(Host());
        var future = new ConcurrentFuture<int>();
        Futures.Chain(source.Future, future);
        return (source, new ConcurrentFutureDestination(future));
    }
}

public sealed class ChainLoopFutureToTaskSource : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var source = new LoopFutureSource(Host());

        // On purpose without RunContinuationsAsynchronously: even then nothing of a stranger runs inside our calls.
        var tasks = new TaskCompletionSource<int>();
        Futures.Chain(source.Future, tasks);
        return (source, new TaskDestination(tasks.Task, () => tasks.TrySetCanceled()));
    }
}

public sealed class ChainLoopTaskToLoopFuture : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        LoopHost from = Host("source");
        LoopHost host = Host();
        var source = new CoroutineSource(from);
        LoopTask<int> task = from.Get(() => from.Loop.CreateTask(source.Body()));
        LoopFuture<int> future = host.Loop.CreateFuture<int>();
        Futures.Chain(task, future);
        return (source, new LoopFutureDestination(host, future));
    }
}

public sealed class ChainLoopTaskToConcurrentFuture : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        LoopHost from = Host();
        var source = new CoroutineSource(from);
        LoopTask<int> task = from.Get(() => from.Loop.CreateTask(source.Body()));
        var future = new ConcurrentFuture<int>();
        Futures.Chain(task, future);
        return (source, new ConcurrentFutureDestination(future));
    }
}

public sealed class ChainLoopTaskToTaskSource : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        LoopHost from = Host();
        var source = new CoroutineSource(from);
        LoopTask<int> task = from.Get(() => from.Loop.CreateTask(source.Body()));
        var tasks = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        Futures.Chain(task, tasks);
        return (source, new TaskDestination(tasks.Task, () => tasks.TrySetCanceled()));
    }
}

public sealed class ChainConcurrentFutureToLoopFuture : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var source = new ConcurrentFutureSource();
        LoopHost host = Host();
        LoopFuture<int> future = host.Loop.CreateFuture<int>();
        Futures.Chain(source.Future, future);
        return (source, new LoopFutureDestination(host, future));
    }
}

public sealed class ChainConcurrentFutureToConcurrentFuture : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var source = new ConcurrentFutureSource();
        var future = new ConcurrentFuture<int>();
        Futures.Chain(source.Future, future);
        return (source, new ConcurrentFutureDestination(future));
    }
}

public sealed class ChainConcurrentFutureToTaskSource : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var source = new ConcurrentFutureSource();
        var tasks = new TaskCompletionSource<int>();
        Futures.Chain(source.Future, tasks);
        return (source, new TaskDestination(tasks.Task, () => tasks.TrySetCanceled()));
    }
}

public sealed class ChainTaskToLoopFuture : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var source = new TaskSourceSource(onlyTask: true);
        LoopHost host = Host();
        LoopFuture<int> future = host.Loop.CreateFuture<int>();
        Futures.Chain(source.Source.Task, future);
        return (source, new LoopFutureDestination(host, future));
    }
}

public sealed class ChainTaskToConcurrentFuture : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var source = new TaskSourceSource(onlyTask: true);
        var future = new ConcurrentFuture<int>();
        Futures.Chain(source.Source.Task, future);
        return (source, new ConcurrentFutureDestination(future));
    }
}

public sealed class ChainTaskSourceToLoopFuture : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var source = new TaskSourceSource();
        LoopHost host = Host();
        LoopFuture<int> future = host.Loop.CreateFuture<int>();
        Futures.Chain(source.Source, future);
        return (source, new LoopFutureDestination(host, future));
    }
}

public sealed class ChainTaskSourceToConcurrentFuture : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var source = new TaskSourceSource();
        var future = new ConcurrentFuture<int>();
        Futures.Chain(source.Source, future);
        return (source, new ConcurrentFutureDestination(future));
    }
}

public sealed class LoopFutureAsTask : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var source = new LoopFutureSource(Host());
        var stop = new CancellationTokenSource();
        return (source, new TaskDestination(source.Future.AsTask(stop.Token), stop.Cancel));
    }
}

public sealed class LoopTaskAsTask : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        LoopHost from = Host();
        var source = new CoroutineSource(from);
        var stop = new CancellationTokenSource();
        LoopTask<int> task = from.Get(() => from.Loop.CreateTask(source.Body()));
        return (source, new TaskDestination(task.AsTask(stop.Token), stop.Cancel));
    }
}

public sealed class WrapFutureOfTask : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var source = new TaskSourceSource(onlyTask: true);
        LoopHost host = Host();
        return (source, new LoopFutureDestination(host, host.Get(() => host.Loop.WrapFuture(source.Source.Task))));
    }
}

public sealed class WrapFutureOfValueTask : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var source = new TaskSourceSource(onlyTask: true);
        LoopHost host = Host();
        return (source, new LoopFutureDestination(host, host.Get(() => host.Loop.WrapFuture(new ValueTask<int>(source.Source.Task)))));
    }
}

public sealed class WrapFutureOfTaskWithTokenSource : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var stop = new CancellationTokenSource();
        var source = new TaskSourceSource(stop: stop.Token);
        LoopHost host = Host();
        return (source, new LoopFutureDestination(host, host.Get(() => host.Loop.WrapFuture(source.Source.Task, stop))));
    }
}

public sealed class WrapFutureOfCancellableWork : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        TaskSourceSource? source = null;
        LoopHost host = Host();
        LoopFuture<int> future = host.Get(() => host.Loop.WrapFuture(token =>
        {
            source = new TaskSourceSource(stop: token);
            return source.Source.Task;
        }));
        return (source!, new LoopFutureDestination(host, future));
    }
}

public sealed class WrapFutureOfConcurrentFuture : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var source = new ConcurrentFutureSource();
        LoopHost host = Host();
        return (source, new LoopFutureDestination(host, host.Get(() => host.Loop.WrapFuture(source.Future))));
    }
}

public sealed class WrapFutureOfOtherLoopsFuture : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        var source = new LoopFutureSource(Host("source"));
        LoopHost host = Host();
        return (source, new LoopFutureDestination(host, host.Get(() => host.Loop.WrapFuture(source.Future))));
    }
}

public sealed class WrapFutureOfOtherLoopsTask : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        LoopHost from = Host("source");
        LoopHost host = Host();
        var source = new CoroutineSource(from);
        LoopTask<int> task = from.Get(() => from.Loop.CreateTask(source.Body()));
        return (source, new LoopFutureDestination(host, host.Get(() => host.Loop.WrapFuture(task))));
    }
}

public sealed class RunInExecutorBorder : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        BlockingSource source = Own(new BlockingSource());
        LoopHost host = Host();
        return (source, new LoopFutureDestination(host, host.Get(() => host.Loop.RunInExecutor(null, source.Body))));
    }
}

public sealed class RunCoroutineThreadSafeBorder : BorderContract
{
    private protected override (BorderSource, BorderDestination) Join()
    {
        LoopHost from = Host();
        var source = new CoroutineSource(from);
        return (source, new ConcurrentFutureDestination(from.Loop.RunCoroutineThreadSafe(source.Body)));
    }
}
