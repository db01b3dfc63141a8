using System.Diagnostics;

namespace Bridge.AspNetCore;

/// <summary>How late a loop comes to a post: looked at whenever somebody measures, free of charge between.</summary>
internal sealed class LagProbe
{
    private readonly EventLoop _loop;

    /// <summary>Guards the fields below: whoever measures, and the loop thread. No foreign code runs under it.</summary>
    private readonly Lock _lock = new();
    private long _posted;
    private bool _isUnderWay;
    private TimeSpan? _last;

    internal LagProbe(EventLoop loop) => _loop = loop;

    /// <summary>What the last post took, or this one so far if it is still waiting; null the first time. Sends the next post. Any thread.</summary>
    internal TimeSpan? Observe()
    {
        lock (_lock)
        {
            if (_isUnderWay)
            {
                return Stopwatch.GetElapsedTime(_posted);
            }

            _posted = Stopwatch.GetTimestamp();
            _isUnderWay = _loop.TryCallSoonThreadSafe(static probe => ((LagProbe)probe!).Arrived(), this);
            return _last;
        }
    }

    private void Arrived()
    {
        lock (_lock)
        {
            _last = Stopwatch.GetElapsedTime(_posted);
            _isUnderWay = false;
        }
    }
}
