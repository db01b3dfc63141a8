namespace Bridge.Executors.Tests;

public sealed class ThreadPoolExecutorContract : ExecutorContract
{
    protected override Executor Create() => new ThreadPoolExecutor(maxWorkers: 1);
}

public sealed class AffineExecutorContract : ExecutorContract
{
    protected override Executor Create() => new AffineExecutor();
}

public sealed class AffineObjectExecutorContract : ExecutorContract
{
    protected override Executor Create() => new AffineExecutor<List<int>>(() => []);
}

public sealed class TaskSchedulerExecutorContract : ExecutorContract
{
    // The exclusive scheduler of a pair runs one task at a time, on the .NET thread pool.
    protected override Executor Create() => new TaskSchedulerExecutor(new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);
}

public sealed class LimitedExecutorContract : ExecutorContract, IDisposable
{
    private readonly ThreadPoolExecutor _inner = new(maxWorkers: 4);

    public void Dispose() => _inner.Dispose();

    protected override Executor Create() => _inner.WithLimit(new CapacityLimiter(1));
}

public sealed class HandWrittenExecutorContract : ExecutorContract
{
    protected override Executor Create() => new HandWrittenExecutor();
}
