using Bridge.Benchmarks.Harness;
using Bridge.Benchmarks.Workloads;
using Bridge.Benchmarks.Worlds;
using Bridge.Compare.Measuring;
using Bridge.Compare.Results;

namespace Bridge.Benchmarks.Tests;

public sealed class ContestTests
{
    private static readonly Pace s_pace = Pace.Quick with { WarmUp = TimeSpan.Zero };

    [Fact]
    public void Run_TakesTurnsAndAsksTheWorkloadForItsFigure()
    {
        List<string> order = [];

        ContenderResult[] results = Run(() => new Fake("a", order), () => new Fake("b", order));

        Assert.Equal(["a", "b", "a", "b", "a", "b", "a", "b"], order);
        Assert.All(results, row => Assert.Equal([42, 42, 42], row.Figures));
        Assert.All(results, row => Assert.Null(row.Missing));
    }

    [Fact]
    public void Run_WhenAPeerIsMissing_SaysWhyAndMeasuresTheOthers()
    {
        ContenderResult[] results = Run(() => new Fake("a", []), () => throw new MissingPeerException("no uvloop here"));

        Assert.False(results[0].IsMissing);
        Assert.True(results[1].IsMissing);
        Assert.Equal("no uvloop here", results[1].Missing);
    }

    [Fact]
    public void Run_WhenAWorkloadThrowsInALaterRound_DropsItsFigures()
    {
        var broken = new Fake("b", []) { FailsAfter = 2 };

        ContenderResult[] results = Run(() => new Fake("a", []), () => broken);

        Assert.Equal(3, results[0].Figures.Length);
        Assert.True(results[1].IsMissing);
        Assert.Equal("threw InvalidOperationException: broken", results[1].Missing);
        Assert.True(broken.IsDisposed);
    }

    [Fact]
    public void Run_OfWhatIsNotDoneOneAfterTheOther_CutsItToThePace()
    {
        ContenderResult result = Assert.Single(Contest.Run([new Entrant("a", () => new Fake("a", []), 1_000_000, isWhole: true)], s_pace));

        Assert.Equal(s_pace.MostAtOnce, result.Operations);
    }

    [Fact]
    public void Run_OfAComparisonWithAnotherFigure_ReadsItAfterEachRun()
    {
        var comparison = new Comparison("Section", "thing", 10, double.NaN, new Contender("a", () => new Fake("a", [])))
        {
            IsWhole = true,
            Other = new Comparison("Section, other", "thing", 10, double.NaN, new Contender("a", Measured.Never)) { Read = workload => ((Fake)workload).Runs },
        };

        ComparisonResult[] results = Contest.Run(comparison, s_pace);

        Assert.Equal(["Section: thing", "Section, other: thing"], results.Select(it => it.Comparison.Title));
        Assert.Equal([42, 42, 42], results[0].Ours.Figures);
        Assert.Equal([2, 3, 4], results[1].Ours.Figures);
        Assert.Equal([7, 7, 7], results[0].Ours.AllBytes);
    }

    [Fact]
    public void Run_OfAComparisonWithAnotherFigureThatIsMissing_SaysSoInBoth()
    {
        var comparison = new Comparison("Section", "thing", 10, double.NaN, new Contender("a", () => throw new MissingPeerException("no C here")))
        {
            Other = new Comparison("Section, other", "thing", 10, double.NaN, new Contender("a", Measured.Never)) { Read = _ => 1 },
        };

        Assert.All(Contest.Run(comparison, s_pace), result => Assert.Equal("no C here", result.Ours.Missing));
    }

    [Fact]
    public void Run_OfAComparisonWithFewRounds_MeasuresQuickOnce()
    {
        var comparison = new Comparison("Section", "thing", 1_000_000, double.NaN, new Contender("a", () => new Fake("a", [])))
        {
            IsWhole = true,
            Rounds = 3,
            MostInQuick = 100,
        };

        ContenderResult quick = Assert.Single(Contest.Run(comparison, s_pace)).Ours;

        Assert.Equal(100, quick.Operations);
        Assert.Single(quick.Figures);
        Assert.Equal(3, Assert.Single(Contest.Run(comparison, Pace.Full with { WarmUp = TimeSpan.Zero })).Rounds);
    }

    [Theory]
    [InlineData(99, 0, false)]
    [InlineData(100, 0, true)]
    [InlineData(100, 3000, false)]
    [InlineData(3000, 3000, true)]
    [InlineData(4999, 9000, false)]
    [InlineData(5000, 9000, true)]
    public void IsWarm_AfterTheWarmUpAndWhatTheWorkloadWants_WithinReason(int elapsed, int wanted, bool expected)
    {
        Pace pace = Pace.Full with { WarmUp = TimeSpan.FromMilliseconds(100), LongestWarmUp = TimeSpan.FromSeconds(5) };

        Assert.Equal(expected, pace.IsWarm(TimeSpan.FromMilliseconds(elapsed), TimeSpan.FromMilliseconds(wanted)));
    }

    private static ContenderResult[] Run(params Func<Workload>[] makers)
        => Contest.Run([.. makers.Select(make => new Entrant("row", make, 100, isWhole: true))], s_pace);

    private sealed class Fake(string name, List<string> order) : Workload
    {
        internal int Runs { get; private set; }

        internal int FailsAfter { get; init; } = int.MaxValue;

        internal bool IsDisposed { get; private set; }

        public override double? Figure => 42;

        public override double? Bytes => 7;

        public override void RunOnce(int operations)
        {
            order.Add(name);
            if (++Runs > FailsAfter)
            {
                throw new InvalidOperationException("broken");
            }
        }

        public override void Dispose()
        {
            base.Dispose();
            IsDisposed = true;
        }
    }
}
