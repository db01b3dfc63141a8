using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Bridge.Net;

namespace Bridge;

/// <content>Servers that talk in streams.</content>
public abstract partial class EventLoop
{
    /// <summary>Listens on a host's addresses and runs a coroutine for each connection.</summary>
    /// <param name="handler">Serves one connection, as a task of its own. It closes the stream when done, best with <c>await using</c>.</param>
    /// <param name="host">A name or an address; null or empty: all interfaces.</param>
    /// <param name="port">0 to 65535; 0 lets the system choose, see <see cref="Server.Sockets"/>.</param>
    /// <param name="options">How to listen. Null: the defaults.</param>
    /// <param name="limit">The limit of each reader, in bytes; at least 1.</param>
    /// <returns>A coroutine: the server, which listens unless told otherwise.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The port, the limit, or an option is out of its range.</exception>
    /// <remarks>
    /// <para>Awaiting throws <see cref="SocketException"/> naming the address that could not be bound.</para>
    /// <para>
    /// What a handler throws goes to the exception handler, and its connection closes; a cancelled handler's connection closes quietly.
    /// Source: <c>asyncio.start_server</c>.
    /// </para>
    /// </remarks>
    [OverloadResolutionPriority(1)] // A host that is null is one host.
    public Coroutine<Server> StartServer(
        Func<LoopStream, Coroutine> handler, string? host, int port, ServerOptions? options = null, int limit = LoopStreamReader.DefaultLimit)
        => CreateServer(StreamProtocols(handler, limit), host, port, options);

    /// <summary>Listens on the addresses of several hosts and runs a coroutine for each connection.</summary>
    /// <param name="handler">Serves one connection, as a task of its own. It closes the stream when done, best with <c>await using</c>.</param>
    /// <param name="hosts">Names or addresses; null or empty among them: all interfaces.</param>
    /// <param name="port">0 to 65535; 0 lets the system choose, see <see cref="Server.Sockets"/>.</param>
    /// <param name="options">How to listen. Null: the defaults.</param>
    /// <param name="limit">The limit of each reader, in bytes; at least 1.</param>
    /// <returns>A coroutine: the server, which listens unless told otherwise.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The port, the limit, or an option is out of its range.</exception>
    /// <remarks>As for one host.</remarks>
    public Coroutine<Server> StartServer(
        Func<LoopStream, Coroutine> handler, IEnumerable<string?> hosts, int port, ServerOptions? options = null, int limit = LoopStreamReader.DefaultLimit)
        => CreateServer(StreamProtocols(handler, limit), hosts, port, options);

    /// <summary>The same with a function, which gets each connection in a callback of the loop; the stream is its to close.</summary>
    /// <inheritdoc cref="StartServer(Func{LoopStream, Coroutine}, string?, int, ServerOptions?, int)"/>
    [OverloadResolutionPriority(1)] // A host that is null is one host.
    public Coroutine<Server> StartServer(
        Action<LoopStream> handler, string? host, int port, ServerOptions? options = null, int limit = LoopStreamReader.DefaultLimit)
        => CreateServer(StreamProtocols(handler, limit), host, port, options);

    /// <summary>The same with a function, which gets each connection in a callback of the loop; the stream is its to close.</summary>
    /// <inheritdoc cref="StartServer(Func{LoopStream, Coroutine}, IEnumerable{string?}, int, ServerOptions?, int)"/>
    public Coroutine<Server> StartServer(
        Action<LoopStream> handler, IEnumerable<string?> hosts, int port, ServerOptions? options = null, int limit = LoopStreamReader.DefaultLimit)
        => CreateServer(StreamProtocols(handler, limit), hosts, port, options);

    /// <summary>Listens on a socket that is bound already, and runs a coroutine for each connection.</summary>
    /// <param name="handler">Serves one connection, as a task of its own. It closes the stream when done, best with <c>await using</c>.</param>
    /// <param name="socket">A bound stream socket, which the server owns from now on.</param>
    /// <param name="options">How to listen. Null: the defaults.</param>
    /// <param name="limit">The limit of each reader, in bytes; at least 1.</param>
    /// <returns>A coroutine: the server, which listens unless told otherwise.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">It is no stream socket.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit or an option is out of its range.</exception>
    /// <remarks>Source: <c>asyncio.start_server(sock=...)</c>.</remarks>
    public Coroutine<Server> StartServer(
        Func<LoopStream, Coroutine> handler, Socket socket, ServerOptions? options = null, int limit = LoopStreamReader.DefaultLimit)
        => CreateServer(StreamProtocols(handler, limit), socket, options);

    /// <summary>The same with a function, which gets each connection in a callback of the loop; the stream is its to close.</summary>
    /// <inheritdoc cref="StartServer(Func{LoopStream, Coroutine}, Socket, ServerOptions?, int)"/>
    public Coroutine<Server> StartServer(
        Action<LoopStream> handler, Socket socket, ServerOptions? options = null, int limit = LoopStreamReader.DefaultLimit)
        => CreateServer(StreamProtocols(handler, limit), socket, options);

    /// <summary>Listens on a Unix-domain path and runs a coroutine for each connection.</summary>
    /// <param name="handler">Serves one connection, as a task of its own. It closes the stream when done, best with <c>await using</c>.</param>
    /// <param name="path">Where; on Linux also an abstract name, which begins with a NUL character. A socket file that is there already is removed.</param>
    /// <param name="options">How to listen. Null: the defaults.</param>
    /// <param name="limit">The limit of each reader, in bytes; at least 1.</param>
    /// <returns>A coroutine: the server, which listens unless told otherwise.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit or an option is out of its range, or the path is longer than the system takes.</exception>
    /// <exception cref="PlatformNotSupportedException">The system has no Unix-domain sockets.</exception>
    /// <remarks>Otherwise as <see cref="StartServer(Func{LoopStream, Coroutine}, string?, int, ServerOptions?, int)"/>. Source: <c>asyncio.start_unix_server</c>.</remarks>
    public Coroutine<Server> StartUnixServer(
        Func<LoopStream, Coroutine> handler, string path, UnixServerOptions? options = null, int limit = LoopStreamReader.DefaultLimit)
        => CreateUnixServer(StreamProtocols(handler, limit), path, options);

    /// <summary>The same with a function, which gets each connection in a callback of the loop; the stream is its to close.</summary>
    /// <inheritdoc cref="StartUnixServer(Func{LoopStream, Coroutine}, string, UnixServerOptions?, int)"/>
    public Coroutine<Server> StartUnixServer(
        Action<LoopStream> handler, string path, UnixServerOptions? options = null, int limit = LoopStreamReader.DefaultLimit)
        => CreateUnixServer(StreamProtocols(handler, limit), path, options);

    /// <summary>Makes the protocols of a server's connections.</summary>
    private Func<BaseProtocol> StreamProtocols(Func<LoopStream, Coroutine?> handler, int limit)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return () => new StreamProtocol(this, limit, handler);
    }

    private Func<BaseProtocol> StreamProtocols(Action<LoopStream> handler, int limit)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return StreamProtocols(
            stream =>
            {
                handler(stream);
                return null;
            },
            limit);
    }
}
