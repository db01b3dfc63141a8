using System.Diagnostics;
using Bridge.Selectors.Native;

namespace Bridge.Selectors;

/// <summary>The time that a Select may still wait, across interruptions by signals. Rounds up only: a wait is never shortened.</summary>
internal struct WaitTime
{
    private readonly TimeSpan _timeout;
    private readonly long _start;

    internal WaitTime(TimeSpan? timeout)
    {
        IsInfinite = timeout is null;
        _timeout = Left = timeout ?? TimeSpan.Zero;

        // The clock costs as much as a tenth of a system call, and only a real wait needs it.
        _start = Left > TimeSpan.Zero ? Stopwatch.GetTimestamp() : 0;
    }

    /// <summary>True for a wait without limit.</summary>
    internal bool IsInfinite { get; }

    /// <summary>The time left when last looked at; means nothing while <see cref="IsInfinite"/>.</summary>
    internal TimeSpan Left { get; private set; }

    /// <summary>True when the system call must only look.</summary>
    internal readonly bool IsPoll => !IsInfinite && Left <= TimeSpan.Zero;

    /// <summary>What is left in whole milliseconds, as poll and epoll_wait take it: -1 without limit. A longer wait is cut and goes on in the next call.</summary>
    internal readonly int Milliseconds =>
        IsInfinite ? -1 : IsPoll ? 0 : (int)Math.Min(int.MaxValue, RoundUp(Left.Ticks, TimeSpan.TicksPerMillisecond));

    /// <summary>What is left as a timespec. Not for a wait without limit.</summary>
    internal readonly LibC.Timespec Timespec
    {
        get
        {
            var (seconds, ticks) = Math.DivRem(Math.Max(0, Left.Ticks), TimeSpan.TicksPerSecond);
            return new LibC.Timespec { Seconds = (nint)seconds, Nanoseconds = (nint)(ticks * TimeSpan.NanosecondsPerTick) };
        }
    }

    /// <summary>Looks at the clock after a wait that found nothing.</summary>
    /// <returns>True when the wait has to go on.</returns>
    internal bool Continue()
    {
        if (IsInfinite)
        {
            return true;
        }

        if (IsPoll)
        {
            return false;
        }

        Left = _timeout - Stopwatch.GetElapsedTime(_start);
        return Left > TimeSpan.Zero;
    }

    /// <summary>The number of whole units that cover the given ticks.</summary>
    internal static long RoundUp(long ticks, long ticksPerUnit) => (ticks / ticksPerUnit) + (ticks % ticksPerUnit == 0 ? 0 : 1);
}
