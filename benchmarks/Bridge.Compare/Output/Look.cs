using ScottPlot;
using ScottPlot.Plottables;

namespace Bridge.Compare.Output;

/// <summary>What all pictures share: colours, sizes, logarithmic axes.</summary>
internal static class Look
{
    internal const int Width = 1500;

    internal const float TitleSize = 26;
    internal const float TextSize = 19;

    internal static readonly Color Ours = Color.FromHex("#1158c7");
    internal static readonly Color OursToo = Color.FromHex("#8db5f0");
    internal static readonly Color Peer = Color.FromHex("#b4bcc6");
    internal static readonly Color Mark = Color.FromHex("#d1242f");
    internal static readonly Color Ink = Color.FromHex("#1f2328");

    internal static Plot NewPlot(string title)
    {
        // The distribution's usual face without serifs; where it is not installed, any other.
        Fonts.Default = "DejaVu Sans";
        var plot = new Plot();
        plot.Title(title, TitleSize);
        plot.Axes.Title.Label.ForeColor = Ink;
        foreach (IAxis axis in new IAxis[] { plot.Axes.Left, plot.Axes.Bottom })
        {
            axis.TickLabelStyle.FontSize = TextSize;
            axis.TickLabelStyle.ForeColor = Ink;
            axis.Label.FontSize = TextSize;
            axis.Label.ForeColor = Ink;
            axis.Label.Bold = false;
        }

        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Grid.MajorLineColor = Color.FromHex("#e6e9ed");
        return plot;
    }

    internal static Text AddText(Plot plot, string text, double x, double y, Alignment alignment)
    {
        Text label = plot.Add.Text(text, x, y);
        label.LabelFontSize = TextSize;
        label.LabelFontColor = Ink;
        label.LabelAlignment = alignment;
        return label;
    }

    /// <summary>A tick at each power of ten between two exponents, both included.</summary>
    internal static ITickGenerator PowersOfTen(int from, int to, Func<double, string> name)
    {
        double[] exponents = [.. Enumerable.Range(from, to - from + 1).Select(exponent => (double)exponent)];
        return new ScottPlot.TickGenerators.NumericManual(exponents, [.. exponents.Select(exponent => name(Math.Pow(10, exponent)))]);
    }

    /// <summary>10 ns, 1 us: a power of ten needs no decimals.</summary>
    internal static string Short(double value, string unit)
        => Cells.Figure(value, unit).Replace(".00", "", StringComparison.Ordinal).Replace(".0 ", " ", StringComparison.Ordinal);
}
