using Bridge.Compare.Measuring;

namespace Bridge.Compare.Results;

/// <summary>Everything one run of the comparison came to.</summary>
internal sealed class Report
{
    /// <summary>Above this, the middle half of a row's rounds lies so far apart that its time says little by itself.</summary>
    private const double NoisySpread = 0.1;

    internal required string Mode { get; init; }

    /// <summary>Figures of such a run are not worth judging.</summary>
    internal bool IsQuick => Mode == Pace.Quick.Mode;

    internal required IReadOnlyDictionary<string, string> Machine { get; init; }

    internal double? LoadAtStart { get; init; }

    internal List<ComparisonResult> Comparisons { get; } = [];

    internal List<CurveResult> Curves { get; } = [];

    /// <summary>Every row, with a title that names it.</summary>
    internal IEnumerable<(string Title, ContenderResult Row)> Rows =>
    [
        .. Comparisons.SelectMany(it => it.Contenders.Select(row => ($"{it.Comparison.Title}: {row.Name}", row))),
        .. Curves.SelectMany(it => it.Results.Select(row => ($"{CurveResult.Title(it.Curve)}: {row.Name}", row))),
    ];

    internal IEnumerable<(string Title, Finding Finding)> Findings =>
        Comparisons.SelectMany(it => it.Contenders.SelectMany((row, index) => Judge.Findings(it, index).Select(finding => ($"{it.Comparison.Title}: {row.Name}", finding))));

    internal IEnumerable<(string Title, ContenderResult Row)> MissingRows => Rows.Where(row => row.Row.IsMissing);

    internal int Count(Verdict verdict) => Findings.Count(it => it.Finding.Verdict == verdict);

    /// <summary>The share of rows whose rounds lie far apart.</summary>
    internal double NoisyShare
    {
        get
        {
            ContenderResult[] measured = [.. Rows.Select(row => row.Row).Where(row => !row.IsMissing)];
            return measured.Length == 0 ? 0 : (double)measured.Count(row => row.Spread.High - row.Spread.Low > NoisySpread * Math.Abs(row.Median)) / measured.Length;
        }
    }

    /// <summary>The number of rounds, fewest to most.</summary>
    internal (int Fewest, int Most) Rounds
    {
        get
        {
            int[] rounds = [.. Rows.Where(row => !row.Row.IsMissing).Select(row => row.Row.Figures.Length)];
            return rounds.Length == 0 ? (0, 0) : (rounds.Min(), rounds.Max());
        }
    }

    /// <summary>An honest word about the machine.</summary>
    internal string Noise => IsQuick
        ? "A quick run: it proves that every row and peer runs. The optimising compiler has hardly begun, so neither times nor ratios nor verdicts mean much."
        : NoisyShare > 0.25
        ? $"This machine was busy or shared: in {NoisyShare:P0} of the rows the middle half of the rounds spreads over more than {NoisySpread:P0} of the median. Trust the ratios, which come from the same rounds, more than the times."
        : $"A quiet run: in {1 - NoisyShare:P0} of the rows the middle half of the rounds lies within {NoisySpread:P0} of the median.";
}
