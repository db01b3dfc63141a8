using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>So many connections that have been served once and are idle. The figure is not a time but the bytes that each keeps alive in the server.</summary>
/// <remarks>A fresh server for every run, because one that has had as many before has room for them.</remarks>
public sealed class IdleConnections(ServerKind kind) : Workload
{
    private const int Size = 64;

    private int _open;
    private double _figure;

    public override double? Figure => _figure;

    public override bool CountsBytes => false;

    public override string? Remark => $"{_open:#,0} open{(kind.IsManaged ? "" : ", resident memory")}";

    public override void RunOnce(int operations)
    {
        _open = operations;
        var plan = new LoadPlan("idle", Size, Idle: operations + 1);
        using var server = new ServerProcess(kind.Command(plan.Job));
        using var load = new PeerProcess(plan.Command(server.Port));

        // What the first connection brings along is not of each.
        load.Run(1);
        long before = server.LiveBytes();
        load.Run(operations);
        _figure = (double)(server.LiveBytes() - before) / operations;
    }
}
