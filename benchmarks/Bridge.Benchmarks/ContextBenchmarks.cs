using BenchmarkDotNet.Attributes;
using Bridge.Benchmarks.Workloads;

namespace Bridge.Benchmarks;

/// <summary>Ambient context (AsyncLocal values) around callbacks. Guards: the default context costing next to nothing, a flowing value no allocation.</summary>
public class ContextBenchmarks : WorkloadBenchmarks
{
    private const int N = 100_000;

    /// <summary>How many AsyncLocal values take turns: none is the default context.</summary>
    [Params(0, 1, 2)]
    public int Values { get; set; }

    [Benchmark(OperationsPerInvoke = N, Baseline = true)]
    public void Bridge() => Run(N, static self => new ContextsOnBridge(self.Values), this);

    [Benchmark(OperationsPerInvoke = N)]
    public void Pool() => Run(N, static self => new ContextsOnPool(self.Values), this);
}
