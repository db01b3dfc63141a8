using Bridge.Benchmarks.Harness;
using Bridge.Benchmarks.Workloads;

namespace Bridge.Compare.Results;

/// <summary>What was measured of one contender.</summary>
/// <param name="Name">As in the catalog.</param>
/// <param name="Figures">Per operation, one of each round; none if it is missing.</param>
/// <param name="AllBytes">Allocated per operation, one of each round; none where this process cannot tell.</param>
internal sealed record ContenderResult(string Name, double[] Figures, double[] AllBytes)
{
    internal SideFigure[] SideFigures { get; init; } = [];

    internal string? Remark { get; init; }

    /// <summary>Per run.</summary>
    internal int Operations { get; init; }

    /// <summary>Why it could not be measured.</summary>
    internal string? Missing { get; init; }

    internal bool IsMissing => Figures.Length == 0;

    internal double Median => Statistics.Median(Figures);

    internal double Best => Figures.Min();

    /// <summary>The middle half of the rounds lies between these.</summary>
    internal (double Low, double High) Spread => (Statistics.Quantile(Figures, 0.25), Statistics.Quantile(Figures, 0.75));

    internal double? Bytes => AllBytes.Length == 0 ? null : Statistics.Median(AllBytes);
}
