namespace Bridge;

/// <summary>The loop's clock, with timers that run on the loop. All members: any thread.</summary>
internal sealed class LoopTimeProvider(EventLoop loop, TimeProvider clock) : TimeProvider
{
    public override long TimestampFrequency => clock.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    public override long GetTimestamp() => clock.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new LoopTimer(loop, callback, state);

        // Thrown, not kept quiet: a delay that waits for a timer of a closed loop would wait for ever.
        return timer.Change(dueTime, period) ? timer : throw new ObjectDisposedException(loop.Name, Messages.LoopClosed(loop));
    }

    public override string ToString() => $"<TimeProvider of '{loop.Name}'>";
}
