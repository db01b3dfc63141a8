namespace Bridge.Benchmarks.Workloads;

/// <content>What the spin costs once there is nothing to wait for any more.</content>
public abstract partial class RoundTrips
{
    /// <summary>Round trips, and on the side the processor time that both loops take while they idle for 300 ms after a burst of them.</summary>
    public sealed class OnBridgeThenIdle(EventLoopOptions? options) : OnBridge(options)
    {
        private const int Burst = 2000;

        private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(300);

        private double? _idleCost;

        // Measured when asked for: idling has no place in a run.
        public override IEnumerable<SideFigure> SideFigures
            => [new("us of processor time per second idle", _idleCost ??= MeasureIdle())];

        /// <summary>The least of three, because the time is that of the whole process: its compiler and its collector work when they like.</summary>
        private double MeasureIdle() => new[] { IdleOnce(), IdleOnce(), IdleOnce() }.Min();

        private double IdleOnce()
        {
            RunOnce(Burst);
            TimeSpan before = Environment.CpuUsage.TotalTime;
            Here.CallLater(s_idle, Here.Stop);
            Here.RunForever();
            return (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / s_idle.TotalSeconds;
        }
    }
}
