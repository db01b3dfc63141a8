using BenchmarkDotNet.Attributes;
using Bridge.Benchmarks.Workloads;
using Bridge.Benchmarks.Worlds;
using Bridge.Executors;

namespace Bridge.Benchmarks;

/// <summary>Work that is done elsewhere and comes back. Guards: one hop each way, no closure on the way, the executor's hand-over.</summary>
public class BorderBenchmarks : WorkloadBenchmarks
{
    private const int N = 10_000;

    [Benchmark(OperationsPerInvoke = N, Baseline = true), BenchmarkCategory("await a Task")]
    public void AwaitTaskBridge() => Run<AwaitTaskOnBridge>(N);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("await a Task")]
    public void WrapFutureBridge() => Run<WrapFutureOnBridge>(N);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("await a Task")]
    public void AwaitTaskNito() => Run(N, static _ => new AwaitTaskOnTasks(new NitoWorld()), this);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("await a Task")]
    public void AwaitTaskPool() => Run(N, static _ => new AwaitTaskOnTasks(new PoolWorld()), this);

    [Benchmark(OperationsPerInvoke = N, Baseline = true), BenchmarkCategory("executor")]
    public void ExecutorBridge() => Run(N, static _ => new ExecutorCallsOnBridge(1, static () => new ThreadPoolExecutor()), this);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("executor")]
    public void ExecutorNito() => Run(N, static _ => new ExecutorCallsOnTasks(new NitoWorld(), 1), this);

    [Benchmark(OperationsPerInvoke = N, Baseline = true), BenchmarkCategory("500 at once")]
    public void ManyBridge() => Run(N, static _ => new ExecutorCallsOnBridge(500, static () => new ThreadPoolExecutor()), this);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("500 at once")]
    public void ManyNito() => Run(N, static _ => new ExecutorCallsOnTasks(new NitoWorld(), 500), this);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("500 at once")]
    public void ManyPool() => Run(N, static _ => new ExecutorCallsOnTasks(new PoolWorld(), 500), this);
}
