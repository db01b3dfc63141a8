using System.Diagnostics;

namespace Bridge;

/// <summary>Monotonic loop time in <see cref="TimeSpan"/> ticks (100 ns) since the loop was made. The only file that rounds durations.</summary>
internal readonly struct LoopClock
{
    /// <summary>One tick: what the loop can tell apart. A timer may run this much before its deadline, never more.</summary>
    internal const long ResolutionTicks = 1;

    private const long NanosecondsPerTick = 100;

    private readonly TimeProvider _provider;
    private readonly long _start;
    private readonly bool _systemNanoseconds;

    internal LoopClock(TimeProvider provider)
    {
        _provider = provider;
        _systemNanoseconds = ReferenceEquals(provider, TimeProvider.System) && Stopwatch.Frequency == 1_000_000_000;
        _start = _systemNanoseconds ? Stopwatch.GetTimestamp() : provider.GetTimestamp();
    }

    internal TimeProvider Provider => _provider;

    /// <summary>Now, rounded down: a deadline made of it is never late, and early by less than the resolution.</summary>
    internal long NowTicks => _systemNanoseconds
        ? (long)((ulong)(Stopwatch.GetTimestamp() - _start) / NanosecondsPerTick)
        : _provider.GetElapsedTime(_start).Ticks;

    /// <summary>The deadline <paramref name="delay"/> from now; saturates instead of overflowing.</summary>
    internal long DeadlineAfter(TimeSpan delay)
    {
        long now = NowTicks;
        long deadline = unchecked(now + delay.Ticks);
        return delay.Ticks > 0 && deadline < now ? long.MaxValue : deadline;
    }
}
