using BenchmarkDotNet.Attributes;
using Bridge.Benchmarks.Workloads;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks;

/// <summary>Coroutines that suspend. Guards: resuming in time independent of depth, no closure or delegate per await, the size of tasks and futures.</summary>
public class CoroutineBenchmarks : WorkloadBenchmarks
{
    private const int N = 20_000;

    [Benchmark(OperationsPerInvoke = N, Baseline = true), BenchmarkCategory("yield")]
    public void YieldBridge() => Run<YieldOnBridge>(N);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("yield")]
    public void YieldRing() => Run(N, static _ => new YieldOnTasks(new RingWorld()), this);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("yield")]
    public void YieldPool() => Run(N, static _ => new YieldOnTasks(new PoolWorld()), this);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("yield")]
    public void YieldNito() => Run(N, static _ => new YieldOnTasks(new NitoWorld()), this);

    [Benchmark(OperationsPerInvoke = N, Baseline = true), BenchmarkCategory("yield under 10")]
    public void DeepYieldBridge() => Run<DeepYieldOnBridge>(N);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("yield under 10")]
    public void DeepYieldRing() => Run(N, static _ => new DeepYieldOnTasks(new RingWorld()), this);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("yield under 10")]
    public void DeepYieldPool() => Run(N, static _ => new DeepYieldOnTasks(new PoolWorld()), this);

    [Benchmark(OperationsPerInvoke = N, Baseline = true), BenchmarkCategory("ping-pong")]
    public void PingPongBridge() => Run<PingPongOnBridge>(N);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("ping-pong")]
    public void PingPongRing() => Run(N, static _ => new PingPongOnTasks(new RingWorld()), this);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("ping-pong")]
    public void PingPongPool() => Run(N, static _ => new PingPongOnTasks(new PoolWorld()), this);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("ping-pong")]
    public void PingPongNito() => Run(N, static _ => new PingPongOnTasks(new NitoWorld()), this);

    [Benchmark(OperationsPerInvoke = N, Baseline = true), BenchmarkCategory("create and run")]
    public void CreateBridge() => Run<CreateTasksOnBridge>(N);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("create and run")]
    public void CreatePool() => Run<CreateTasksOnPool>(N);

    [Benchmark(OperationsPerInvoke = N), BenchmarkCategory("create and run")]
    public void CreateRing() => Run(N, static _ => new CreateTasksOnContext(new RingWorld()), this);
}

/// <summary>Coroutines that call each other and never suspend. Guards: the size of a coroutine, the start inside the awaiter.</summary>
public class NestedCallBenchmarks : WorkloadBenchmarks
{
    private const int N = 20_000;

    [Params(1, 3, 10)]
    public int Depth { get; set; }

    [Benchmark(OperationsPerInvoke = N, Baseline = true)]
    public void Bridge() => Run(N, static self => new NestedOnBridge(self.Depth), this);

    [Benchmark(OperationsPerInvoke = N)]
    public void AsyncTask() => Run(N, static self => new NestedOnTasks(new PoolWorld(), self.Depth), this);
}
