using System.Globalization;

namespace Bridge.Compare.Output;

/// <summary>Figures as people read them.</summary>
internal static class Cells
{
    private static readonly (double Size, string Name)[] s_times = [(1e9, "s"), (1e6, "ms"), (1e3, "us"), (1, "ns")];

    /// <summary>Three digits and a unit that fits: 12.3 ns, 4.56 us. Other units stay as they are.</summary>
    internal static string Figure(double value, string unit)
    {
        if (!unit.StartsWith("ns", StringComparison.Ordinal))
        {
            return $"{Digits(value)} {unit}";
        }

        (double size, string name) = Scale(value);
        return $"{Digits(value / size)} {name}";
    }

    /// <summary>Two figures in the unit that fits the larger one.</summary>
    internal static string Range(double low, double high, string unit)
    {
        (double size, string name) = unit.StartsWith("ns", StringComparison.Ordinal) ? Scale(high) : (1, unit);
        return $"{Digits(low / size)} - {Digits(high / size)} {name}";
    }

    /// <summary>Where one side is negative (a timer that runs early) there is no ratio to speak of.</summary>
    internal static string Ratio(double? ratio) => ratio is not > 0 ? "-" : $"{Digits(ratio.Value)}x";

    /// <summary>A count that may be small: 0.0012, 0.12, 12.3.</summary>
    internal static string Count(double value) => Math.Abs(value) < 0.1 ? value.ToString("0.####", CultureInfo.InvariantCulture) : Digits(value);

    internal static string Bytes(double? bytes) => bytes is null ? "-" : $"{bytes.Value.ToString("0", CultureInfo.InvariantCulture)} B";

    /// <summary>Three digits; without an exponent, whatever the size.</summary>
    internal static string Digits(double value) => value.ToString(Math.Abs(value) switch
    {
        >= 99.95 => "0",
        >= 9.995 => "0.0",
        _ => "0.00",
    }, CultureInfo.InvariantCulture);

    private static (double Size, string Name) Scale(double value)
    {
        foreach ((double size, string name) in s_times)
        {
            if (Math.Abs(value) >= size)
            {
                return (size, name);
            }
        }

        return s_times[^1];
    }
}
