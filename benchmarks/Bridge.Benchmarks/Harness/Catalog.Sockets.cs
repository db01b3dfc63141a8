using Bridge.Benchmarks.Workloads;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Harness;

/// <content>Servers in processes of their own, all under the same load.</content>
public static partial class Catalog
{
    /// <summary>Runs of these take this many times longer: each of a thousand connections needs its turns.</summary>
    private const int SocketStretch = 30;

    private const int KiB = 1024;

    private const int Idle = 10_000;

    /// <summary>Those of ours with nothing between the loop and the program.</summary>
    private static readonly ServerForm[] s_direct = [ServerForm.Callbacks, ServerForm.Await, ServerForm.Protocol];

    private static readonly ServerKind[] s_usualPeers =
    [
        ServerKind.Epoll, ServerKind.LibUv, ServerKind.Socket, ServerKind.SocketInline, ServerKind.UvloopProtocol, ServerKind.UvloopStreams,
    ];

    private static readonly ServerKind[] s_allPeers = [.. s_usualPeers, ServerKind.AsyncioProtocol, ServerKind.AsyncioStreams, ServerKind.EpollAgain];

    /// <summary>Requests per second: more than .NET's sockets and Python's loops, where there is enough to do at a time.</summary>
    private static readonly SocketTarget[] s_timeTargets =
    [
        .. s_direct.Select(form => new SocketTarget(form, ServerKind.Socket, 1.8) { Connections = (10, 100) }),
        .. s_direct.Select(form => new SocketTarget(form, ServerKind.SocketInline, 1.05) { Connections = (10, 100) }),
        .. s_direct.Select(form => new SocketTarget(form, ServerKind.UvloopProtocol, 1.15) { Connections = (10, 1000) }),
        new(ServerForm.Streams, ServerKind.UvloopStreams, 1.9) { Connections = (10, 1000) },
        new(ServerForm.Streams, ServerKind.Epoll, 0.85) { Size = (100 * KiB, 100 * KiB) },
    ];

    /// <summary>The server's processor time: little more than plain C.</summary>
    private static readonly SocketTarget[] s_processorTargets =
    [
        .. s_direct.Select(form => new SocketTarget(form, ServerKind.Epoll, 1 / 1.1)),
        new(ServerForm.Streams, ServerKind.Epoll, 1 / 1.15) { Size = (KiB, KiB) },
    ];

    private static IEnumerable<Comparison> Sockets =>
    [
        EchoOnOneProcessor,
        .. new[] { 1, 10, 100, 1000 }.Select(connections => Echo("1 KiB", KiB, connections, s_allPeers)),
        .. new[] { 1, 10, 100, 1000 }.Select(connections => Echo("64 B", 64, connections, s_usualPeers)),
        .. new[] { 1, 10, 100, 1000 }.Select(connections => Echo("10 KiB", 10 * KiB, connections, s_usualPeers)),
        .. new[] { 1, 10, 100, 1000 }.Select(connections => Echo("100 KiB", 100 * KiB, connections, s_usualPeers)),
        Cycle,
        Bulk,
        IdleMemory,
        ActiveAmongIdle,
    ];

    private static Comparison EchoOnOneProcessor => Served(
        "Echo 1 KiB", "ping-pong on one processor", 50_000, new LoadPlan("echo", KiB) { SameProcessor = true }, s_allPeers,
        kind => SocketTarget.Of(s_timeTargets, kind, KiB, 1), kind => SocketTarget.Of(s_processorTargets, kind, KiB, 1)) with
    {
        MostInQuick = 0,
    };

    private static Comparison Cycle => Served(
        "Connections", "connect, one byte there and back, close, 50 at a time", 10_000, new LoadPlan("cycle", Connections: 50), s_allPeers,
        _ => [],
        ours => [new(ServerKind.Epoll.Name, ours.Form is ServerForm.Protocol or ServerForm.Callbacks ? 1 / 1.2 : 1 / 1.4), new(ServerKind.Socket.Name, 1.3)],
        bytes: double.NaN);

    private static Comparison Bulk => Served(
        "Bulk", "receive, per MiB", 2_000, new LoadPlan("bulk"), s_allPeers,
        ours => ours.Form == ServerForm.Streams ? [] : [new(ServerKind.Epoll.Name, 0.95)],
        ours => ours.Form == ServerForm.Streams ? [] : [new(ServerKind.Epoll.Name, 1 / 1.15)],
        bytes: double.NaN);

    private static Comparison IdleMemory => new("Connections", "memory of an idle one", Idle, double.NaN,
    [
        .. ServerKind.Ours.Select(kind => new Contender(kind.Name, () => new IdleConnections(kind)) { IsOurs = true, AtMost = IdleLimit(kind) }),
        .. s_allPeers.Where(kind => kind != ServerKind.EpollAgain).Select(kind => new Contender(kind.Name, () => new IdleConnections(kind))),
    ])
    {
        IsWhole = true,
        Unit = "bytes",
        Rounds = 3,
        MostInQuick = 1_000,
    };

    /// <summary>Bytes. A coroutine that awaits a socket holds its own buffer, of whatever size it likes.</summary>
    private static double? IdleLimit(ServerKind kind) => kind.Form switch
    {
        ServerForm.Streams => 1024,
        ServerForm.Await => null,
        _ => 512,
    };

    private static Comparison ActiveAmongIdle
    {
        get
        {
            var alone = new LoadPlan("echo", 64) { SameProcessor = true };
            LoadPlan among = alone with { Idle = Idle };
            return new("Connections", "one active among 10,000 idle", 5_000, 0,
                new("Bridge among 10,000", () => new SocketLoad(ServerKind.Protocol, among)),
                new("Bridge alone", () => new SocketLoad(ServerKind.Protocol, alone), 1 / 1.1),
                new("C epoll among 10,000", () => new SocketLoad(ServerKind.Epoll, among)),
                new("C epoll alone", () => new SocketLoad(ServerKind.Epoll, alone)))
            {
                Stretch = SocketStretch,
                MostInQuick = 1_000,
            };
        }
    }

    private static Comparison Echo(string text, int size, int connections, ServerKind[] peers) => Served(
        $"Echo {text}", connections == 1 ? "1 connection" : $"{connections} connections", size > 10 * KiB ? 10_000 : 50_000,
        new LoadPlan("echo", size, connections), peers,
        kind => SocketTarget.Of(s_timeTargets, kind, size, connections), kind => SocketTarget.Of(s_processorTargets, kind, size, connections)) with
    {
        MostInQuick = (size, connections) is (KiB, 10) or (100 * KiB, 100) ? int.MaxValue : 0,
    };

    /// <summary>Ours and the peers under one load; one comparison of the time per request, and one of the server's processor time.</summary>
    private static Comparison Served(
        string section, string name, int operations, LoadPlan plan, ServerKind[] peers,
        Func<ServerKind, Demand[]> time, Func<ServerKind, Demand[]> processor, double bytes = 0)
    {
        Contender[] Contenders(Func<ServerKind, Demand[]> demands) =>
        [
            .. ServerKind.Ours.Select(kind => new Contender(kind.Name, () => new SocketLoad(kind, plan)) { IsOurs = true, Demands = demands(kind) }),
            .. peers.Select(kind => new Contender(kind.Name, () => new SocketLoad(kind, plan))),
        ];

        return new(section, name, operations, bytes, Contenders(time))
        {
            Stretch = SocketStretch,
            Other = new($"{section}, processor time", name, operations, double.NaN, Contenders(processor)) { Read = workload => ((ServerWorkload)workload).ProcessorTime },
        };
    }
}
