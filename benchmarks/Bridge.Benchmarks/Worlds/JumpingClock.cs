namespace Bridge.Benchmarks.Worlds;

/// <summary>The system's clock, which can be put forward: timers become due without anybody waiting for them.</summary>
public sealed class JumpingClock : TimeProvider
{
    /// <summary>The measuring thread's, like the loop that asks.</summary>
    private long _ahead;

    public override long GetTimestamp() => base.GetTimestamp() + _ahead;

    public void Jump(TimeSpan time) => _ahead += (long)(time.TotalSeconds * TimestampFrequency);
}
