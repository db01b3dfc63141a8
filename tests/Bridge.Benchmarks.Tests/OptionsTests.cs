using Bridge.Benchmarks.Harness;
using Bridge.Compare;

namespace Bridge.Benchmarks.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Parse_OfFull_IsTheRecord()
    {
        var options = Options.Parse(["--full"]);

        Assert.True(options.IsRecord);
        Assert.Equal("benchmarks/results", options.Directory);
        Assert.All(Catalog.All, comparison => Assert.NotEqual(IsServed(comparison), options.Wants(comparison)));
        Assert.True(options.WantsCurve("Growth: live timers"));
        Assert.True(options.Pace.FewestRounds >= 7);
    }

    [Fact]
    public void Parse_OfFullServers_IsTheirRecord()
    {
        var options = Options.Parse(["--full", "--servers"]);

        Assert.True(options.IsRecord);
        Assert.Equal("benchmarks/results/servers", options.Directory);
        Assert.All(Catalog.All, comparison => Assert.Equal(IsServed(comparison), options.Wants(comparison)));
        Assert.False(options.WantsCurve("Growth: live timers"));
    }

    [Fact]
    public void Parse_OfOnly_MeasuresInFullWhatMatchesAndIsNoRecord()
    {
        var options = Options.Parse(["--only", "timer", "--only", "yield", "--rounds", "9"]);

        Assert.False(options.IsRecord);
        Assert.Equal("full", options.Pace.Mode);
        Assert.Equal((9, 9), (options.Pace.FewestRounds, options.Pace.MostRounds));
        Assert.Equal("artifacts/compare", options.Directory);
        Assert.True(options.WantsCurve("Growth: live timers"));
        Assert.Contains(Catalog.All.Where(options.Wants), it => it.Title.Contains("yield", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(Catalog.All.Where(options.Wants), it => it.Title.StartsWith("Border", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData]
    [InlineData("--only")]
    [InlineData("--quick", "--rounds", "0")]
    [InlineData("--slow")]
    [InlineData("--servers")]
    [InlineData("--quick", "--servers")]
    [InlineData("--full", "--servers", "--only", "echo")]
    public void Parse_OfNonsense_Throws(params string[] arguments) => Assert.Throws<FormatException>(() => Options.Parse(arguments));

    private static bool IsServed(Comparison comparison) => Catalog.Servers.Any(it => it.Title == comparison.Title);
}
