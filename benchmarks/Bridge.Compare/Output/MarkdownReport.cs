using System.Text;
using Bridge.Benchmarks.Harness;
using Bridge.Compare.Results;

namespace Bridge.Compare.Output;

/// <summary>results.md.</summary>
internal static class MarkdownReport
{
    private const string Legend = """
        How to read: **ratio** is the contender's figure divided by that of the first row, Bridge, in the same round, median over the rounds; above 1 Bridge is
        better. **of best** is the same of the best runs, which are the ones that nothing disturbed. **middle half** is where half of the rounds lie. **bytes** are allocated
        per operation by all threads together, of servers by their process; programs that are not .NET keep theirs to themselves. A **target** stands in the row of the peer that it is about, what
        is asked of Bridge alone in Bridge's own row. **met**: median and best reach it; **about**: one of them does; **SHORT**: neither.
        """;

    internal static string Write(Report report, IReadOnlyCollection<string> plots)
    {
        var text = new StringBuilder("# Bridge beside its peers\n\n");
        foreach ((string what, string value) in report.Machine)
        {
            text.Append($"- {what}: {value}\n");
        }

        text.Append($"- mode: {report.Mode}, {(report.Rounds.Fewest < report.Rounds.Most ? $"{report.Rounds.Fewest} to " : "")}{report.Rounds.Most} rounds\n");
        text.Append(report.LoadAtStart is { } load ? $"- load when it began: {Cells.Digits(load)}\n" : "");
        text.Append($"\n{report.Noise}\n\n{Legend}\n");
        AppendSummary(text, report);
        foreach (IGrouping<string, ComparisonResult> section in report.Comparisons.GroupBy(it => it.Comparison.Section))
        {
            text.Append($"\n## {section.Key}\n\n{Catalog.Describe(section.Key)}\n");
            foreach (string plot in section.Select(BarPlot.FileNameOf).Distinct().Where(plots.Contains))
            {
                text.Append($"\n![{section.Key}](plots/{plot})\n");
            }

            foreach (ComparisonResult result in section)
            {
                text.Append($"\n### {result.Comparison.Title}\n\n{Tables.Of(result)}");
            }
        }

        AppendCurves(text, report, plots);
        return text.ToString();
    }

    /// <summary>A title as the name of a file.</summary>
    internal static string FileName(string title)
        => string.Join('-', new string([.. title.Select(it => char.IsAsciiLetterOrDigit(it) ? char.ToLowerInvariant(it) : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>"12 rows, ..." as the program's last line has it.</summary>
    internal static string Summary(Report report)
        => report.IsQuick
        ? $"{report.Rows.Count() - report.MissingRows.Count()} rows ran; {report.MissingRows.Count()} missing"
        : $"{report.Rows.Count()} rows; targets: {report.Count(Verdict.Met)} met, {report.Count(Verdict.About)} about, {report.Count(Verdict.Short)} short; {report.MissingRows.Count()} missing";

    private static void AppendSummary(StringBuilder text, Report report)
    {
        text.Append($"\n## In short\n\n{Summary(report)}.\n\n");
        foreach ((string title, Finding finding) in report.Findings.Where(it => it.Finding.Verdict != Verdict.Met && !report.IsQuick))
        {
            text.Append($"- {Tables.Word(finding.Verdict)}: {title}: {finding.Target}\n");
        }

        foreach ((string title, ContenderResult row) in report.MissingRows)
        {
            text.Append($"- MISSING: {title}: {row.Missing}\n");
        }
    }

    private static void AppendCurves(StringBuilder text, Report report, IReadOnlyCollection<string> plots)
    {
        if (report.Curves.Count > 0)
        {
            text.Append("\n## Growth\n\nWhat a thing costs as there is more of it.\n");
        }

        foreach (CurveResult curve in report.Curves)
        {
            string title = CurveResult.Title(curve.Curve);
            text.Append($"\n### {title}\n\nLaw: {curve.Curve.Law.TrimEnd('.')}.{(curve.Growth is { } growth ? $" From first to last: {Cells.Ratio(growth)}." : "")}\n\n");
            text.Append(plots.Contains(FileName(title) + ".png") ? $"![{title}](plots/{FileName(title)}.png)\n\n" : "");
            text.Append(Tables.Of(curve));
        }
    }
}
