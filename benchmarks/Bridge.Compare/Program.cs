using Bridge.Benchmarks.Harness;
using Bridge.Benchmarks.Worlds;
using Bridge.Compare.Measuring;
using Bridge.Compare.Output;
using Bridge.Compare.Results;

namespace Bridge.Compare;

/// <summary>Measures Bridge beside its peers and writes tables, JSON and pictures. Run by <c>benchmarks/compare</c>, which fetches the peers.</summary>
internal static class Program
{
    private const int Nothing = 2;

    private static int Main(string[] args)
    {
        Options options;
        try
        {
            options = Options.Parse(args);
        }
        catch (FormatException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return Nothing;
        }

        var report = new Report { Mode = options.Pace.Mode, Machine = Machine.Describe(), LoadAtStart = Machine.Load() };
        Measure(options, report);
        if (!report.Rows.Any())
        {
            Console.Error.WriteLine($"No title contains {string.Join(" or ", options.Only.Select(text => $"\"{text}\""))}.");
            return Nothing;
        }

        string directory = Path.Combine(Peers.Root, options.Directory);
        Write(report, directory);
        Console.WriteLine($"{report.Noise}\n\n{Path.GetRelativePath(Environment.CurrentDirectory, directory)}: results.md, results.json, plots/");
        foreach ((string title, ContenderResult row) in report.MissingRows)
        {
            Console.WriteLine($"MISSING: {title}: {row.Missing}");
        }

        Console.WriteLine(MarkdownReport.Summary(report));
        return report.MissingRows.Any() ? 1 : 0;
    }

    private static void Measure(Options options, Report report)
    {
        foreach (Comparison comparison in Catalog.All.Concat(Safety.All).Where(options.Wants))
        {
            foreach (ComparisonResult result in Contest.Run(comparison, options.Pace))
            {
                report.Comparisons.Add(result);
                Console.WriteLine($"{result.Comparison.Title} ({result.Rounds} rounds)\n{Tables.Of(result)}");
            }
        }

        foreach (GrowthCurve curve in Growth.All.Where(it => options.WantsCurve(CurveResult.Title(it))))
        {
            int[] points = [.. curve.Points.Take(options.Pace.CurvePoints)];
            ContenderResult[] results = Contest.Run(
                [.. points.Select(point => new Entrant($"{point:#,0}", () => curve.Make(point), curve.Operations(point), isWhole: true))], options.Pace);
            report.Curves.Add(new CurveResult(curve, points, results));
            Console.WriteLine($"{CurveResult.Title(curve)}\n{Tables.Of(report.Curves[^1])}");
        }
    }

    /// <summary>Overwrites what an earlier run left.</summary>
    private static void Write(Report report, string directory)
    {
        string plots = Path.Combine(directory, "plots");
        if (Directory.Exists(plots))
        {
            Directory.Delete(plots, recursive: true);
        }

        Directory.CreateDirectory(plots);
        string[] names = [.. BarPlot.Draw(report, plots), .. CurvePlot.Draw(report, plots)];
        File.WriteAllText(Path.Combine(directory, "results.md"), MarkdownReport.Write(report, names));
        File.WriteAllText(Path.Combine(directory, "results.json"), JsonReport.Write(report));
    }
}
