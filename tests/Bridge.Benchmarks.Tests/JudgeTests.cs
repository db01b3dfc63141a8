using Bridge.Benchmarks.Harness;
using Bridge.Benchmarks.Workloads;
using Bridge.Compare.Results;

namespace Bridge.Benchmarks.Tests;

public sealed class JudgeTests
{
    [Fact]
    public void Ratio_IsTheMedianOfTheRoundsRatios()
    {
        // The machine was three times as slow in the second round, for both.
        ComparisonResult result = Measured.Pair(Peer(), ours: [10, 30, 10], theirs: [20, 60, 50]);

        Assert.Equal(2, result.Ratio(1));
        Assert.Equal(2, result.BestRatio(1));
    }

    [Fact]
    public void Ratio_OfAMissingPeer_IsNone()
    {
        ComparisonResult result = Measured.Pair(Peer(target: 2), ours: [10], theirs: []);

        Assert.Null(result.Ratio(1));
        Assert.Empty(Judge.Findings(result, 1));
        Assert.Null(Judge.Limit(result));
    }

    [Fact]
    public void Ratio_WhenOursIsMissing_IsNone()
    {
        ComparisonResult result = Measured.Pair(Peer(target: 2), ours: [], theirs: [10]);

        Assert.Null(result.Ratio(1));
        Assert.Empty(Judge.Findings(result, 1));
    }

    [Theory]
    [InlineData(2.0, 2.0, "Met")]
    [InlineData(2.5, 1.9, "About")]
    [InlineData(1.9, 2.5, "About")]
    [InlineData(1.9, 1.9, "Short")]
    public void AtLeast_ComparesMedianAndBest(double median, double best, string expected)
        => Assert.Equal(expected, Judge.AtLeast(2, median, best).ToString());

    [Theory]
    [InlineData(2.0, 1.5, "Met")]
    [InlineData(2.1, 1.5, "About")]
    [InlineData(2.1, 2.1, "Short")]
    public void AtMost_ComparesMedianAndBest(double median, double best, string expected)
        => Assert.Equal(expected, Judge.AtMost(2, median, best).ToString());

    [Fact]
    public void Words_OfALimit_SayHowMuchLongerWeMayTake()
    {
        Assert.Equal(">= 15x", Judge.Words(15));
        Assert.Equal("<= 2.5x its time", Judge.Words(0.4));
    }

    [Fact]
    public void Findings_WithAnAllowance_CompareTheDifference()
    {
        Finding finding = Assert.Single(Judge.Findings(Measured.Pair(Peer() with { Allowance = 3 }, ours: [12, 22], theirs: [10, 20]), 1));

        Assert.Equal("<= 3 ns over it (is 2.0)", finding.Target);
        Assert.Equal(Verdict.Met, finding.Verdict);
    }

    [Theory]
    [InlineData(0.9, 100_000, "Met")]
    [InlineData(1.0, 100_000, "Short")]
    [InlineData(4.0, 300, "Met")]
    [InlineData(8.0, 10, "Short")]
    public void Findings_OfBytes_ForgiveWhatARunAllocatesOnce(double bytes, int operations, string expected)
    {
        var comparison = new Comparison("Section", "thing", 1, 0, new Contender("Bridge", Measured.Never));
        var result = new ComparisonResult(comparison, [new ContenderResult("Bridge", [10], [bytes]) { Operations = operations }]);

        Assert.Equal(expected, Assert.Single(Judge.Findings(result, 0)).Verdict.ToString());
    }

    [Fact]
    public void Findings_OfOurs_HoldSideFiguresAndTheFigureItself()
    {
        var comparison = new Comparison("Section", "thing", 1, double.NaN, new Contender("Bridge", Measured.Never)) { AtMost = 300, Unit = "bytes" };
        ContenderResult row = Measured.Row("Bridge", 271) with { SideFigures = [new SideFigure("wake-ups per post", 0.02, 0.01), new SideFigure("others", 5)] };

        Finding[] findings = Judge.Findings(new ComparisonResult(comparison, [row]), 0);

        Assert.Equal([new Finding("<= 300 bytes", Verdict.Met), new Finding("<= 0.01 wake-ups per post", Verdict.Short)], findings);
    }

    [Fact]
    public void Findings_OfAFurtherWayOfOurs_HoldItsOwnDemands()
    {
        Contender[] contenders =
        [
            new("first", Measured.Never) { IsOurs = true, AtMost = 5 },
            new("second", Measured.Never) { IsOurs = true, Demands = [new("limit", 1 / 1.1), new("slow", 2)] },
            new("limit", Measured.Never),
            new("slow", Measured.Never),
            new("missing", Measured.Never),
        ];
        var comparison = new Comparison("Section", "thing", 1, double.NaN, contenders) { AtMost = 50 };
        var result = new ComparisonResult(
            comparison, [Measured.Row("first", 10), Measured.Row("second", 20), Measured.Row("limit", 16), Measured.Row("slow", 50), Measured.Row("missing")]);

        Assert.Equal([new Finding("<= 5 ns", Verdict.Short)], Judge.Findings(result, 0));
        Assert.Equal(
            [new Finding("<= 50 ns", Verdict.Met), new Finding("<= 1.1x limit (is 1.25)", Verdict.Short), new Finding(">= 2x slow (is 2.50)", Verdict.Met)],
            Judge.Findings(result, 1));
    }

    [Fact]
    public void Findings_OfADemandBesideAMissingPeer_AreNone()
    {
        Contender[] contenders = [new("ours", Measured.Never) { IsOurs = true, Demands = [new("peer", 2)] }, new("peer", Measured.Never)];
        var result = new ComparisonResult(new Comparison("Section", "thing", 1, double.NaN, contenders), [Measured.Row("ours", 10), Measured.Row("peer")]);

        Assert.Empty(Judge.Findings(result, 0));
        Assert.Null(Judge.Limit(result));
    }

    [Fact]
    public void Limit_IsTheStrictestTarget()
    {
        Contender[] contenders = [new("Bridge", Measured.Never), Peer(target: 10), Peer() with { Allowance = 5 }];
        var result = new ComparisonResult(
            new Comparison("Section", "thing", 1, 0, contenders), [Measured.Row("Bridge", 1), Measured.Row("a", 200), Measured.Row("b", 10)]);

        Assert.Equal(15, Judge.Limit(result));
    }

    private static Contender Peer(double target = 0) => new("peer", Measured.Never, target);
}
