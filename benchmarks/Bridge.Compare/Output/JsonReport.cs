using System.Text.Json;
using Bridge.Benchmarks.Harness;
using Bridge.Compare.Results;

namespace Bridge.Compare.Output;

/// <summary>results.json: everything, every round included, for other programs.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { WriteIndented = true, IndentSize = 1, NewLine = "\n" };

    internal static string Write(Report report) => JsonSerializer.Serialize(
        new
        {
            report.Mode,
            report.Machine,
            report.LoadAtStart,
            report.NoisyShare,
            Summary = MarkdownReport.Summary(report),
            Comparisons = report.Comparisons.Select(Comparison),
            Curves = report.Curves.Select(Curve),
        },
        s_options) + "\n";

    private static object Comparison(ComparisonResult result) => new
    {
        result.Comparison.Section,
        result.Comparison.Name,
        result.Comparison.Unit,
        TargetBytes = Finite(result.Comparison.TargetBytes),
        result.Comparison.AtMost,
        Contenders = result.Contenders.Select((row, index) => new
        {
            Measured = Row(row),
            Ratio = index == 0 ? null : result.Ratio(index),
            BestRatio = index == 0 ? null : result.BestRatio(index),
            Excess = index == 0 ? null : result.Excess(index),
            result.Comparison.Contenders[index].Target,
            result.Comparison.Contenders[index].Allowance,
            result.Comparison.Contenders[index].Demands,
            Findings = Judge.Findings(result, index).Select(finding => new { finding.Target, Verdict = Tables.Word(finding.Verdict) }),
        }),
    };

    private static object Curve(CurveResult curve) => new
    {
        curve.Curve.Name,
        curve.Curve.Unit,
        curve.Curve.Parameter,
        curve.Curve.Law,
        curve.Growth,
        Points = curve.Points.Select((point, index) => new { Point = point, Measured = Row(curve.Results[index]) }),
    };

    private static object Row(ContenderResult row) => row.IsMissing
        ? new { row.Name, row.Missing }
        : new
        {
            row.Name,
            row.Median,
            Quartiles = new[] { row.Spread.Low, row.Spread.High },
            Min = row.Best,
            Max = row.Figures.Max(),
            row.Bytes,
            row.Operations,
            row.SideFigures,
            row.Remark,
            row.Figures,
        };

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
