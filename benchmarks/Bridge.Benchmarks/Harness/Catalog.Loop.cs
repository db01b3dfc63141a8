using Bridge.Benchmarks.Workloads;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Harness;

/// <content>The loop itself: callbacks, posts, wake-ups, timers.</content>
public static partial class Catalog
{
    private static IEnumerable<Comparison> CallSoon =>
    [
        new("CallSoon", "batch of 1000", 1_000_000, 0,
        [
            new("Bridge", () => new CallSoonBatch.OnBridge()),
            new("Queue<Action>", () => new CallSoonBatch.OnQueue(), 1 / 2.5),
            new("pool", () => new PoolBatch()),
            new("Nito", () => new CallSoonBatch.OnNito(), 30),
            .. Python("callsoon-batch", uvloop: 15),
            C("callsoon-batch") with { Name = "C ring" },
        ]),
        new("CallSoon", "chain of one", 500_000, 0,
        [
            new("Bridge", () => new CallSoonChain.OnBridge()),
            new("Queue<Action>", () => new CallSoonChain.OnQueue()),
            new("pool work item", () => new CallSoonChain.OnPool()),
            new("pool Task.Yield", () => new YieldOnTasks(new PoolWorld()), 1.8),
            new("Nito", () => new CallSoonChain.OnNito()),
            .. Python("callsoon-chain"),
            C("callsoon-chain") with { Name = "C ring" },
            C("epoll-zero") with { Name = "C epoll_wait(0)" },
        ]),
    ];

    private static IEnumerable<Comparison> ThreadSafeHop =>
    [
        .. new[] { 1, 2, 4 }.Select(producers => new Comparison("ThreadSafeHop", $"{producers} producer{(producers == 1 ? "" : "s")}", 500_000, 0,
        [
            new("Bridge", () => new CrossThreadPosts.OnBridge(producers)),
            new("channel reader", () => new CrossThreadPosts.OnChannel(producers), 2),
            new("Nito", () => new CrossThreadPosts.OnNito(producers), 30),
            .. Python("posts", producers, uvloop: 15),
            C("posts", producers),
        ])),
        new("ThreadSafeHop", "round trip", 20_000, 0,
        [
            new("Bridge", () => new RoundTrips.OnBridge()),
            new("channels", () => new RoundTrips.OnChannels()),
            new("Nito", () => new RoundTrips.OnNito(), 1.5),
            .. Python("round-trip"),
            C("round-trip"),
        ]),
        new("ThreadSafeHop", "round trip on one processor", 20_000, 0,
        [
            new("Bridge", () => new RoundTripsOnOneProcessor(spin: false)),
            new("Bridge, spinning", () => new RoundTripsOnOneProcessor(spin: true)),
            .. Python("round-trip-one-cpu"),
            C("round-trip-one-cpu", target: 1 / 1.5),
        ]),
        new("ThreadSafeHop", "wake-up after 20 ms asleep", 10, double.NaN,
            new("Bridge", () => new LateWakeUps.OnBridge()),
            new("Nito", () => new LateWakeUps.OnNito(), 1))
        {
            IsWhole = true,
        },
    ];

    private static IEnumerable<Comparison> Timers =>
    [
        .. new[] { 1, 1_000, 100_000, 1_000_000 }.Select(live => new Comparison("Timer", $"cancel among {live:#,0}", 200_000, 0,
        [
            new("Bridge", () => new CancelledTimers.OnBridge(live)),
            new("Timer", () => new CancelledTimers.OnTimer(live), 4),
            new("Task.Delay", () => new CancelledTimers.OnDelay(live), 8),
            .. Python("timer-cancel", live),
        ])),
        new("Timer", "cancel among 1,000,000 beside 1", 200_000, 0,
            new("Bridge among 1,000,000", () => new CancelledTimers.OnBridge(1_000_000)),
            new("Bridge among 1", () => new CancelledTimers.OnBridge(1), 1 / 1.6)),
        new("Timer", "fire", 100_000, 0,
        [
            new("Bridge", () => new FiringTimersOnBridge()),
            new("Timer", () => new FiringTimersOnTimer(), 2.5),
            new("Task.Delay", () => new FiringTimersOnDelay()),
            .. Python("timer-fire"),
        ])
        {
            IsWhole = true,
        },
        new("Timer", "lateness of 1.3 ms", 30, double.NaN,
        [
            new("Bridge", () => new LateTimersOnBridge()),
            new("Task.Delay", () => new LateTimersOnDelay(), 10),
            .. Python("lateness"),
            C("lateness"),
        ])
        {
            IsWhole = true,
        },
    ];
}
