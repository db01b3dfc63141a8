using System.Net.Security;
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

    /// <summary>Encrypts every connection, with these options: at least a certificate is needed. Null: the connection is not encrypted.</summary>
    /// <remarks>Taken as they are when the server is made. See <see cref="EventLoop.StartTls(Transport, BaseProtocol, SslServerAuthenticationOptions, StartTlsOptions?)"/> for where callbacks run. A handshake that fails is reported in debug mode only. Source: <c>ssl</c>.</remarks>
    public SslServerAuthenticationOptions? Ssl { get; init; }

    /// <summary>How long the TLS handshake may take; more than zero, only with <see cref="Ssl"/>. Null: 60 s.</summary>
    public TimeSpan? SslHandshakeTimeout { get; init; }

    /// <summary>How long closing waits for the peer to close TLS, too; more than zero, only with <see cref="Ssl"/>. Null: 30 s.</summary>
    public TimeSpan? SslShutdownTimeout { get; init; }

    /// <summary>What TLS is to be like; null: none.</summary>
    internal TlsSettings? Tls => TlsSettings.Of(Ssl, SslHandshakeTimeout, SslShutdownTimeout);

    /// <summary>These without what is for binding sockets.</summary>
    internal ServerOptions WithoutBinding() => new()
    {
        Backlog = Backlog,
        StartServing = StartServing,
        Ssl = Ssl,
        SslHandshakeTimeout = SslHandshakeTimeout,
        SslShutdownTimeout = SslShutdownTimeout,
    };

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

    /// <inheritdoc cref="ServerOptions.Ssl"/>
    public SslServerAuthenticationOptions? Ssl { get; init; }

    /// <inheritdoc cref="ServerOptions.SslHandshakeTimeout"/>
    public TimeSpan? SslHandshakeTimeout { get; init; }

    /// <inheritdoc cref="ServerOptions.SslShutdownTimeout"/>
    public TimeSpan? SslShutdownTimeout { get; init; }

    /// <inheritdoc cref="ServerOptions.Tls"/>
    internal TlsSettings? Tls => TlsSettings.Of(Ssl, SslHandshakeTimeout, SslShutdownTimeout);

    internal static UnixServerOptions Check(UnixServerOptions? options)
    {
        options ??= Default;
        ServerOptions.CheckBacklog(options.Backlog);
        return options;
    }
}
