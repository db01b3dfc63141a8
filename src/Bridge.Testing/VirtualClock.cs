namespace Bridge.Testing;

/// <summary>A clock that stands still until somebody moves it: <see cref="Advance"/>, or the loop of a <see cref="VirtualTimeLoop"/> that has nothing else to do.</summary>
/// <remarks>
/// <para>
/// Its timers run on the thread that moves the clock, inside that call, each at its own time: the clock shows their due time meanwhile. They are called in
/// the order of their due times, then in the order in which they were set. No SynchronizationContext is current in them. What one throws, whoever
/// moved the clock gets. A timer that is due at once waits for the next move too.
/// </para>
/// <para>Threads: all members are for any thread. Code on a loop uses the loop's own timers (<see cref="EventLoop.TimeProvider"/>), which run on it.</para>
/// </remarks>
public sealed class VirtualClock : TimeProvider
{
    private static readonly DateTimeOffset s_defaultStart = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The end of the year 9999: what is due later is due then, and what would come again later does not.</summary>
    private static readonly long s_lastTime = DateTimeOffset.MaxValue.UtcTicks;

    /// <summary>Guards everything below. No foreign code runs under it.</summary>
    private readonly Lock _lock = new();
    private readonly PriorityQueue<VirtualTimer, (long Due, long Sequence)> _timers = new();
    private readonly List<string> _holds = [];
    private readonly long _start;
    private long _sequence;

    /// <summary>UTC, in ticks; never goes back. Written under the lock, read without, as one word.</summary>
    private long _now;

    /// <summary>Makes a clock.</summary>
    /// <param name="start">What it shows at first. Null: the beginning of the year 2000, UTC.</param>
    public VirtualClock(DateTimeOffset? start = null) => _now = _start = (start ?? s_defaultStart).UtcTicks;

    /// <summary>How far the clock has come.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(GetTimestamp() - _start);

    /// <summary>Whether a <see cref="Hold"/> keeps the loop from moving the clock.</summary>
    public bool IsHeld
    {
        get
        {
            lock (_lock)
            {
                return _holds.Count > 0;
            }
        }
    }

    /// <summary>How long until the next timer of this clock is due; null if none is set. A loop that sleeps has set one for the first of its own.</summary>
    public TimeSpan? TimeUntilNextTimer
    {
        get
        {
            lock (_lock)
            {
                return _timers.TryPeek(out _, out (long Due, long) next) ? TimeSpan.FromTicks(Math.Max(0, next.Due - _now)) : null;
            }
        }
    }

    /// <summary>Ticks of 100 ns.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>UTC.</summary>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Somebody may go on: a hold was released.</summary>
    internal event Action? Released;

    /// <summary>The reasons of the holds there are.</summary>
    internal IReadOnlyList<string> Holds
    {
        get
        {
            lock (_lock)
            {
                return [.. _holds];
            }
        }
    }

    /// <inheritdoc />
    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    /// <summary>Makes a timer that is called by whoever moves the clock to its time.</summary>
    /// <param name="callback">Called in the ambient context of this call.</param>
    /// <param name="state">Its argument.</param>
    /// <param name="dueTime">When first. <see cref="Timeout.InfiniteTimeSpan"/>: not until it is changed.</param>
    /// <param name="period">The time between calls. Zero or <see cref="Timeout.InfiniteTimeSpan"/>: one call.</param>
    /// <returns>The timer. Once it is disposed, a call may be under way on another thread, but none begins.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative and not <see cref="Timeout.InfiniteTimeSpan"/>.</exception>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock, and calls the timers that become due on the way.</summary>
    /// <param name="by">Zero or more. Zero calls what is due already.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is negative, or leads beyond the year 9999.</exception>
    /// <remarks>A loop that sleeps on this clock is woken and does what is due on its own thread; this does not wait for it.</remarks>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long now = GetTimestamp();
        if (by.Ticks > s_lastTime - now)
        {
            throw new ArgumentOutOfRangeException(nameof(by), by, $"The clock stands at {GetUtcNow()}; {by} later is beyond the year 9999. Advance it by less.");
        }

        MoveTo(now + by.Ticks);
    }

    /// <summary>Keeps the loop from moving the clock until the result is disposed of: for the time that others, threads or Tasks, work for the test.</summary>
    /// <param name="reason">Named in the error if the scenario gets stuck meanwhile. Null: none.</param>
    /// <returns>Ends the hold when it is disposed of, best on the loop, by the code that awaited those others: then nothing can come between.</returns>
    /// <remarks><see cref="Advance"/> works meanwhile. Calls on executors (<c>RunInExecutor</c>, <c>ToThread</c>) hold the clock by themselves.</remarks>
    public IDisposable Hold(string? reason = null)
    {
        reason ??= "no reason given";
        lock (_lock)
        {
            _holds.Add(reason);
        }

        return new ClockHold(this, reason);
    }

    /// <summary>When and what it is.</summary>
    public override string ToString() => $"<VirtualClock {GetUtcNow():O}>";

    /// <summary>Moves to the next timer and calls all of that time. False: no timer is set.</summary>
    internal bool TryMoveToNextTimer()
    {
        long due;
        lock (_lock)
        {
            if (!_timers.TryPeek(out _, out (long Due, long) next))
            {
                return false;
            }

            due = next.Due;
        }

        MoveTo(due);
        return true;
    }

    internal void Release(string reason)
    {
        lock (_lock)
        {
            _holds.Remove(reason);
        }

        Released?.Invoke();
    }

    /// <summary>Sets a timer anew; without a delay: unsets it.</summary>
    internal void Set(VirtualTimer timer, TimeSpan? delay, TimeSpan? period)
    {
        lock (_lock)
        {
            _timers.Remove(timer, out _, out _);
            timer.Period = period;

            // Looked at here, so that of a change and a disposal on two threads the disposal wins.
            if (delay is { } time && !timer.IsDisposed)
            {
                Enqueue(timer, _now + Math.Min(time.Ticks, s_lastTime - _now));
            }
        }
    }

    private void MoveTo(long target)
    {
        while (TakeDue(target) is { } timer)
        {
            timer.Call();
        }
    }

    /// <summary>The next timer to call on the way; null: the clock has arrived. In one, so that no timer is set in between and missed.</summary>
    private VirtualTimer? TakeDue(long target)
    {
        lock (_lock)
        {
            if (!_timers.TryPeek(out VirtualTimer? timer, out (long Due, long) next) || next.Due > target)
            {
                Interlocked.Exchange(ref _now, Math.Max(_now, target));
                return null;
            }

            _timers.Dequeue();
            Interlocked.Exchange(ref _now, Math.Max(_now, next.Due));
            if (timer.Period is { } period && period.Ticks <= s_lastTime - next.Due)
            {
                Enqueue(timer, next.Due + period.Ticks);
            }

            return timer;
        }
    }

    private void Enqueue(VirtualTimer timer, long due) => _timers.Enqueue(timer, (due, _sequence++));
}
