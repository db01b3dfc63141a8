using Bridge.Benchmarks.Workloads;

namespace Bridge.Benchmarks.Harness;

/// <summary>What each guard costs: the same work without and with it.</summary>
/// <remarks>The first contender goes without, so a ratio says how many times that the guarded one takes. There are no targets.</remarks>
public static class Safety
{
    private const double AnyBytes = double.NaN;

    /// <summary>Few: taking a stack costs tens of microseconds.</summary>
    private const int DebugOperations = 20_000;

    private static readonly EventLoopOptions s_debug = new() { Debug = true };

    private static readonly EventLoopOptions s_strict = new() { Debug = false, StrictPolling = true };

    private static readonly EventLoopOptions s_neverSpins = new() { Debug = false, MaximumSpin = TimeSpan.Zero };

    private static readonly EventLoopOptions s_spins = new() { Debug = false };

    private static readonly EventLoopOptions s_measured = new() { Debug = false, MeasureTurns = true };

    private static readonly EventLoopOptions s_waitsAllowed = new() { Debug = false, BlockingWaits = BlockingWaitPolicy.Allow };

    private static readonly EventLoopOptions s_waitsReported = new() { Debug = false, BlockingWaits = BlockingWaitPolicy.Report };

    private static readonly EventLoopOptions s_watched = new() { Debug = false, Watchdog = TimeSpan.FromMilliseconds(100) };

    public static IEnumerable<Comparison> All => [.. Always, .. Asked, .. DebugMode];

    /// <summary>What every call pays for.</summary>
    private static IEnumerable<Comparison> Always =>
    [
        new("Safety", "thread check, per CallSoon and callback", 1_000_000, AnyBytes,
            new("off", () => new CallSoonUnchecked(isChecked: false)),
            new("on", () => new CallSoonUnchecked(isChecked: true))),
        new("Safety", "flow of the ambient context, per CallSoon and callback", 1_000_000, AnyBytes,
            new("off: flow suppressed", () => new CallSoonWithoutFlow()),
            new("on: default context captured", () => new CallSoonBatch.OnBridge()),
            new("on: context handed over", () => new CallSoonUnchecked(isChecked: true)),
            new("on: AsyncLocal value captured", () => new ContextsOnBridge(1))),
        new("Safety", "adaptive spin, per round trip", 20_000, AnyBytes,
            new("off", () => new RoundTrips.OnBridgeThenIdle(s_neverSpins)),
            new("on", () => new RoundTrips.OnBridgeThenIdle(s_spins))),
        new("Safety", "blocking waits reported, callbacks one at a time", 500_000, AnyBytes,
            new("off: allowed", () => new CallSoonChain.OnBridge(s_waitsAllowed)),
            new("on", () => new CallSoonChain.OnBridge(s_waitsReported))),
        new("Safety", "blocking waits reported, yield", 500_000, AnyBytes,
            new("off: allowed", () => new YieldOnBridge(s_waitsAllowed)),
            new("on", () => new YieldOnBridge(s_waitsReported))),
    ];

    /// <summary>What an option turns on.</summary>
    private static IEnumerable<Comparison> Asked =>
    [
        new("Safety", "strict polling, callbacks a thousand at a time", 1_000_000, AnyBytes,
            new("off", () => new CallSoonBatch.OnBridge()),
            new("on", () => new CallSoonBatch.OnBridge(s_strict))),
        new("Safety", "strict polling, callbacks one at a time", 500_000, AnyBytes,
            new("off", () => new CallSoonChain.OnBridge()),
            new("on", () => new CallSoonChain.OnBridge(s_strict))),
        new("Safety", "measured turns, callbacks one at a time", 500_000, AnyBytes,
            new("off", () => new CallSoonChain.OnBridge()),
            new("on", () => new CallSoonChain.OnBridge(s_measured))),
        new("Safety", "watchdog, callbacks one at a time", 500_000, AnyBytes,
            new("off", () => new CallSoonChain.OnBridge()),
            new("on", () => new CallSoonChain.OnBridge(s_watched))),
        new("Safety", "watchdog, callbacks a thousand at a time", 1_000_000, AnyBytes,
            new("off", () => new CallSoonBatch.OnBridge()),
            new("on", () => new CallSoonBatch.OnBridge(s_watched))),
    ];

    private static IEnumerable<Comparison> DebugMode =>
    [
        new("Safety", "debug mode, callbacks one at a time", DebugOperations, AnyBytes,
            new("off", () => new CallSoonChain.OnBridge()),
            new("on", () => new CallSoonChain.OnBridge(s_debug))),
        new("Safety", "debug mode, yield", 500_000, AnyBytes,
            new("off", () => new YieldOnBridge()),
            new("on", () => new YieldOnBridge(s_debug))),
        new("Safety", "debug mode, create and run a task", DebugOperations, AnyBytes,
            new("off", () => new CreateTasksOnBridge()),
            new("on", () => new CreateTasksOnBridge(s_debug))),
        new("Safety", "never-awaited guard on each coroutine, per coroutine", DebugOperations, AnyBytes,
            new("off: one in 1,024", () => new NestedOnBridge(0)),
            new("on: debug mode", () => new NestedOnBridge(0, s_debug))),
    ];
}
