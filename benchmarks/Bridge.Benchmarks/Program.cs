using BenchmarkDotNet.Running;
using Bridge.Benchmarks.Harness;

namespace Bridge.Benchmarks;

internal static class Program
{
    private const string Help = """
        --smoke                 run everything once, fail on exceptions only
        --quick [ROUNDS] [TEXT] measure beside the peers with a stopwatch; only comparisons whose title contains TEXT
        --lateness              how late timers of 1.3 ms run
        --memory                bytes of a million tasks that sleep
        anything else           BenchmarkDotNet, for example --filter '*CallSoon*'
        """;

    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["--help"]:
                Console.WriteLine(Help);
                return 0;
            case ["--smoke"]:
                return Smoke.Run();
            case ["--lateness"]:
                return Lateness.Run();
            case ["--memory"]:
                return TaskMemory.Run();
            case ["--quick", var rounds, .. var filters] when int.TryParse(rounds, out int count) && count > 0:
                return QuickRun.Run(filters, count);
            case ["--quick", .. var filters]:
                return QuickRun.Run(filters, 25);
            default:
                BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
                return 0;
        }
    }
}
