using Bridge.Compare;

namespace Bridge.Benchmarks.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Parse_OfFull_IsTheRecord()
    {
        var options = Options.Parse(["--full"]);

        Assert.True(options.IsRecord);
        Assert.True(options.Wants("Timer: fire"));
        Assert.True(options.Pace.FewestRounds >= 7);
    }

    [Fact]
    public void Parse_OfOnly_MeasuresInFullWhatMatchesAndIsNoRecord()
    {
        var options = Options.Parse(["--only", "timer", "--only", "yield", "--rounds", "9"]);

        Assert.False(options.IsRecord);
        Assert.Equal("full", options.Pace.Mode);
        Assert.Equal((9, 9), (options.Pace.FewestRounds, options.Pace.MostRounds));
        Assert.True(options.Wants("Timer: fire"));
        Assert.True(options.Wants("Coroutine: yield"));
        Assert.False(options.Wants("Border: WrapFuture"));
    }

    [Theory]
    [InlineData]
    [InlineData("--only")]
    [InlineData("--quick", "--rounds", "0")]
    [InlineData("--slow")]
    public void Parse_OfNonsense_Throws(params string[] arguments) => Assert.Throws<FormatException>(() => Options.Parse(arguments));
}
