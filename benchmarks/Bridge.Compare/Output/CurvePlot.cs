using Bridge.Compare.Results;
using ScottPlot;
using ScottPlot.Plottables;

namespace Bridge.Compare.Output;

/// <summary>One picture per growth curve, logarithmic both ways: what is constant looks flat, what is linear climbs at 45 degrees or so.</summary>
internal static class CurvePlot
{
    /// <summary>The least height of the picture in powers of ten, so that noise does not look like growth.</summary>
    private const double LeastHeight = 2;

    /// <returns>The names of the files.</returns>
    internal static IEnumerable<string> Draw(Report report, string directory)
    {
        List<string> names = [];
        foreach (CurveResult curve in report.Curves)
        {
            (int Point, ContenderResult Row)[] measured = [.. curve.Points.Zip(curve.Results).Where(it => !it.Second.IsMissing && it.Second.Median > 0)];
            if (measured.Length > 1)
            {
                names.Add(MarkdownReport.FileName(CurveResult.Title(curve.Curve)) + ".png");
                Draw(curve, measured, Path.Combine(directory, names[^1]));
            }
        }

        return names;
    }

    private static void Draw(CurveResult curve, (int Point, ContenderResult Row)[] measured, string file)
    {
        string unit = curve.Curve.Unit.Split(' ')[0];
        double[] xs = [.. measured.Select(it => Math.Log10(it.Point))];
        double[] ys = [.. measured.Select(it => Math.Log10(it.Row.Median))];
        Plot plot = Look.NewPlot($"Growth: {curve.Curve.Name}");
        Scatter line = plot.Add.Scatter(xs, ys);
        line.Color = Look.Ours;
        line.LineWidth = 4;
        line.MarkerSize = 13;
        for (int i = 0; i < measured.Length; i++)
        {
            Text label = Look.AddText(plot, Cells.Figure(measured[i].Row.Median, unit), xs[i], ys[i], Alignment.LowerCenter);
            label.OffsetY = -14;
            label.LabelBold = true;
            label.LabelBackgroundColor = Colors.White.WithAlpha(0.85);
        }

        double middle = (ys.Min() + ys.Max()) / 2;
        double half = Math.Max(LeastHeight, ys.Max() - ys.Min() + 1) / 2;
        double edge = (xs[^1] - xs[0]) * 0.08;
        plot.Axes.SetLimits(xs[0] - edge, xs[^1] + edge, middle - half, middle + half);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual(xs, [.. measured.Select(it => $"{it.Point:#,0}")]);
        plot.Axes.Left.TickGenerator = Look.PowersOfTen((int)Math.Ceiling(middle - half), (int)Math.Floor(middle + half), value => Look.Short(value, unit));
        plot.XLabel($"{curve.Curve.Parameter}\n\nThe law: {Wrapped(curve.Curve.Law)}");
        plot.YLabel(curve.Curve.Unit);
        plot.Axes.Left.MinimumSize = 130;
        plot.SavePng(file, Look.Width, 800);
    }

    /// <summary>A sentence in lines that fit the picture.</summary>
    private static string Wrapped(string sentence)
    {
        const int Width = 110;
        var lines = new List<string> { "" };
        foreach (string word in sentence.Split(' '))
        {
            if (lines[^1].Length + word.Length > Width)
            {
                lines.Add("");
            }

            lines[^1] += (lines[^1].Length == 0 ? "" : " ") + word;
        }

        return string.Join('\n', lines);
    }
}
