using System.Diagnostics;
using System.Globalization;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>A web server under the load of wrk, each on a processor of its own. How often is a matter of time: one second per run.</summary>
/// <param name="kind">The server.</param>
/// <param name="connections">All are open all the time.</param>
/// <param name="isPipelined">Each sends 16 requests at a time.</param>
public sealed class WrkLoad(ServerKind kind, int connections, bool isPipelined) : ServerWorkload(kind)
{
    private const string Seconds = "1";

    /// <summary>Far above a second; a run that hangs must not hang the comparison.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly ServerKind _kind = kind;
    private ServerProcess? _server;

    public override void Setup() => _server = new ServerProcess(_kind.Command(new ServerJob(Counts: false, Buffer: 0)));

    public override void RunOnce(int operations) => Measure(_server!, RunWrk);

    public override void Dispose() => _server?.Dispose();

    /// <summary>Reads <c>done NANOSECONDS PROCESSOR-NANOSECONDS REQUESTS ERRORS</c>, the last line of what our scripts have wrk say.</summary>
    /// <exception cref="MissingPeerException">The text ends otherwise, or there were errors.</exception>
    internal static LoadResult Parse(string text)
    {
        string last = text.Trim().Split('\n')[^1];
        long[] numbers = PeerProcess.Parse(last);
        return numbers is [var elapsed, var processor, > 0 and var requests, 0]
            ? new LoadResult(requests, elapsed, processor)
            : throw new MissingPeerException($"wrk met with errors: \"{last}\"");
    }

    private LoadResult RunWrk()
    {
        PeerCommand command = PeerCommand.Of(
            "wrk", "-t1", "-c", connections.ToString(CultureInfo.InvariantCulture), "-d", Seconds,
            "-s", Path.Combine(Peers.Root, "benchmarks", "peers", isPipelined ? "pipelined.lua" : "plaintext.lua"),
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_server!.Port}/plaintext"));
        using Process process = Process.Start((command with { Processor = ServerProcess.ForLoad() }).ToStartInfo())!;
        process.StandardInput.Close();
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            return output.Wait(s_patience) ? Parse(output.Result) : throw new MissingPeerException($"wrk gave no answer within {s_patience.TotalSeconds} s");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.ClosePipes();
        }
    }
}
