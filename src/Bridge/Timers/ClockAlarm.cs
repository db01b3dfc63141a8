namespace Bridge;

/// <summary>Ends the loop's sleep on a clock other than the system's: only a timer of that clock knows when its time has come. Loop thread.</summary>
internal sealed class ClockAlarm(TimeProvider provider, Action wake) : IDisposable
{
    /// <summary>10 us. A clock that runs by itself moves less while the alarm is set; one that moves more has been moved by hand meanwhile.</summary>
    private const long JumpTicks = 100;

    private ITimer? _timer;

    public void Dispose() => _timer?.Dispose();

    /// <summary>Sets the alarm to a point in loop time. False: that has come; do not sleep.</summary>
    internal bool TrySet(LoopClock clock, long wakeTime, TimeSpan longest)
    {
        long now = clock.NowTicks;
        while (now < wakeTime)
        {
            long before = now;
            Set(TimeSpan.FromTicks(Math.Min(wakeTime - now, longest.Ticks)));

            // The timer counts from when it was set. Had the clock jumped before that, it would be late by the jump, perhaps for ever.
            now = clock.NowTicks;
            if (now - before < JumpTicks)
            {
                break;
            }
        }

        return now < wakeTime;
    }

    /// <summary>No timer is left to wake up for.</summary>
    internal void Clear()
    {
        if (_timer is not null)
        {
            Set(Timeout.InfiniteTimeSpan);
        }
    }

    private void Set(TimeSpan due)
    {
        if (_timer is null)
        {
            _timer = provider.CreateTimer(static wake => ((Action)wake!)(), wake, due, Timeout.InfiniteTimeSpan);
        }
        else if (!_timer.Change(due, Timeout.InfiniteTimeSpan))
        {
            throw new InvalidOperationException($"A timer of TimeProvider {provider} could not be changed. Keep the provider alive as long as the loop.");
        }
    }
}
