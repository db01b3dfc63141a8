using Bridge.Benchmarks.Harness;
using Bridge.Compare.Results;
using ScottPlot;
using ScottPlot.Plottables;

namespace Bridge.Compare.Output;

/// <summary>One picture per section: a bar for each contender, on a logarithmic axis, grouped by what is done.</summary>
internal static class BarPlot
{
    private const int PixelsPerRow = 34;

    /// <summary>Where a bar of no length would stand, in powers of ten below the smallest figure.</summary>
    private const double Margin = 0.6;

    /// <summary>Draws all sections; what counts other things than time gets a picture of its own.</summary>
    /// <returns>The names of the files.</returns>
    internal static IEnumerable<string> Draw(Report report, string directory)
    {
        List<string> names = [];
        foreach (IGrouping<(string Section, string Unit), ComparisonResult> group in report.Comparisons.GroupBy(it => (it.Comparison.Section, it.Comparison.Unit)))
        {
            string name = FileNameOf(group.First());
            if (group.Any(result => Positive(result).Any()))
            {
                Draw(group.Key.Section, group.Key.Unit, [.. group], Path.Combine(directory, name));
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>The picture that has the comparison, if it could be drawn.</summary>
    internal static string FileNameOf(ComparisonResult result)
    {
        Comparison of = result.Comparison;
        return MarkdownReport.FileName(of.Unit == "ns" ? of.Section : $"{of.Section} {of.Unit}") + ".png";
    }

    private static void Draw(string section, string unit, ComparisonResult[] results, string file)
    {
        double[] figures = [.. results.SelectMany(Positive)];
        double start = Math.Log10(figures.Min()) - Margin;
        double end = Math.Log10(figures.Max());
        Plot plot = Look.NewPlot($"{section}: {(unit == "ns" ? "time" : unit)} per operation, shorter is better");
        List<(double Position, string Name)> rows = [];
        double row = 0;
        foreach (ComparisonResult result in results)
        {
            row--;
            Text heading = Look.AddText(plot, result.Comparison.Name, start, row, Alignment.MiddleLeft);
            heading.LabelBold = true;
            heading.OffsetX = 8;
            for (int i = 0; i < result.Contenders.Length; i++)
            {
                row--;
                rows.Add((row, result.Contenders[i].Name));
                AddBar(plot, result, i, row, start);
            }

            AddMark(plot, result, row + result.Contenders.Length - 1, start);

            row -= 0.4;
        }

        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. rows.Select(it => it.Position)], [.. rows.Select(it => it.Name)]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.Bottom.TickGenerator = Look.PowersOfTen((int)Math.Ceiling(start), (int)Math.Floor(end + 1), value => Look.Short(value, unit));
        plot.Grid.YAxisStyle.IsVisible = false;

        // Room to the right of the longest bar for what is written at its end.
        plot.Axes.SetLimits(start, end + ((end - start) * 0.28), row - 0.3, -0.3);
        string mark = results.Any(result => Judge.Limit(result) is not null) ? "Red mark: where the blue bar has to end to meet all targets of its group.\n" : "";
        plot.XLabel(mark + "Behind a figure: how many times that of the blue bar it is.");
        plot.SavePng(file, Look.Width, (int)(-row * PixelsPerRow) + 175);
    }

    private static void AddBar(Plot plot, ComparisonResult result, int index, double row, double start)
    {
        ContenderResult contender = result.Contenders[index];
        bool isOurs = index == 0;
        if (contender.IsMissing)
        {
            Look.AddText(plot, "missing", start, row, Alignment.MiddleLeft).OffsetX = 8;
            return;
        }

        double end = contender.Median > 0 ? Math.Max(Math.Log10(contender.Median), start) : start;
        var bar = new Bar
        {
            Position = row,
            ValueBase = start,
            Value = end,
            Size = 0.8,
            LineWidth = 0,
            Orientation = Orientation.Horizontal,
            FillColor = isOurs ? Look.Ours : contender.Name.StartsWith("Bridge", StringComparison.Ordinal) ? Look.OursToo : Look.Peer,
        };
        plot.Add.Bars(new[] { bar }).Horizontal = true;
        string ratio = isOurs || result.Ratio(index) is not > 0 ? "" : $"   {Cells.Ratio(result.Ratio(index))}";
        Text label = Look.AddText(plot, Cells.Figure(contender.Median, result.Comparison.Unit) + ratio, isOurs && Mark(result) > end ? Mark(result) : end, row, Alignment.MiddleLeft);
        label.LabelBold = isOurs;
        label.OffsetX = 8;
    }

    /// <summary>Across our bar's row, over the bar.</summary>
    private static void AddMark(Plot plot, ComparisonResult result, double row, double start)
    {
        if (Mark(result) is var at && double.IsFinite(at) && !result.Ours.IsMissing)
        {
            LinePlot line = plot.Add.Line(Math.Max(at, start), row - 0.5, Math.Max(at, start), row + 0.5);
            line.LineWidth = 5;
            line.LineColor = Look.Mark;
        }
    }

    /// <summary>Where our bar has to end to meet all targets; not a number if there are none.</summary>
    private static double Mark(ComparisonResult result) => Judge.Limit(result) is { } limit && limit > 0 ? Math.Log10(limit) : double.NaN;

    private static IEnumerable<double> Positive(ComparisonResult result)
        => result.Contenders.Where(it => !it.IsMissing && it.Median > 0).Select(it => it.Median);
}
