using Bridge.Benchmarks.Workloads;
using Bridge.Benchmarks.Worlds;
using Bridge.Executors;

namespace Bridge.Benchmarks.Harness;

/// <summary>Every comparison with what must hold. The ratios are the project's targets; a limit (a bare queue) has one below 1.</summary>
public static class Catalog
{
    public static IEnumerable<Comparison> All =>
        [.. CallSoon, .. ThreadSafeHop, .. Coroutines, .. Context, .. Timers, .. Borders];

    private static IEnumerable<Comparison> CallSoon =>
    [
        new("CallSoon", "batch of 1000", 1_000_000, 0,
            new("Bridge", () => new CallSoonBatch.OnBridge()),
            new("Queue<Action>", () => new CallSoonBatch.OnQueue(), 0.4),
            new("pool", () => new PoolBatch()),
            new("Nito", () => new CallSoonBatch.OnNito(), 30)),
        new("CallSoon", "chain of one", 500_000, 0,
            new("Bridge", () => new CallSoonChain.OnBridge()),
            new("Queue<Action>", () => new CallSoonChain.OnQueue()),
            new("pool work item", () => new CallSoonChain.OnPool()),
            new("pool Task.Yield", () => new YieldOnTasks(new PoolWorld()), 1.8),
            new("Nito", () => new CallSoonChain.OnNito())),
    ];

    private static IEnumerable<Comparison> ThreadSafeHop =>
    [
        .. new[] { 1, 2, 4 }.Select(producers => new Comparison("ThreadSafeHop", $"{producers} producers", 500_000, 0,
            new("Bridge", () => new CrossThreadPosts.OnBridge(producers)),
            new("channel reader", () => new CrossThreadPosts.OnChannel(producers), 2),
            new("Nito", () => new CrossThreadPosts.OnNito(producers), 30))),
        new("ThreadSafeHop", "round trip", 20_000, 0,
            new("Bridge", () => new RoundTrips.OnBridge()),
            new("channels", () => new RoundTrips.OnChannels()),
            new("Nito", () => new RoundTrips.OnNito(), 1.5)),
    ];

    private static IEnumerable<Comparison> Coroutines =>
    [
        .. new[] { (1, 143), (3, 287), (10, 791) }.Select(depth => new Comparison("Coroutine", $"nested {depth.Item1}", 200_000, depth.Item2,
            new("Bridge", () => new NestedOnBridge(depth.Item1)),
            new("async Task", () => new NestedOnTasks(new PoolWorld(), depth.Item1), 1 / 0.85))),
        new("Coroutine", "yield", 500_000, 0,
            new("Bridge", () => new YieldOnBridge()),
            new("ring context", () => new YieldOnTasks(new RingWorld()), 1),
            new("pool", () => new YieldOnTasks(new PoolWorld())),
            new("Nito", () => new YieldOnTasks(new NitoWorld()), 12)),
        new("Coroutine", "yield under 10", 50_000, 792,
            new("Bridge", () => new DeepYieldOnBridge()),
            new("ring context", () => new DeepYieldOnTasks(new RingWorld()), 3),
            new("pool", () => new DeepYieldOnTasks(new PoolWorld()), 4),
            new("Nito", () => new DeepYieldOnTasks(new NitoWorld()))),
        new("Coroutine", "ping-pong", 200_000, 48,
            new("Bridge", () => new PingPongOnBridge()),
            new("ring context", () => new PingPongOnTasks(new RingWorld()), 2),
            new("pool", () => new PingPongOnTasks(new PoolWorld())),
            new("Nito", () => new PingPongOnTasks(new NitoWorld()), 12)),
        new("Coroutine", "create and run", 100_000, 200,
            new("Bridge", () => new CreateTasksOnBridge()),
            new("Task.Run", () => new CreateTasksOnPool(), 2.5),
            new("ring context", () => new CreateTasksOnContext(new RingWorld())),
            new("Nito", () => new CreateTasksOnContext(new NitoWorld()))),
        new("Coroutine", "create and await", 100_000, 200,
            new("Bridge", () => new AwaitNewTaskOnBridge()),
            new("Task.Run", () => new AwaitNewTaskOnPool())),
    ];

    private static IEnumerable<Comparison> Context =>
    [
        new("Context", "default", 1_000_000, 0,
            new("Bridge", () => new ContextsOnBridge(0)),
            new("pool", () => new ContextsOnPool(0))),
        new("Context", "one AsyncLocal value", 1_000_000, 0,
            new("Bridge", () => new ContextsOnBridge(1)),
            new("pool", () => new ContextsOnPool(1))),
        new("Context", "two values in turn", 1_000_000, 0,
            new Contender("Bridge", () => new ContextsOnBridge(2))),
    ];

    private static IEnumerable<Comparison> Timers =>
    [
        .. new[] { 1, 1_000, 100_000, 1_000_000 }.Select(live => new Comparison("Timer", $"cancel among {live}", 200_000, 0,
            new("Bridge", () => new CancelledTimers.OnBridge(live)),
            new("Timer", () => new CancelledTimers.OnTimer(live), 4),
            new("Task.Delay", () => new CancelledTimers.OnDelay(live), 8))),
        new("Timer", "fire", 100_000, 0,
            new("Bridge", () => new FiringTimersOnBridge()),
            new("Timer", () => new FiringTimersOnTimer(), 2.5),
            new("Task.Delay", () => new FiringTimersOnDelay()))
        {
            IsWhole = true,
        },
    ];

    private static IEnumerable<Comparison> Borders =>
    [
        new("Border", "await a Task", 10_000, 210,
            new("Bridge", () => new AwaitTaskOnBridge()),
            new("ring context", () => new AwaitTaskOnTasks(new RingWorld())),
            new("Nito", () => new AwaitTaskOnTasks(new NitoWorld()), 1.1)),
        new("Border", "WrapFuture", 10_000, 240,
            new("Bridge", () => new WrapFutureOnBridge()),
            new("Nito", () => new AwaitTaskOnTasks(new NitoWorld()))),
        new("Border", "executor round trip", 10_000, 72,
            new("Bridge", () => new ExecutorCallsOnBridge(1, () => new ThreadPoolExecutor())),
            new("Bridge over the pool", () => new ExecutorCallsOnBridge(1, () => new TaskSchedulerExecutor(TaskScheduler.Default))),
            new("Nito", () => new ExecutorCallsOnTasks(new NitoWorld(), 1), 1.4),
            new("bare pool", () => new ExecutorCallsOnTasks(new PoolWorld(), 1))),
        new("Border", "500 calls at once", 50_000, 72,
            new("Bridge", () => new ExecutorCallsOnBridge(500, () => new ThreadPoolExecutor())),
            new("Bridge over the pool", () => new ExecutorCallsOnBridge(500, () => new TaskSchedulerExecutor(TaskScheduler.Default))),
            new("Nito", () => new ExecutorCallsOnTasks(new NitoWorld(), 500)),
            new("bare pool", () => new ExecutorCallsOnTasks(new PoolWorld(), 500), 1 / 1.1)),
    ];
}
