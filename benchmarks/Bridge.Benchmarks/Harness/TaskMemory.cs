using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Harness;

/// <summary>What a task that sleeps keeps alive, coroutine, timer and registration included: a million of them, measured after a collection.</summary>
internal static class TaskMemory
{
    private const int Tasks = 1_000_000;

    internal static int Run()
    {
        using var world = new BridgeWorld();
        world.Run(() => MeasureAsync(world.Loop));
        return 0;
    }

    private static async Coroutine MeasureAsync(SelectorEventLoop loop)
    {
        var tasks = new LoopTask[Tasks];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < Tasks; i++)
        {
            tasks[i] = loop.CreateTask(SleepAsync());
        }

        // Two turns: the first steps of all, and what they leave behind.
        await LoopTask.Yield();
        await LoopTask.Yield();
        long bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.WriteLine($"{(double)bytes / Tasks:0} bytes per sleeping task, {loop.TimerCount} timers");
        foreach (LoopTask task in tasks)
        {
            task.Cancel();
        }

        await LoopTask.Yield();
        await LoopTask.Yield();
    }

    private static async Coroutine SleepAsync() => await LoopTask.Sleep(TimeSpan.FromHours(1));
}
