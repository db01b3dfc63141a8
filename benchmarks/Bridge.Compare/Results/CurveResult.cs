using Bridge.Benchmarks.Harness;

namespace Bridge.Compare.Results;

/// <summary>A growth curve, measured at its points; a point is a contender named for its parameter.</summary>
internal sealed record CurveResult(GrowthCurve Curve, int[] Points, ContenderResult[] Results)
{
    /// <summary>What <c>--only</c> looks into.</summary>
    internal static string Title(GrowthCurve curve) => $"Growth: {curve.Name}";

    /// <summary>The last point's cost divided by the first's.</summary>
    internal double? Growth => Results[0].IsMissing || Results[^1].IsMissing ? null : Results[^1].Median / Results[0].Median;
}
