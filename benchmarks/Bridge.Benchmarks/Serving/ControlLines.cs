using System.Globalization;

namespace Bridge.Benchmarks.Serving;

/// <summary>The lines of a server, <c>benchmarks/peers/README.md</c>: ready, stat, live, quit. Answered on a thread that does nothing else.</summary>
internal static class ControlLines
{
    private const int Nonsense = 1;

    /// <summary>Says which port it is, then answers until <c>quit</c> or the end of the input, which comes as well when whoever started this is gone.</summary>
    /// <returns>The exit code.</returns>
    internal static int Answer(TextReader input, TextWriter output, int port)
    {
        Write(output, string.Create(CultureInfo.InvariantCulture, $"ready {port}"));
        while (input.ReadLine() is { } line && line != "quit")
        {
            switch (line)
            {
                case "stat":
                    Write(output, string.Create(CultureInfo.InvariantCulture,
                        $"done {ProcessorNanoseconds()} {GC.GetTotalAllocatedBytes(precise: true)}"));
                    break;
                case "live":
                    Write(output, string.Create(CultureInfo.InvariantCulture, $"done {GC.GetTotalMemory(forceFullCollection: true)}"));
                    break;
                default:
                    Console.Error.WriteLine($"neither 'stat' nor 'live' nor 'quit': {line}");
                    return Nonsense;
            }
        }

        return 0;
    }

    private static long ProcessorNanoseconds() => (long)Environment.CpuUsage.TotalTime.TotalNanoseconds;

    private static void Write(TextWriter output, string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}
