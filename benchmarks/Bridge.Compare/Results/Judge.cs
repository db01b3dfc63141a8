using System.Globalization;
using Bridge.Benchmarks.Harness;
using Bridge.Benchmarks.Workloads;

namespace Bridge.Compare.Results;

/// <summary>Holds results against their targets. A target stands in the row of the peer that it names; what concerns Bridge alone in Bridge's.</summary>
internal static class Judge
{
    /// <summary>Everything that is asked of the row.</summary>
    internal static Finding[] Findings(ComparisonResult result, int index)
        => result.Contenders[index].IsMissing ? []
        : index == 0 || result.Comparison.Contenders[index].IsOurs ? [.. Ours(result, index), .. Demands(result, index)]
        : [.. Peer(result, index)];

    /// <summary>How large our figure may be so that every target of the comparison is met; null if there is none.</summary>
    internal static double? Limit(ComparisonResult result)
    {
        List<double> limits = [];
        for (int i = 1; i < result.Contenders.Length; i++)
        {
            Contender contender = result.Comparison.Contenders[i];
            if (!result.Contenders[i].IsMissing && contender.Target > 0)
            {
                limits.Add(result.Contenders[i].Median / contender.Target);
            }

            if (!result.Contenders[i].IsMissing && contender.Allowance is { } allowance)
            {
                limits.Add(result.Contenders[i].Median + allowance);
            }
        }

        foreach (Demand demand in result.Comparison.Contenders[0].Demands)
        {
            ContenderResult peer = result.Contenders[result.IndexOf(demand.Peer)];
            if (!peer.IsMissing)
            {
                limits.Add(peer.Median / demand.Target);
            }
        }

        if (MostOf(result.Comparison, 0) is { } most)
        {
            limits.Add(most);
        }

        return limits.Count == 0 ? null : limits.Min();
    }

    /// <summary>For what should be large.</summary>
    internal static Verdict AtLeast(double target, double median, double best) => Of(median >= target, best >= target);

    /// <summary>For what should be small.</summary>
    internal static Verdict AtMost(double target, double median, double best) => Of(median <= target, best <= target);

    /// <summary>A ratio in words: a limit, whose target is below 1, reads as how many times its time we may take.</summary>
    internal static string Words(double ratio)
        => ratio < 1 ? Text($"<= {1 / ratio:0.##}x its time") : Text($">= {ratio:0.##}x");

    /// <summary>What a run allocates however long it is (a closure, a thread, entering a loop), spread over its operations: less than any object each.</summary>
    internal static double ForgivenBytes(int operations) => Math.Clamp(2048.0 / Math.Max(1, operations), 1, 8);

    private static Verdict Of(bool median, bool best) => median && best ? Verdict.Met : median || best ? Verdict.About : Verdict.Short;

    private static double? MostOf(Comparison comparison, int index) => comparison.Contenders[index].AtMost ?? comparison.AtMost;

    private static IEnumerable<Finding> Ours(ComparisonResult result, int index)
    {
        ContenderResult ours = result.Contenders[index];
        if (ours.Bytes is not null && !double.IsNaN(result.Comparison.TargetBytes))
        {
            double most = result.Comparison.TargetBytes + ForgivenBytes(ours.Operations);
            yield return new(Text($"<= {result.Comparison.TargetBytes:0} B"), Of(ours.Bytes < most, ours.AllBytes.Min() < most));
        }

        if (MostOf(result.Comparison, index) is { } limit)
        {
            yield return new(Text($"<= {limit:0.##} {result.Comparison.Unit}"), AtMost(limit, ours.Median, ours.Best));
        }

        foreach (SideFigure side in ours.SideFigures)
        {
            if (side.AtMost is { } at)
            {
                yield return new(Text($"<= {at:0.##} {side.Name}"), AtMost(at, side.Value, side.Value));
            }
        }
    }

    /// <summary>Each in a few words, with what it is, because the ratio column is about another pair.</summary>
    private static IEnumerable<Finding> Demands(ComparisonResult result, int index)
    {
        foreach (Demand demand in result.Comparison.Contenders[index].Demands)
        {
            int peer = result.IndexOf(demand.Peer);
            if (result.Ratio(peer, index) is { } ratio)
            {
                // A limit reads the other way round: how many times its figure ours is.
                string text = demand.Target < 1
                    ? Text($"<= {1 / demand.Target:0.##}x {demand.Peer} (is {1 / ratio:0.00})")
                    : Text($">= {demand.Target:0.##}x {demand.Peer} (is {ratio:0.00})");
                yield return new(text, AtLeast(demand.Target, ratio, result.BestRatio(peer, index)!.Value));
            }
        }
    }

    private static IEnumerable<Finding> Peer(ComparisonResult result, int index)
    {
        Contender contender = result.Comparison.Contenders[index];
        if (contender.Target > 0 && result.Ratio(index) is { } ratio)
        {
            yield return new(Words(contender.Target), AtLeast(contender.Target, ratio, result.BestRatio(index)!.Value));
        }

        if (contender.Allowance is { } allowance && result.Excess(index) is { } excess)
        {
            yield return new(
                Text($"<= {allowance:0.##} {result.Comparison.Unit} over it (is {excess:0.0})"), AtMost(allowance, excess, result.BestExcess(index)!.Value));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
