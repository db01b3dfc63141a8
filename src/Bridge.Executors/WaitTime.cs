using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Bridge.Executors;

/// <summary>The one place that turns a time limit into milliseconds and keeps count of what is left.</summary>
internal readonly struct WaitTime
{
    private readonly long _start;
    private readonly int _milliseconds;

    private WaitTime(int milliseconds)
    {
        _start = Stopwatch.GetTimestamp();
        _milliseconds = milliseconds;
    }

    internal static WaitTime Unlimited => new(Timeout.Infinite);

    /// <summary>Counts from now; -1: no limit.</summary>
    internal static WaitTime Of(int milliseconds) => new(milliseconds);

    /// <summary>What is left of the limit, rounded up so that a wait never ends early; -1 if there is no limit, 0 if it has passed.</summary>
    internal int Remaining
    {
        get
        {
            if (_milliseconds < 0)
            {
                return Timeout.Infinite;
            }

            double left = _milliseconds - Stopwatch.GetElapsedTime(_start).TotalMilliseconds;
            return left <= 0 ? 0 : (int)Math.Ceiling(left);
        }
    }

    internal static WaitTime StartingNow(TimeSpan? timeout, [CallerArgumentExpression(nameof(timeout))] string? name = null)
        => new(ToMilliseconds(timeout, name));

    /// <summary>Milliseconds rounded up; -1 for null and for the infinite time span.</summary>
    internal static int ToMilliseconds(TimeSpan? timeout, [CallerArgumentExpression(nameof(timeout))] string? name = null)
    {
        if (timeout is not { } span || span == Timeout.InfiniteTimeSpan)
        {
            return Timeout.Infinite;
        }

        double milliseconds = Math.Ceiling(span.TotalMilliseconds);
        if (milliseconds is < 0 or > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(name, timeout, Messages.TimeoutRange);
        }

        return (int)milliseconds;
    }
}
