using System.Net;
using System.Net.Sockets;
using Bridge.Net;

namespace Bridge;

/// <content>Connections as streams.</content>
public abstract partial class EventLoop
{
    /// <summary>Connects to a host's port.</summary>
    /// <param name="host">A name or an address. Null or empty: this machine.</param>
    /// <param name="port">0 to 65535.</param>
    /// <param name="options">How to connect. Null: the defaults.</param>
    /// <param name="limit">The reader's limit, in bytes; at least 1.</param>
    /// <returns>A coroutine: the connection. Dispose it when done, best with <c>await using</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The port, the limit, or an option is out of its range.</exception>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// Awaiting throws <see cref="SocketException"/> if there is no connection; there is no limit of time, use <c>LoopTask.Timeout</c>.
    /// Source: <c>asyncio.open_connection</c>.
    /// </remarks>
    public Coroutine<LoopStream> OpenConnection(string? host, int port, ConnectOptions? options = null, int limit = LoopStreamReader.DefaultLimit)
        => StreamOf(CreateConnection(StreamProtocols(limit), host, port, options));

    /// <summary>Connects to an address.</summary>
    /// <param name="address">An <see cref="IPEndPoint"/>, a <see cref="DnsEndPoint"/>, or a <see cref="UnixDomainSocketEndPoint"/>, which takes no options.</param>
    /// <param name="options">How to connect. Null: the defaults.</param>
    /// <param name="limit">The reader's limit, in bytes; at least 1.</param>
    /// <returns>A coroutine: the connection. Dispose it when done, best with <c>await using</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="address"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit or an option is out of its range.</exception>
    /// <exception cref="ArgumentException">The address is of another kind, or an option is wrong.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>As with a host and port.</remarks>
    public Coroutine<LoopStream> OpenConnection(EndPoint address, ConnectOptions? options = null, int limit = LoopStreamReader.DefaultLimit)
        => StreamOf(CreateConnection(StreamProtocols(limit), address, options));

    /// <summary>Makes a stream of a socket that is connected already.</summary>
    /// <param name="socket">A connected stream socket. The stream owns it from then on.</param>
    /// <param name="limit">The reader's limit, in bytes; at least 1.</param>
    /// <returns>A coroutine: the connection. Dispose it when done, best with <c>await using</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="socket"/> is null.</exception>
    /// <exception cref="ArgumentException">It is no stream socket.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is zero or negative.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>asyncio.open_connection(sock=...)</c>.</remarks>
    public Coroutine<LoopStream> OpenConnection(Socket socket, int limit = LoopStreamReader.DefaultLimit)
        => StreamOf(CreateConnection(StreamProtocols(limit), socket));

    /// <summary>Connects to a Unix-domain server.</summary>
    /// <param name="path">The server's path; on Linux also an abstract name, which begins with a NUL character.</param>
    /// <param name="limit">The reader's limit, in bytes; at least 1.</param>
    /// <returns>A coroutine: the connection. Dispose it when done, best with <c>await using</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> is null.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is zero or negative, or the path is longer than the system takes.</exception>
    /// <exception cref="PlatformNotSupportedException">The system has no Unix-domain sockets.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Awaiting throws <see cref="SocketException"/> naming the path. Source: <c>asyncio.open_unix_connection</c>.</remarks>
    public Coroutine<LoopStream> OpenUnixConnection(string path, int limit = LoopStreamReader.DefaultLimit)
        => StreamOf(CreateUnixConnection(StreamProtocols(limit), path));

    private static async Coroutine<LoopStream> StreamOf(Coroutine<(Transport Transport, StreamProtocol Protocol)> connecting)
        => new LoopStream((await connecting).Protocol);

    private Func<StreamProtocol> StreamProtocols(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return () => new StreamProtocol(this, limit);
    }
}
