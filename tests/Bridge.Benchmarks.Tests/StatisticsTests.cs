using Bridge.Benchmarks.Harness;

namespace Bridge.Benchmarks.Tests;

public sealed class StatisticsTests
{
    [Theory]
    [InlineData(new[] { 7.0 }, 7)]
    [InlineData(new[] { 9.0, 1, 5 }, 5)]
    [InlineData(new[] { 4.0, 1, 2, 3 }, 2.5)]
    public void Median_OfUnsortedValues_IsTheMiddle(double[] values, double expected)
        => Assert.Equal(expected, Statistics.Median(values));

    [Theory]
    [InlineData(0, 10)]
    [InlineData(0.25, 20)]
    [InlineData(0.75, 40)]
    [InlineData(0.9, 46)]
    [InlineData(1, 50)]
    public void Quantile_BetweenTwoValues_LiesOnTheLine(double share, double expected)
        => Assert.Equal(expected, Statistics.Quantile([50, 10, 30, 20, 40], share), precision: 9);

    [Fact]
    public void Median_OfNothing_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Statistics.Median([]));

    [Fact]
    public void Median_LeavesItsArgumentInOrder()
    {
        double[] values = [3, 1, 2];

        Statistics.Median(values);

        Assert.Equal([3, 1, 2], values);
    }
}
