using System.Diagnostics;
using Bridge.Benchmarks.Harness;
using Bridge.Compare.Results;

namespace Bridge.Compare.Measuring;

/// <summary>Contenders that take turns, round by round.</summary>
/// <remarks>
/// Taking turns is the point: a machine that slows down slows all of them down, so ratios hold where times do not. A run is cut to a
/// few milliseconds, so that even on a busy machine some pass undisturbed: their best is shown beside the median. All that is .NET runs
/// in one process, which is cruder than BenchmarkDotNet's process per benchmark.
/// </remarks>
internal static class Contest
{
    /// <returns>What came of it, and of the other figure that it may have.</returns>
    internal static ComparisonResult[] Run(Comparison comparison, Pace pace)
    {
        pace = pace.Stretched(comparison.Stretch);
        bool isQuick = pace.Mode == Pace.Quick.Mode;
        pace = comparison.Rounds is { } rounds ? pace.WithRounds(isQuick ? 1 : rounds) : pace;
        int operations = isQuick && comparison.MostInQuick > 0 ? Math.Min(comparison.Operations, comparison.MostInQuick) : comparison.Operations;
        Entrant[] entrants = [.. comparison.Contenders.Select(it => new Entrant(it.Name, it.Make, operations, comparison.IsWhole) { ReadOther = comparison.Other?.Read })];
        var result = new ComparisonResult(comparison, Run(entrants, pace));
        return comparison.Other is { } other ? [result, new ComparisonResult(other, [.. entrants.Select(entrant => entrant.OtherResult())])] : [result];
    }

    internal static ContenderResult[] Run(Entrant[] entrants, Pace pace)
    {
        try
        {
            foreach (Entrant entrant in entrants)
            {
                entrant.Prepare(pace);
            }

            long start = Stopwatch.GetTimestamp();
            for (int round = 0; round < pace.MostRounds && (round < pace.FewestRounds || Stopwatch.GetElapsedTime(start) < pace.Budget); round++)
            {
                foreach (Entrant entrant in entrants)
                {
                    entrant.Run();
                }
            }

            return [.. entrants.Select(entrant => entrant.Result())];
        }
        finally
        {
            foreach (Entrant entrant in entrants)
            {
                entrant.Dispose();
            }
        }
    }
}
