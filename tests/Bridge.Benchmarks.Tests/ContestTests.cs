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

    private static ContenderResult[] Run(params Func<Workload>[] makers)
        => Contest.Run([.. makers.Select(make => new Entrant("row", make, 100, isWhole: true))], s_pace);

    private sealed class Fake(string name, List<string> order) : Workload
    {
        private int _runs;

        internal int FailsAfter { get; init; } = int.MaxValue;

        internal bool IsDisposed { get; private set; }

        public override double? Figure => 42;

        public override void RunOnce(int operations)
        {
            order.Add(name);
            if (++_runs > FailsAfter)
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
