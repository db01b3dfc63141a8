using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>How a server listens.</summary>
/// <remarks>Source: the keyword arguments of asyncio's <c>create_server</c>.</remarks>
public sealed record ServerOptions
{
    internal static ServerOptions Default { get; } = new();

    /// <summary>Only addresses of this family. Unspecified: all.</summary>
    public AddressFamily Family { get; init; }

    /// <summary>How to look hosts up. Passive: no host means all interfaces.</summary>
    public AddressInfoFlags Flags { get; init; } = AddressInfoFlags.Passive;

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

    /// <summary>The options to go by; throws what is wrong with them.</summary>
    internal static ServerOptions Check(ServerOptions? options)
    {
        options ??= Default;
        CheckBacklog(options.Backlog);
        if (options.ReusePort)
        {
            SocketOptions.CheckReusePort();
        }

        return options;
    }

    internal static void CheckBacklog(int backlog)
    {
        if (backlog < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(backlog), backlog, $"Backlog is {backlog}; it must be at least 1.");
        }
    }
}

/// <summary>How a Unix-domain server listens.</summary>
/// <remarks>Source: the keyword arguments of asyncio's <c>create_unix_server</c>.</remarks>
public sealed record UnixServerOptions
{
    internal static UnixServerOptions Default { get; } = new();

    /// <inheritdoc cref="ServerOptions.Backlog"/>
    public int Backlog { get; init; } = 100;

    /// <summary>Whether closing the server removes its file, if the path still leads to the same one.</summary>
    public bool CleanupSocket { get; init; } = true;

    /// <inheritdoc cref="ServerOptions.StartServing"/>
    public bool StartServing { get; init; } = true;

    internal static UnixServerOptions Check(UnixServerOptions? options)
    {
        options ??= Default;
        ServerOptions.CheckBacklog(options.Backlog);
        return options;
    }
}
