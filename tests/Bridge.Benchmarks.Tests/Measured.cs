using Bridge.Benchmarks.Harness;
using Bridge.Benchmarks.Workloads;
using Bridge.Compare.Results;

namespace Bridge.Benchmarks.Tests;

/// <summary>Results without measuring.</summary>
internal static class Measured
{
    /// <summary>A contender's figures, one per round; none: missing.</summary>
    internal static ContenderResult Row(string name, params double[] figures)
        => new(name, figures, []) { Missing = figures.Length == 0 ? "not here" : null };

    /// <summary>Ours beside one peer.</summary>
    internal static ComparisonResult Pair(Contender peer, double[] ours, double[] theirs)
        => new(new Comparison("Section", "thing", 1, double.NaN, new Contender("Bridge", Never), peer), [Row("Bridge", ours), Row(peer.Name, theirs)]);

    internal static Workload Never() => throw new InvalidOperationException("Nothing is measured here.");
}
