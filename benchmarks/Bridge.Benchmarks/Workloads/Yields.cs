using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>A coroutine that lets the others run, again and again.</summary>
public sealed class YieldOnBridge(EventLoopOptions? options) : CoroutineWorkload(options)
{
    public YieldOnBridge()
        : this(null)
    {
    }

    protected override async Coroutine Body(int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            await LoopTask.Yield();
        }
    }
}

/// <summary>The same with Task.Yield.</summary>
public sealed class YieldOnTasks(TaskWorld world) : TaskWorkload(world)
{
    protected override async Task Body(int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            await Task.Yield();
        }
    }
}

/// <summary>A yield at the bottom of ten awaits: how much it costs to get down there and back up.</summary>
public sealed class DeepYieldOnBridge : CoroutineWorkload
{
    protected override async Coroutine Body(int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            await Descend(10);
        }
    }

    private static async Coroutine<int> Descend(int levels)
    {
        if (levels == 0)
        {
            await LoopTask.Yield();
            return 1_000_000;
        }

        return await Descend(levels - 1) + 1;
    }
}

/// <summary>The same with Task.Yield.</summary>
public sealed class DeepYieldOnTasks(TaskWorld world) : TaskWorkload(world)
{
    protected override async Task Body(int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            await Descend(10);
        }
    }

    private static async Task<int> Descend(int levels)
    {
        if (levels == 0)
        {
            await Task.Yield();
            return 1_000_000;
        }

        return await Descend(levels - 1) + 1;
    }
}
