using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>So many coroutines that call each other and never suspend. One operation is one level.</summary>
public sealed class DeepCalls(int depth) : CoroutineWorkload
{
    protected override async Coroutine Body(int operations)
    {
        for (int left = operations; left > 0; left -= depth)
        {
            await Descend(depth - 1);
        }
    }

    private static async Coroutine<int> Descend(int levels)
        => levels == 0 ? 1_000_000 : await Descend(levels - 1) + 1;
}

/// <summary>A yield below so many coroutines that await each other. One operation is one yield; nobody above it resumes.</summary>
/// <remarks>The nest is made once, and stands between runs: its innermost coroutine waits for how often to yield.</remarks>
public sealed class YieldsBelow(int depth) : Workload
{
    private readonly BridgeWorld _world = new();
    private LoopFuture<int>? _yields;
    private LoopFuture<int>? _done;
    private LoopTask? _nest;

    public override void Setup()
    {
        _yields = _world.Loop.CreateFuture<int>();
        _nest = _world.Loop.CreateTask(Descend(depth - 1));
        _world.Loop.RunUntilComplete(LoopTask.Sleep(TimeSpan.Zero));
    }

    public override void RunOnce(int operations)
    {
        _done = _world.Loop.CreateFuture<int>();
        _yields!.SetResult(operations);
        _world.Loop.RunUntilComplete(_done);
    }

    public override void Dispose()
    {
        if (_nest is not null)
        {
            _yields!.SetResult(0);
            _world.Loop.RunUntilComplete(_nest);
        }

        _world.Dispose();
    }

    private async Coroutine Descend(int levels)
    {
        if (levels == 0)
        {
            await YieldAsAsked();
        }
        else
        {
            await Descend(levels - 1);
        }
    }

    private async Coroutine YieldAsAsked()
    {
        while (await _yields! is var asked and > 0)
        {
            _yields = _world.Loop.CreateFuture<int>();
            for (int i = 0; i < asked; i++)
            {
                await LoopTask.Yield();
            }

            _done!.SetResult(asked);
        }
    }
}
