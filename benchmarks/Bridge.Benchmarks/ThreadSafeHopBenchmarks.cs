using BenchmarkDotNet.Attributes;
using Bridge.Benchmarks.Workloads;

namespace Bridge.Benchmarks;

/// <summary>Posts from other threads. Guards: contention at the inbox, allocation per post, a wake-up per post.</summary>
/// <remarks>Threads are started in the measured part; at this many posts they do not show.</remarks>
public class ThreadSafeHopBenchmarks : WorkloadBenchmarks
{
    private const int N = 1_000_000;

    [Params(1, 2, 4)]
    public int Producers { get; set; }

    [Benchmark(OperationsPerInvoke = N, Baseline = true)]
    public void Bridge() => Run(N, static self => new CrossThreadPosts.OnBridge(self.Producers), this);

    [Benchmark(OperationsPerInvoke = N)]
    public void ChannelReader() => Run(N, static self => new CrossThreadPosts.OnChannel(self.Producers), this);

    [Benchmark(OperationsPerInvoke = N)]
    public void Nito() => Run(N, static self => new CrossThreadPosts.OnNito(self.Producers), this);
}

/// <summary>There and back between two threads. Guards: the wake-up, the adaptive spin before sleeping, the turn around a single post.</summary>
public class RoundTripBenchmarks : WorkloadBenchmarks
{
    private const int N = 10_000;

    [Benchmark(OperationsPerInvoke = N, Baseline = true)]
    public void Bridge() => Run<RoundTrips.OnBridge>(N);

    [Benchmark(OperationsPerInvoke = N)]
    public void Channels() => Run<RoundTrips.OnChannels>(N);

    [Benchmark(OperationsPerInvoke = N)]
    public void Nito() => Run<RoundTrips.OnNito>(N);
}
