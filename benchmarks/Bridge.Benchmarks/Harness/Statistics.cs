namespace Bridge.Benchmarks.Harness;

/// <summary>The little arithmetic that measurements need.</summary>
public static class Statistics
{
    public static double Median(double[] values) => Quantile(values, 0.5);

    /// <summary>The value below which this share of the values lies; between two values, on the straight line from one to the other.</summary>
    /// <param name="values">One or more, in any order.</param>
    /// <param name="share">0 is the smallest value, 1 the largest.</param>
    public static double Quantile(double[] values, double share)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfZero(values.Length, nameof(values));
        double[] sorted = [.. values.Order()];
        double position = share * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
