using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Bridge.Benchmarks.Workloads;

namespace Bridge.Benchmarks;

/// <summary>A BenchmarkDotNet class is a list of workloads: each method makes its own on its first call, during the warm-up, and runs it.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public abstract class WorkloadBenchmarks
{
    private Workload? _workload;

    /// <summary>BenchmarkDotNet runs one method per process; the harness calls this between methods.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _workload?.Dispose();
        _workload = null;
    }

    /// <summary>Runs the workload, made when first needed.</summary>
    protected void Run<T>(int operations)
        where T : Workload, new()
        => (_workload ?? Start(new T())).RunOnce(operations);

    /// <summary>The same for a workload with settings: <c>Run(n, static self =&gt; new W(self.Depth), this)</c>.</summary>
    protected void Run<TSelf>(int operations, Func<TSelf, Workload> make, TSelf self)
        where TSelf : WorkloadBenchmarks
    {
        ArgumentNullException.ThrowIfNull(make);
        (_workload ?? Start(make(self))).RunOnce(operations);
    }

    private Workload Start(Workload workload)
    {
        workload.Setup();
        return _workload = workload;
    }
}
