using System.Diagnostics;
using System.Globalization;
using Bridge.Benchmarks.Workloads;

namespace Bridge.Benchmarks.Harness;

/// <summary>Measures Bridge beside its peers with a stopwatch: contenders take turns, medians are compared. Minutes, where BenchmarkDotNet takes an hour.</summary>
/// <remarks>
/// Taking turns is the point: a machine that slows down slows all of them down, so the ratio holds where the times do not. A run is cut
/// to a few milliseconds, so that even on a busy machine some runs pass undisturbed: their best is shown beside the median. A comparison
/// runs in one process, which is cruder than BenchmarkDotNet's process per benchmark.
/// </remarks>
internal static class QuickRun
{
    /// <summary>Long against the clock and the entering of a loop, short against a time slice of the scheduler.</summary>
    private const double RunMilliseconds = 5;

    /// <summary>Measures every comparison whose section or name contains one of the filters; all if there is none.</summary>
    internal static int Run(string[] filters, int rounds)
    {
        foreach (Comparison comparison in Catalog.All)
        {
            string title = $"{comparison.Section}: {comparison.Name}";
            if (filters.Length == 0 || filters.Any(filter => title.Contains(filter, StringComparison.OrdinalIgnoreCase)))
            {
                Console.WriteLine(title);
                Measure(comparison, rounds);
            }
        }

        return 0;
    }

    private static void Measure(Comparison comparison, int rounds)
    {
        Contender[] contenders = comparison.Contenders;
        Workload[] workloads = [.. contenders.Select(contender => contender.Make())];
        var times = new double[contenders.Length][];
        var bytes = new double[contenders.Length];
        var operations = new int[contenders.Length];
        for (int i = 0; i < contenders.Length; i++)
        {
            times[i] = new double[rounds];
            workloads[i].Setup();
            int fitting = WarmUp(workloads[i], comparison.Operations);
            operations[i] = comparison.IsWhole ? comparison.Operations : fitting;
        }

        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < contenders.Length; i++)
            {
                (times[i][round], bytes[i]) = Once(workloads[i], operations[i]);
            }
        }

        for (int i = 0; i < contenders.Length; i++)
        {
            Report(comparison, i, times, bytes[i], workloads[i].Remark);
            workloads[i].Dispose();
        }
    }

    /// <summary>Long enough for the optimising compiler, which waits a tenth of a second before it begins. Finds how many operations fill a run.</summary>
    private static int WarmUp(Workload workload, int most)
    {
        int operations = Math.Max(1, most / 50);
        double best = double.MaxValue;
        long end = Stopwatch.GetTimestamp() + (Stopwatch.Frequency * 6 / 10);
        do
        {
            long start = Stopwatch.GetTimestamp();
            workload.RunOnce(operations);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        while (Stopwatch.GetTimestamp() < end);

        return (int)Math.Clamp(operations * RunMilliseconds / best, operations, most);
    }

    private static (double Nanoseconds, double Bytes) Once(Workload workload, int operations)
    {
        GC.Collect();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        workload.RunOnce(operations);
        double elapsed = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        return (elapsed / operations, (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / operations);
    }

    private static void Report(Comparison comparison, int index, double[][] times, double bytes, string? remark)
    {
        Contender contender = comparison.Contenders[index];
        double best = times[index].Min();
        double bestRatio = best / times[0].Min();
        string verdict = "";
        if (index == 0)
        {
            verdict = $"bytes <= {comparison.TargetBytes}: {(bytes < comparison.TargetBytes + 1 ? "met" : "SHORT")}";
        }
        else if (contender.Target > 0)
        {
            double median = Ratio(times, index);
            verdict = $">= {contender.Target:0.##}x: {(Math.Max(median, bestRatio) < contender.Target ? "SHORT" : Math.Min(median, bestRatio) < contender.Target ? "about" : "met")}";
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {contender.Name,-21} {Median(times[index]),9:0.0} ns {Ratio(times, index),7:0.00}x | best {best,9:0.0} ns {bestRatio,7:0.00}x | {bytes,5:0} B  {verdict} {remark}"));
    }

    /// <summary>The ratio of each round, then the median: what disturbed a round disturbed both.</summary>
    private static double Ratio(double[][] times, int index) => Median([.. times[index].Zip(times[0], (peer, ours) => peer / ours)]);

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
