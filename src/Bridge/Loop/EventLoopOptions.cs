using Microsoft.Extensions.Logging;

namespace Bridge;

/// <summary>Settings of an <see cref="EventLoop"/>, fixed when it is made.</summary>
public sealed class EventLoopOptions
{
    private static readonly TimeSpan s_defaultSpin = TimeSpan.FromMicroseconds(50);

    /// <summary>Names the loop in errors, reports and debuggers. Default: <c>loop-N</c>.</summary>
    public string? Name { get; init; }

    /// <summary>The clock of all timers. Default: <see cref="TimeProvider.System"/>.</summary>
    /// <remarks>
    /// Any other will do: before the loop sleeps it sets a timer of that provider, which wakes it. So a clock that tests move by hand works, if its
    /// timers keep its time. Waits then end as exactly as these timers do, and each costs a timer more.
    /// </remarks>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Debug mode: creation stacks on callbacks, futures, tasks and coroutines, and reports of slow callbacks. Null (default): on if
    /// the environment variable <c>BRIDGE_DEBUG</c> is set to anything but <c>0</c>. See <see cref="EventLoop.Debug"/>.
    /// </summary>
    public bool? Debug { get; init; }

    /// <summary>
    /// Asks the selector and the clock on every turn, as asyncio does. Default false: while callbacks are ready, the loop asks after
    /// 61 callbacks, or after 8 once 50 us have passed. An idle loop asks on every turn either way.
    /// </summary>
    public bool StrictPolling { get; init; }

    /// <summary>
    /// Has a coroutine that awaits a Task or ValueTask come back through the loop's SynchronizationContext. Default false: by the shortest way, which for a
    /// Task that is completed on the loop thread leads through .NET's pool. True: what is completed on the loop thread stays there, so a run takes the
    /// same course each time, as tests want it; each such await then allocates twice more.
    /// </summary>
    public bool AwaitsThroughContext { get; init; }

    /// <summary>
    /// The longest time, from zero to one second, to wait awake for a post before sleeping. Adaptive: only a loop whose posts keep arriving that soon after it
    /// went to sleep spins at all, so an idle loop and one that waits for I/O burn nothing. Default 50 us; zero turns it off, and so
    /// does a machine with one processor. Turn it off where the loop and those who post to it are bound to the same processor by hand.
    /// </summary>
    public TimeSpan MaximumSpin { get; init; } = s_defaultSpin;

    /// <summary>Measures the longest turn (<see cref="EventLoop.LongestTurn"/>): two clock reads a turn, about 50 ns. Default false.</summary>
    public bool MeasureTurns { get; init; }

    /// <summary>Where reports go that no <see cref="EventLoop.ExceptionHandler"/> takes. Null (default): the standard error stream.</summary>
    public ILogger? Logger { get; init; }
}
