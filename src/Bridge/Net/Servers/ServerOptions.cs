namespace Bridge.Net;

/// <summary>How a server listens.</summary>
/// <remarks>Source: the keyword arguments of asyncio's <c>create_server</c>.</remarks>
public sealed record ServerOptions
{
    /// <summary>How many connections the system queues before they are accepted, at least 1; also how many are accepted in one go.</summary>
    public int Backlog { get; init; } = 100;

    /// <summary>Allows binding to an address that lingers from before. Null: yes, except on Windows.</summary>
    public bool? ReuseAddress { get; init; }

    /// <summary>Allows several servers on one address, among which the system spreads the connections.</summary>
    public bool ReusePort { get; init; }

    /// <summary>Has the system probe idle connections.</summary>
    public bool KeepAlive { get; init; }

    /// <summary>Whether to accept connections at once; if not, <see cref="Server.StartServing"/> does.</summary>
    public bool StartServing { get; init; } = true;
}
