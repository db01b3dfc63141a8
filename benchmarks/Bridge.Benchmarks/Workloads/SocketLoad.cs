using System.Globalization;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>A server under the load of <c>benchmarks/peers/load.c</c>, each on a processor of its own.</summary>
public sealed class SocketLoad(ServerKind kind, LoadPlan plan) : ServerWorkload(kind)
{
    private readonly ServerKind _kind = kind;
    private ServerProcess? _server;
    private PeerProcess? _load;

    public override string? Remark => plan.SameProcessor || ServerProcess.ForLoad() != ServerProcess.ForServer()
        ? plan.SameProcessor ? null : base.Remark
        : "there is one processor, which server and load share";

    public override void Setup()
    {
        _server = new ServerProcess(_kind.Command(plan.Job));
        _load = new PeerProcess(plan.Command(_server.Port));
    }

    public override void RunOnce(int operations) => Measure(_server!, () =>
    {
        long[] times = _load!.Run(operations);
        return new LoadResult(operations, times[0], times[1]);
    });

    public override void Dispose()
    {
        _load?.Dispose();
        _server?.Dispose();
    }
}

/// <summary>What the load does.</summary>
/// <param name="Row">echo, cycle, bulk or idle, as load.c has them.</param>
/// <param name="Size">Bytes of a message.</param>
/// <param name="Connections">How many ask at a time.</param>
/// <param name="Idle">How many are open besides.</param>
public sealed record LoadPlan(string Row, int Size = 1, int Connections = 1, int Idle = 0)
{
    /// <summary>What a careful program gives each connection: enough for a usual message, not more than a socket hands out at a time.</summary>
    private const int LeastBuffer = 4 * 1024, MostBuffer = 64 * 1024;

    /// <summary>The load runs where the server does: neither ever waits for a halted processor to wake.</summary>
    public bool SameProcessor { get; init; }

    public ServerJob Job => Row == "bulk"
        ? new ServerJob(Counts: true, MostBuffer)
        : new ServerJob(Counts: false, Math.Clamp(Size, LeastBuffer, MostBuffer));

    /// <summary>How the load is started for a server at that port.</summary>
    /// <exception cref="MissingPeerException">It was not compiled.</exception>
    public PeerCommand Command(int port) => PeerCommand.Of("load", Row, Option("port", port), Option("size", Size), Option("connections", Connections), Option("idle", Idle)) with
    {
        Processor = SameProcessor ? ServerProcess.ForServer() : ServerProcess.ForLoad(),
    };

    private static string Option(string name, int value) => string.Create(CultureInfo.InvariantCulture, $"{name}={value}");
}
