using BenchmarkDotNet.Running;
using Bridge.Benchmarks.Harness;

namespace Bridge.Benchmarks;

internal static class Program
{
    private const string Help = """
        --smoke        run each benchmark once, fail on exceptions only
        anything else  BenchmarkDotNet, for example --filter '*CallSoon*'
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
            default:
                BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
                return 0;
        }
    }
}
