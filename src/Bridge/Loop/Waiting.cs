using System.Diagnostics;

namespace Bridge;

/// <summary>One managed wait, which can be waited for piece by piece.</summary>
internal readonly struct Waiting
{
    private readonly IntPtr[] _handles;
    private readonly bool _all;
    private readonly int _milliseconds;
    private readonly long _started;

    internal Waiting(IntPtr[] handles, bool all, int milliseconds)
    {
        _handles = handles;
        _all = all;
        _milliseconds = milliseconds;
        _started = Stopwatch.GetTimestamp();
    }

    internal bool IsUnlimited => _milliseconds < 0;

    /// <summary>Its time is up.</summary>
    internal bool IsOver => Remaining == 0;

    /// <summary>It was never to be longer than that.</summary>
    internal bool IsWithin(int milliseconds) => _milliseconds >= 0 && _milliseconds <= milliseconds;

    internal TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>The first of its handles.</summary>
    internal IntPtr Handle => _handles[0];

    private int Remaining
        => _milliseconds < 0 ? Timeout.Infinite : (int)Math.Max(0, Math.Ceiling(_milliseconds - Elapsed.TotalMilliseconds));

    /// <summary>Waits for so long, but not longer than the wait itself.</summary>
    /// <param name="milliseconds">Or <see cref="Timeout.Infinite"/>: as long as the wait lasts.</param>
    /// <returns>The index of the handle, or <see cref="BlockedWait.TimedOut"/>.</returns>
    internal int For(int milliseconds)
    {
        int remaining = Remaining;
        if (milliseconds >= 0)
        {
            remaining = remaining < 0 ? milliseconds : Math.Min(remaining, milliseconds);
        }

        return LoopSynchronizationContext.WaitNow(_handles, _all, remaining);
    }
}
