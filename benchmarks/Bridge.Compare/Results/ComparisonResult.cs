using Bridge.Benchmarks.Harness;

namespace Bridge.Compare.Results;

/// <summary>What was measured of one comparison, contenders as in the catalog: ours first.</summary>
internal sealed record ComparisonResult(Comparison Comparison, ContenderResult[] Contenders)
{
    internal ContenderResult Ours => Contenders[0];

    internal int Rounds => Contenders.Max(contender => contender.Figures.Length);

    /// <summary>The peer's figure divided by ours in each round, then the median: what disturbed a round disturbed both.</summary>
    internal double? Ratio(int index) => PerRound(index, static (peer, ours) => peer / ours);

    /// <summary>How much our figure exceeds the peer's in each round, then the median.</summary>
    internal double? Excess(int index) => PerRound(index, static (peer, ours) => ours - peer);

    /// <summary>The same of the best runs.</summary>
    internal double? BestRatio(int index) => OfBest(index, static (peer, ours) => peer / ours);

    /// <summary>The same of the best runs.</summary>
    internal double? BestExcess(int index) => OfBest(index, static (peer, ours) => ours - peer);

    /// <summary>The place of the contender with that name.</summary>
    internal int IndexOf(string name) => Array.FindIndex(Contenders, contender => contender.Name == name);

    /// <summary>As <see cref="Ratio(int)"/>, beside another contender than the first.</summary>
    internal double? Ratio(int index, int ours)
        => AreComparable(index, ours) ? Statistics.Median([.. Contenders[index].Figures.Zip(Contenders[ours].Figures, static (peer, ours) => peer / ours)]) : null;

    /// <summary>The same of the best runs.</summary>
    internal double? BestRatio(int index, int ours) => AreComparable(index, ours) ? Contenders[index].Best / Contenders[ours].Best : null;

    private double? PerRound(int index, Func<double, double, double> of)
        => IsComparable(index) ? Statistics.Median([.. Contenders[index].Figures.Zip(Ours.Figures, of)]) : null;

    private double? OfBest(int index, Func<double, double, double> of) => IsComparable(index) ? of(Contenders[index].Best, Ours.Best) : null;

    private bool IsComparable(int index) => AreComparable(index, 0);

    private bool AreComparable(int index, int ours) => !Contenders[ours].IsMissing && !Contenders[index].IsMissing;
}
