using System.Diagnostics;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Harness;

/// <summary>How late a timer of 1.3 ms runs on an otherwise idle loop, beside Task.Delay. Not a throughput, hence not a workload.</summary>
internal static class Lateness
{
    private const int Samples = 500;

    private static readonly TimeSpan s_delay = TimeSpan.FromMicroseconds(1300);

    internal static int Run()
    {
        using var world = new BridgeWorld();
        var ours = new double[Samples];
        world.Run(async Coroutine () =>
        {
            for (int i = 0; i < Samples; i++)
            {
                long start = Stopwatch.GetTimestamp();
                await LoopTask.Sleep(s_delay);
                ours[i] = (Stopwatch.GetElapsedTime(start) - s_delay).TotalMicroseconds;
            }
        });
        var delays = new double[Samples];
        new PoolWorld().Run(async () =>
        {
            for (int i = 0; i < Samples; i++)
            {
                long start = Stopwatch.GetTimestamp();
                await Task.Delay(s_delay);
                delays[i] = (Stopwatch.GetElapsedTime(start) - s_delay).TotalMicroseconds;
            }
        });
        Print("Bridge", ours);
        Print("Task.Delay", delays);
        return 0;
    }

    private static void Print(string name, double[] lateness)
    {
        Array.Sort(lateness);
        Console.WriteLine($"{name,-12} late by p50 {lateness[Samples / 2]:0} us, p99 {lateness[Samples * 99 / 100]:0} us; first {lateness[0]:0} us");
    }
}
