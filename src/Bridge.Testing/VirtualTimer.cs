namespace Bridge.Testing;

/// <summary>A timer of a <see cref="VirtualClock"/>, which has it in its queue while it is set. Any thread.</summary>
internal sealed class VirtualTimer(VirtualClock clock, TimerCallback callback, object? state) : ITimer
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();

    /// <summary>Set once, by whoever disposes of the timer. A late sight of it is a call that was under way.</summary>
    private volatile bool _isDisposed;

    internal bool IsDisposed => _isDisposed;

    /// <summary>Null: one call. The clock's, under its lock.</summary>
    internal TimeSpan? Period { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        CheckRange(dueTime, nameof(dueTime));
        CheckRange(period, nameof(period));
        if (_isDisposed)
        {
            return false;
        }

        clock.Set(this, dueTime < TimeSpan.Zero ? null : dueTime, period > TimeSpan.Zero ? period : null);
        return true;
    }

    public void Dispose()
    {
        _isDisposed = true;
        clock.Set(this, null, null);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// With no SynchronizationContext current, as .NET's timers do: then a continuation that asks for none runs here, and not in the pool, where the
    /// clock would not wait for it.
    /// </summary>
    internal void Call()
    {
        if (_isDisposed)
        {
            return;
        }

        SynchronizationContext? own = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            if (_context is null)
            {
                callback(state);
            }
            else
            {
                ExecutionContext.Run(_context, static timer => ((VirtualTimer)timer!).CallHere(), this);
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(own);
        }
    }

    private void CallHere() => callback(state);

    private static void CheckRange(TimeSpan time, string name)
    {
        if (time < TimeSpan.Zero && time != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(name, time, $"{name} is {time}; it must not be negative, or be Timeout.InfiniteTimeSpan for never.");
        }
    }
}
