using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Harness;

/// <summary>What is asked of servers of ours beside one peer, and in which of the echo rows.</summary>
/// <param name="Form">Which of ours.</param>
/// <param name="Peer">Beside whom.</param>
/// <param name="Ratio">How many times our figure the peer's must be at least; below 1 where it is a limit.</param>
internal sealed record SocketTarget(ServerForm Form, ServerKind Peer, double Ratio)
{
    /// <summary>The smallest and the largest message, in bytes.</summary>
    internal (int Least, int Most) Size { get; init; } = (64, 10 * 1024);

    /// <summary>The fewest and the most connections.</summary>
    internal (int Least, int Most) Connections { get; init; } = (1, 1000);

    private bool Concerns(ServerKind kind, int size, int connections)
        => kind.Form == Form && size >= Size.Least && size <= Size.Most && connections >= Connections.Least && connections <= Connections.Most;

    /// <summary>Those of the targets that concern a server in a row.</summary>
    internal static Demand[] Of(IEnumerable<SocketTarget> targets, ServerKind kind, int size, int connections)
        => [.. targets.Where(it => it.Concerns(kind, size, connections)).Select(it => new Demand(it.Peer.Name, it.Ratio))];
}
