using BenchmarkDotNet.Running;
using Bridge.Benchmarks.Harness;
using Bridge.Benchmarks.Serving;

namespace Bridge.Benchmarks;

internal static class Program
{
    private const string Help = """
        --smoke        run each benchmark once, fail on exceptions only
        serve KIND JOB serve the load of the socket rows; serve list names the kinds
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
            case ["serve", .. var arguments]:
                return ServeCommand.Run(arguments);
            default:
                Measure(args);
                return 0;
        }
    }

    /// <summary>Apart, so that a server does not load what it does not use.</summary>
    private static void Measure(string[] args) => BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
}
