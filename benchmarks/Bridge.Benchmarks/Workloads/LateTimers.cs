using System.Diagnostics;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>How late sleeps of 1.3 ms end on an otherwise idle loop, one after the other. The figure is the median.</summary>
public sealed class LateTimersOnBridge : CoroutineWorkload
{
    internal static readonly TimeSpan Delay = TimeSpan.FromMicroseconds(1300);

    private readonly Samples _samples = new();

    public override double? Figure => _samples.Median;

    public override string? Remark => _samples.Tail;

    public override IEnumerable<SideFigure> SideFigures =>
        [new("ns early", Math.Max(0, -_samples.Smallest), EventLoop.ClockResolution.TotalNanoseconds)];

    protected override async Coroutine Body(int operations)
    {
        _samples.Begin(operations);
        for (int i = 0; i < operations; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await LoopTask.Sleep(Delay);
            _samples.Add((Stopwatch.GetElapsedTime(start) - Delay).TotalNanoseconds);
        }
    }
}

/// <summary>The same with Task.Delay on the pool.</summary>
public sealed class LateTimersOnDelay() : TaskWorkload(new PoolWorld())
{
    private readonly Samples _samples = new();

    public override double? Figure => _samples.Median;

    public override string? Remark => _samples.Tail;

    protected override async Task Body(int operations)
    {
        _samples.Begin(operations);
        for (int i = 0; i < operations; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await Task.Delay(LateTimersOnBridge.Delay);
            _samples.Add((Stopwatch.GetElapsedTime(start) - LateTimersOnBridge.Delay).TotalNanoseconds);
        }
    }
}
