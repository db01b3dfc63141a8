using System.Globalization;
using Bridge.Benchmarks.Workloads;

namespace Bridge.Benchmarks.Harness;

/// <summary>Every comparison with what must hold. The ratios are the project's targets; a limit (a bare queue) has one below 1.</summary>
/// <remarks>Plain data: a new section is one more list here, and a name in <see cref="Describe"/>.</remarks>
public static partial class Catalog
{
    public static IEnumerable<Comparison> All =>
        [.. CallSoon, .. ThreadSafeHop, .. Coroutines, .. Context, .. Timers, .. Borders, .. Memory, .. Start, .. Servers];

    /// <summary>Those of servers that others ask. They need both processors of a small machine and a warm-up of their own, so they have a record of their own.</summary>
    public static IEnumerable<Comparison> Servers => [.. Sockets, .. Web];

    /// <summary>What a section is about, for people who see its table first.</summary>
    public static string Describe(string section) => section switch
    {
        "CallSoon" => "Callbacks that the loop's own thread queues: what a callback costs, from CallSoon until it has run.",
        "ThreadSafeHop" => "Posts from other threads, and waking a thread that sleeps.",
        "Coroutine" => "Coroutines and tasks: calling, yielding, passing results, starting.",
        "Context" => "What carrying AsyncLocal values adds to each callback.",
        "Timer" => "Timers: made and cancelled among others, made and fired, and how late one is.",
        "Border" => "Work that is done elsewhere and comes back: tasks of the pool and calls on executors.",
        "Memory" => "What a task that sleeps keeps alive.",
        "Start" => "A small program from start to end: compiled ahead of time, and by the runtime.",
        "Connections" => "Connections that come and go, and those that only stay. Each server is a process of its own.",
        "Bulk" => "One connection that sends as fast as it can to a server that counts.",
        "Kestrel" => "A plaintext application of ASP.NET Core under the load of wrk: the time per request of all connections together.",
        _ when section.EndsWith("processor time", StringComparison.Ordinal) => "The same runs: what a request costs the server, whoever waited for whom.",
        _ when section.StartsWith("Echo", StringComparison.Ordinal) => "A server that sends back what it gets: the time per request of all connections together. Server and load have a processor each, so the slower of the two decides.",
        "Safety" => "What each check and each guarantee costs: the same thing with and without it.",
        _ => "",
    };

    /// <summary>asyncio and uvloop, in this order.</summary>
    private static Contender[] Python(string row, int? argument = null, double uvloop = 0) =>
        [Program("uvloop", row, argument, uvloop), Program("asyncio", row, argument)];

    /// <summary>Plain C on epoll.</summary>
    private static Contender C(string row, int? argument = null, double target = 0) => Program("epoll", row, argument, target) with { Name = "C epoll" };

    private static Contender Program(string name, string row, int? argument, double target = 0)
        => new(name, () => new ForeignWorkload(name, row, argument?.ToString(CultureInfo.InvariantCulture)), target);
}
