using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>Awaiting calls that never suspend, this many below the caller's own; the result is a number no cache holds.</summary>
public sealed class NestedOnBridge(int depth, EventLoopOptions? options = null) : CoroutineWorkload(options)
{
    /// <summary>What the calls came to; kept so that nothing can be optimised away.</summary>
    public long Sum { get; private set; }

    protected override async Coroutine Body(int operations)
    {
        long sum = 0;
        for (int i = 0; i < operations; i++)
        {
            sum += await Descend(depth);
        }

        Sum = sum;
    }

#pragma warning disable CS1998 // Methods that never suspend are what is measured.
    private static async Coroutine<int> Descend(int levels)
        => levels == 0 ? 1_000_000 : await Descend(levels - 1) + 1;
}

/// <summary>The same as <c>async Task&lt;int&gt;</c>.</summary>
public sealed class NestedOnTasks(TaskWorld world, int depth) : TaskWorkload(world)
{
    /// <summary>What the calls came to; kept so that nothing can be optimised away.</summary>
    public long Sum { get; private set; }

    protected override async Task Body(int operations)
    {
        long sum = 0;
        for (int i = 0; i < operations; i++)
        {
            sum += await Descend(depth);
        }

        Sum = sum;
    }

    private static async Task<int> Descend(int levels)
        => levels == 0 ? 1_000_000 : await Descend(levels - 1) + 1;
}
