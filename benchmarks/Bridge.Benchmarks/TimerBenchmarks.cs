using BenchmarkDotNet.Attributes;
using Bridge.Benchmarks.Workloads;

namespace Bridge.Benchmarks;

/// <summary>Time limits that are not reached. Guards: the same cost among a million timers as alone, no allocation, no pile of cancelled timers.</summary>
public class TimerBenchmarks : WorkloadBenchmarks
{
    private const int N = 20_000;

    [Params(1, 1_000, 100_000, 1_000_000)]
    public int Live { get; set; }

    [Benchmark(OperationsPerInvoke = N, Baseline = true)]
    public void Bridge() => Run(N, static self => new CancelledTimers.OnBridge(self.Live), this);

    [Benchmark(OperationsPerInvoke = N)]
    public void SystemTimer() => Run(N, static self => new CancelledTimers.OnTimer(self.Live), this);

    [Benchmark(OperationsPerInvoke = N)]
    public void TaskDelay() => Run(N, static self => new CancelledTimers.OnDelay(self.Live), this);
}

/// <summary>Timers that run. Guards: moving them down the wheel, and taking them in exact order.</summary>
public class FiringTimerBenchmarks : WorkloadBenchmarks
{
    private const int N = 100_000;

    [Benchmark(OperationsPerInvoke = N, Baseline = true)]
    public void Bridge() => Run<FiringTimersOnBridge>(N);

    [Benchmark(OperationsPerInvoke = N)]
    public void SystemTimer() => Run<FiringTimersOnTimer>(N);

    [Benchmark(OperationsPerInvoke = N)]
    public void TaskDelay() => Run<FiringTimersOnDelay>(N);
}
