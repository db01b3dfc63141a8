using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>So many tasks that sleep at once. The figure is not a time but the bytes that each keeps alive: coroutine, timer, registration and all.</summary>
/// <remarks>A fresh loop for every run, because one that has had as many tasks before has room for them.</remarks>
public sealed class SleepingTasksOnBridge : Workload
{
    private double _figure;
    private int _alive;

    public override double? Figure => _figure;

    public override bool CountsBytes => false;

    public override string? Remark => $"{_alive:#,0} alive";

    public override void RunOnce(int operations)
    {
        _alive = operations;
        using var world = new BridgeWorld();
        world.Run(() => MeasureAsync(world.Loop, operations));
    }

    private async Coroutine MeasureAsync(SelectorEventLoop loop, int operations)
    {
        var tasks = new LoopTask[operations];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < operations; i++)
        {
            tasks[i] = loop.CreateTask(SleepAsync());
        }

        // Two turns: the first steps of all, and what they leave behind.
        await LoopTask.Yield();
        await LoopTask.Yield();
        _figure = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / operations;
        foreach (LoopTask task in tasks)
        {
            task.Cancel();
        }

        await LoopTask.Yield();
        await LoopTask.Yield();
    }

    private static async Coroutine SleepAsync() => await LoopTask.Sleep(TimeSpan.FromHours(1));
}

/// <summary>The same as <c>async Task</c> methods on the pool, each of which awaits a Task.Delay that can be cancelled.</summary>
public sealed class SleepingTasksOnPool : Workload
{
    private double _figure;
    private int _alive;

    public override double? Figure => _figure;

    public override bool CountsBytes => false;

    public override string? Remark => $"{_alive:#,0} alive";

    public override void RunOnce(int operations)
    {
        _alive = operations;
        using var end = new CancellationTokenSource();
        var tasks = new Task[operations];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < operations; i++)
        {
            tasks[i] = SleepAsync(end.Token);
        }

        _figure = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / operations;
        end.Cancel();
        Task.WhenAll(tasks).GetAwaiter().GetResult();
    }

    private static async Task SleepAsync(CancellationToken token)
        => await Task.Delay(TimeSpan.FromHours(1), token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
