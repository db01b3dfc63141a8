using Bridge.Benchmarks.Workloads;
using Bridge.Benchmarks.Worlds;
using Bridge.Executors;

namespace Bridge.Benchmarks.Harness;

/// <content>What runs on the loop: coroutines, contexts, borders, whole programs.</content>
public static partial class Catalog
{
    private static IEnumerable<Comparison> Coroutines =>
    [
        .. new (int Depth, int Bytes)[] { (1, 143), (3, 287), (10, 791) }.Select(nest => new Comparison("Coroutine", $"nested {nest.Depth}", 200_000, nest.Bytes,
        [
            new("Bridge", () => new NestedOnBridge(nest.Depth)),
            new("async Task", () => new NestedOnTasks(new PoolWorld(), nest.Depth), 1 / 0.85),
            .. Python("nested", nest.Depth),
        ])),
        new("Coroutine", "yield", 500_000, 0,
        [
            new("Bridge", () => new YieldOnBridge()),
            new("ring context", () => new YieldOnTasks(new RingWorld()), 1),
            new("pool", () => new YieldOnTasks(new PoolWorld())),
            new("Nito", () => new YieldOnTasks(new NitoWorld()), 12),
            .. Python("yield"),
        ]),
        new("Coroutine", "yield under 10", 50_000, 792,
        [
            new("Bridge", () => new DeepYieldOnBridge()),
            new("ring context", () => new DeepYieldOnTasks(new RingWorld()), 3),
            new("pool", () => new DeepYieldOnTasks(new PoolWorld()), 4),
            new("Nito", () => new DeepYieldOnTasks(new NitoWorld())),
            .. Python("yield-deep"),
        ]),
        new("Coroutine", "ping-pong", 200_000, 48,
        [
            new("Bridge", () => new PingPongOnBridge()),
            new("ring context", () => new PingPongOnTasks(new RingWorld()), 2),
            new("pool", () => new PingPongOnTasks(new PoolWorld())),
            new("Nito", () => new PingPongOnTasks(new NitoWorld()), 12),
            .. Python("ping-pong"),
        ]),
        new("Coroutine", "create and run", 100_000, 200,
        [
            new("Bridge", () => new CreateTasksOnBridge()),
            new("Task.Run", () => new CreateTasksOnPool(), 2.5),
            new("ring context", () => new CreateTasksOnContext(new RingWorld())),
            new("Nito", () => new CreateTasksOnContext(new NitoWorld())),
            .. Python("create-and-run"),
        ]),
        new("Coroutine", "create and await", 100_000, 200,
        [
            new("Bridge", () => new AwaitNewTaskOnBridge()),
            new("Task.Run", () => new AwaitNewTaskOnPool()),
            .. Python("create-and-await"),
        ]),
    ];

    private static IEnumerable<Comparison> Context =>
    [
        new("Context", "default", 1_000_000, 0,
            new("Bridge", () => new ContextsOnBridge(0)),
            new("Bridge without capture", () => new ContextsOnBridge(0, handOver: true)) { Allowance = 3 },
            new("pool", () => new ContextsOnPool(0))),
        new("Context", "one AsyncLocal value", 1_000_000, 0,
            new("Bridge", () => new ContextsOnBridge(1)),
            new("Bridge with none", () => new ContextsOnBridge(0)) { Allowance = 40 },
            new("pool", () => new ContextsOnPool(1))),
        new("Context", "two values in turn", 1_000_000, 0,
            new("Bridge", () => new ContextsOnBridge(2)),
            new("Bridge with none", () => new ContextsOnBridge(0, handOver: true)) { Allowance = 40 }),
    ];

    private static IEnumerable<Comparison> Borders =>
    [
        new("Border", "await a Task", 10_000, 210,
        [
            new("Bridge", () => new AwaitTaskOnBridge()),
            new("ring context", () => new AwaitTaskOnTasks(new RingWorld())),
            new("Nito", () => new AwaitTaskOnTasks(new NitoWorld()), 1.1),
            .. Python("await-thread"),
        ]),
        new("Border", "WrapFuture", 10_000, 240,
            new("Bridge", () => new WrapFutureOnBridge()),
            new("Nito", () => new AwaitTaskOnTasks(new NitoWorld()))),
        new("Border", "executor round trip", 10_000, 72,
        [
            new("Bridge", () => new ExecutorCallsOnBridge(1, () => new ThreadPoolExecutor())),
            new("Bridge over the pool", () => new ExecutorCallsOnBridge(1, () => new TaskSchedulerExecutor(TaskScheduler.Default))),
            new("Nito", () => new ExecutorCallsOnTasks(new NitoWorld(), 1), 1.4),
            new("bare pool", () => new ExecutorCallsOnTasks(new PoolWorld(), 1)),
            .. Python("executor", uvloop: 30),
        ]),
        new("Border", "500 calls at once", 50_000, 72,
        [
            new("Bridge", () => new ExecutorCallsOnBridge(500, () => new ThreadPoolExecutor())),
            new("Bridge over the pool", () => new ExecutorCallsOnBridge(500, () => new TaskSchedulerExecutor(TaskScheduler.Default))),
            new("Nito", () => new ExecutorCallsOnTasks(new NitoWorld(), 500)),
            new("bare pool", () => new ExecutorCallsOnTasks(new PoolWorld(), 500), 1 / 1.1),
            .. Python("executor-500"),
        ]),
    ];

    private static IEnumerable<Comparison> Memory =>
    [
        new("Memory", "task that sleeps", 1_000_000, double.NaN,
            new("Bridge", () => new SleepingTasksOnBridge()),
            new("async Task", () => new SleepingTasksOnPool()))
        {
            IsWhole = true,
            Unit = "bytes",
            AtMost = 300,
        },
    ];

    private static IEnumerable<Comparison> Start =>
    [
        new("Start", "HelloLoop", 2, double.NaN,
            new("Bridge, Native AOT", () => new ProcessStarts("hello-aot")),
            new("Bridge, dotnet", () => new ProcessStarts("hello.dll")))
        {
            IsWhole = true,
        },
    ];
}
