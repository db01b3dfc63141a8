using Bridge.Benchmarks.Harness;

namespace Bridge.Benchmarks.Workloads;

/// <summary>Single measurements, in nanoseconds, of something that is not a throughput: the run's median is the figure.</summary>
internal sealed class Samples
{
    private readonly List<double> _all = [];
    private double[] _run = [];
    private int _count;

    /// <summary>The median of the last run.</summary>
    internal double Median => Statistics.Median(_run);

    /// <summary>The smallest of all runs.</summary>
    internal double Smallest => _all.Count == 0 ? 0 : _all.Min();

    /// <summary>What hardly any sample exceeds, for people.</summary>
    internal string Tail => _all.Count == 0 ? "" : string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"p99 {Statistics.Quantile([.. _all], 0.99) / 1000:0} us of {_all.Count}");

    /// <summary>Begins a run.</summary>
    internal void Begin(int samples)
    {
        _run = new double[samples];
        _count = 0;
    }

    internal void Add(double nanoseconds)
    {
        _run[_count++] = nanoseconds;
        _all.Add(nanoseconds);
    }
}
