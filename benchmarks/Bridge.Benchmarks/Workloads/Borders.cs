using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>What the other side computes: as good as nothing.</summary>
internal static class OtherSide
{
    internal static readonly Func<int> Work = static () => 1_000_000;
}

/// <summary>A coroutine awaits tasks of the pool, one after the other.</summary>
public sealed class AwaitTaskOnBridge : CoroutineWorkload
{
    protected override async Coroutine Body(int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            await Task.Run(OtherSide.Work);
        }
    }
}

/// <summary>A coroutine awaits tasks of the pool through WrapFuture, one after the other.</summary>
public sealed class WrapFutureOnBridge : CoroutineWorkload
{
    protected override async Coroutine Body(int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            await Loop.WrapFuture(Task.Run(OtherSide.Work));
        }
    }
}

/// <summary>Plain <c>async Task</c> code awaits tasks of the pool, one after the other.</summary>
public sealed class AwaitTaskOnTasks(TaskWorld world) : TaskWorkload(world)
{
    protected override async Task Body(int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            await Task.Run(OtherSide.Work);
        }
    }
}

/// <summary>Calls on an executor, awaited one after the other or so many at once. One operation is one call.</summary>
public sealed class ExecutorCallsOnBridge(int atOnce, Func<Executors.Executor?> makeExecutor) : CoroutineWorkload
{
    private readonly LoopFuture<int>[] _calls = new LoopFuture<int>[atOnce];
    private readonly Executors.Executor? _executor = makeExecutor();

    public override IEnumerable<SideFigure> SideFigures => [new("wake-ups per call", (double)Loop.WakeUps / Loop.Posts)];

    protected override async Coroutine Body(int operations)
    {
        for (int left = operations; left > 0; left -= atOnce)
        {
            int batch = Math.Min(left, atOnce);
            for (int i = 0; i < batch; i++)
            {
                _calls[i] = Loop.RunInExecutor(_executor, OtherSide.Work);
            }

            for (int i = 0; i < batch; i++)
            {
                await _calls[i];
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _executor?.Shutdown();
    }
}

/// <summary>Task.Run, awaited one after the other or so many at once, by plain <c>async Task</c> code.</summary>
public sealed class ExecutorCallsOnTasks(TaskWorld world, int atOnce) : TaskWorkload(world)
{
    private readonly Task<int>[] _calls = new Task<int>[atOnce];

    protected override async Task Body(int operations)
    {
        for (int left = operations; left > 0; left -= atOnce)
        {
            int batch = Math.Min(left, atOnce);
            for (int i = 0; i < batch; i++)
            {
                _calls[i] = Task.Run(OtherSide.Work);
            }

            for (int i = 0; i < batch; i++)
            {
                await _calls[i];
            }
        }
    }
}
