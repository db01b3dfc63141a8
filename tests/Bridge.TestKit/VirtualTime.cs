namespace Bridge.TestKit;

/// <summary>A clock that only tests move. Timers of the loop run on it; nothing ever waits for real time to pass.</summary>
public sealed class VirtualTime : TimeProvider
{
    private long _ticks;
    private int _holds;

    /// <summary>How far the clock has come.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    /// <summary>Whether somebody works on a real thread, so that the clock must not jump.</summary>
    public bool IsHeld => Volatile.Read(ref _holds) != 0;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + Elapsed;

    /// <summary>Moves the clock.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        Interlocked.Add(ref _ticks, by.Ticks);
    }

    /// <summary>Keeps the clock from jumping until the result is disposed of: for the time other threads work for the test.</summary>
    public IDisposable Hold()
    {
        Interlocked.Increment(ref _holds);
        return new HoldRelease(this);
    }

    private sealed class HoldRelease(VirtualTime time) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                Interlocked.Decrement(ref time._holds);
            }
        }
    }
}
