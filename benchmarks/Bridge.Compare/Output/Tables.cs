using Bridge.Benchmarks.Workloads;
using Bridge.Compare.Results;

namespace Bridge.Compare.Output;

/// <summary>Results as tables: the console and results.md show the same ones.</summary>
internal static class Tables
{
    internal static string Of(ComparisonResult result)
    {
        var table = new Table("contender", "median", "middle half", "ratio", "of best", "bytes", "target", "verdict", "besides");
        for (int i = 0; i < result.Contenders.Length; i++)
        {
            ContenderResult row = result.Contenders[i];
            if (row.IsMissing)
            {
                table.Add(row.Name, "MISSING", "", "", "", "", "", "", row.Missing!);
                continue;
            }

            string unit = result.Comparison.Unit;
            Finding[] findings = Judge.Findings(result, i);
            table.Add(
                row.Name,
                Cells.Figure(row.Median, unit),
                Cells.Range(row.Spread.Low, row.Spread.High, unit),
                i == 0 ? "" : Cells.Ratio(result.Ratio(i)),
                i == 0 ? "" : Cells.Ratio(result.BestRatio(i)),
                Cells.Bytes(row.Bytes),
                string.Join("; ", findings.Select(finding => finding.Target)),
                string.Join("; ", findings.Select(finding => Word(finding.Verdict))),
                Besides(row));
        }

        return table.ToString();
    }

    internal static string Of(CurveResult curve)
    {
        var table = new Table(curve.Curve.Parameter, curve.Curve.Unit, "middle half", "of the first", "bytes", "besides");
        foreach (ContenderResult row in curve.Results)
        {
            if (row.IsMissing)
            {
                table.Add(row.Name, "MISSING", "", "", "", row.Missing!);
                continue;
            }

            string unit = curve.Curve.Unit.Split(' ')[0];
            table.Add(
                row.Name,
                Cells.Figure(row.Median, unit),
                Cells.Range(row.Spread.Low, row.Spread.High, unit),
                curve.Results[0].IsMissing ? "-" : Cells.Ratio(row.Median / curve.Results[0].Median),
                Cells.Bytes(row.Bytes),
                Besides(row));
        }

        return table.ToString();
    }

    /// <summary>Short stands out.</summary>
    internal static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Met => "met",
        Verdict.About => "about",
        _ => "SHORT",
    };

    private static string Besides(ContenderResult row)
        => string.Join("; ", [.. row.SideFigures.Select(Text), .. row.Remark is { Length: > 0 } remark ? [remark] : Array.Empty<string>()]);

    private static string Text(SideFigure side) => $"{Cells.Count(side.Value)} {side.Name}";
}
