using BenchmarkDotNet.Attributes;
using Bridge.Benchmarks.Workloads;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks;

/// <summary>CallSoon and running what it queued. Guards: the cost of a slot, an allocation per callback, a poll on every tiny turn.</summary>
/// <remarks>The batch is bound by the ring and the ambient context; the chain by the turn around a single callback.</remarks>
public class CallSoonBenchmarks : WorkloadBenchmarks
{
    private const int N = 100_000;

    [Benchmark(OperationsPerInvoke = N, Baseline = true), BenchmarkCategory("batch")]
    public void BatchBridge() => Run<CallSoonBatch.OnBridge>(N);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("batch")]
    public void BatchQueue() => Run<CallSoonBatch.OnQueue>(N);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("batch")]
    public void BatchPool() => Run<PoolBatch>(N);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("batch")]
    public void BatchNito() => Run<CallSoonBatch.OnNito>(N);

    [Benchmark(OperationsPerInvoke = N, Baseline = true), BenchmarkCategory("chain")]
    public void ChainBridge() => Run<CallSoonChain.OnBridge>(N);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("chain")]
    public void ChainQueue() => Run<CallSoonChain.OnQueue>(N);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("chain")]
    public void ChainPool() => Run<CallSoonChain.OnPool>(N);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("chain")]
    public void ChainPoolYield() => Run(N, static _ => new YieldOnTasks(new PoolWorld()), this);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("chain")]
    public void ChainNito() => Run<CallSoonChain.OnNito>(N);
}
