using System.Text.Json;
using Bridge.Benchmarks.Harness;
using Bridge.Compare.Output;
using Bridge.Compare.Results;

namespace Bridge.Benchmarks.Tests;

public sealed class ReportTests
{
    [Theory]
    [InlineData(7.456, "7.46 ns")]
    [InlineData(12.34, "12.3 ns")]
    [InlineData(1234.5, "1.23 us")]
    [InlineData(-175_000.0, "-175 us")]
    [InlineData(0.0, "0.00 ns")]
    public void Figure_HasThreeDigitsAndAUnitThatFits(double nanoseconds, string expected) => Assert.Equal(expected, Cells.Figure(nanoseconds, "ns"));

    [Fact]
    public void Figure_InAnotherUnit_KeepsIt() => Assert.Equal("271 bytes", Cells.Figure(271.2, "bytes"));

    [Fact]
    public void Ratio_WithANegativeSide_IsNone() => Assert.Equal("-", Cells.Ratio(-1.5));

    [Fact]
    public void Write_NamesWhatIsMissingAndWhatFellShort()
    {
        var report = new Report { Mode = "full", Machine = new Dictionary<string, string> { ["processor"] = "one" } };
        report.Comparisons.Add(Measured.Pair(new Contender("pool", Measured.Never, 2), ours: [10], theirs: [15]));
        report.Comparisons.Add(Measured.Pair(new Contender("uvloop", Measured.Never, 15), ours: [10], theirs: []));

        string text = MarkdownReport.Write(report, []);

        Assert.Contains("4 rows; targets: 0 met, 0 about, 1 short; 1 missing", text, StringComparison.Ordinal);
        Assert.Contains("- SHORT: Section: thing: pool: >= 2x", text, StringComparison.Ordinal);
        Assert.Contains("- MISSING: Section: thing: uvloop: not here", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OfAQuickRun_JudgesNothing()
    {
        var report = new Report { Mode = "quick", Machine = new Dictionary<string, string>() };
        report.Comparisons.Add(Measured.Pair(new Contender("pool", Measured.Never, 2), ours: [10], theirs: [15]));

        string text = MarkdownReport.Write(report, []);

        Assert.Contains("2 rows ran; 0 missing", text, StringComparison.Ordinal);
        Assert.DoesNotContain("- SHORT", text, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteJson_KeepsEveryRoundAndNoNumberThatIsNone()
    {
        var report = new Report { Mode = "full", Machine = new Dictionary<string, string>() };
        report.Comparisons.Add(Measured.Pair(new Contender("pool", Measured.Never, 2), ours: [10, 20, 30], theirs: []));

        using JsonDocument json = JsonDocument.Parse(JsonReport.Write(report));

        JsonElement contenders = json.RootElement.GetProperty("comparisons")[0].GetProperty("contenders");
        Assert.Equal(3, contenders[0].GetProperty("measured").GetProperty("figures").GetArrayLength());
        Assert.Equal("not here", contenders[1].GetProperty("measured").GetProperty("missing").GetString());
    }
}
