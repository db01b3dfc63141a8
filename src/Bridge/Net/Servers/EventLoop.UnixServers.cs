using System.Net.Sockets;
using Bridge.Net;

namespace Bridge;

/// <content>Servers for this machine only, at a path or an abstract name.</content>
public abstract partial class EventLoop
{
    /// <summary>Listens on a path.</summary>
    /// <param name="protocolFactory">Makes the protocol of each connection: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>.</param>
    /// <param name="path">Where; on Linux also an abstract name, which begins with a NUL character. A socket file that is there already is removed.</param>
    /// <param name="options">How to listen. Null: the defaults.</param>
    /// <returns>A coroutine: the server, which listens unless told otherwise.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range, or the path is longer than the system takes.</exception>
    /// <exception cref="PlatformNotSupportedException">The system has no Unix-domain sockets.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// Awaiting throws <see cref="SocketException"/> naming the path if it cannot be bound: <see cref="SocketError.AddressAlreadyInUse"/> if
    /// an ordinary file is there. Closing the server removes the file, see <see cref="UnixServerOptions.CleanupSocket"/>.
    /// Source: <c>loop.create_unix_server</c>.
    /// </remarks>
    public Coroutine<Server> CreateUnixServer(Func<BaseProtocol> protocolFactory, string path, UnixServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(protocolFactory);
        UnixDomainSocketEndPoint address = UnixSockets.AddressOf(path);
        options = UnixServerOptions.Check(options);
        AssertLoopThread();
        return Create(this, protocolFactory, address, options, options.Tls);

        static async Coroutine<Server> Create(EventLoop loop, Func<BaseProtocol> protocolFactory, UnixDomainSocketEndPoint address, UnixServerOptions options, TlsSettings? tls)
            => await Serve(UnixServer(loop, protocolFactory, UnixSockets.Bind(address, SocketType.Stream, loop), options, tls), options.StartServing);
    }

    /// <summary>Listens on a Unix-domain socket that is bound already.</summary>
    /// <param name="protocolFactory">Makes the protocol of each connection: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>.</param>
    /// <param name="socket">A bound Unix-domain stream socket, which the server owns from now on, and makes non-blocking.</param>
    /// <param name="options">How to listen. Null: the defaults.</param>
    /// <returns>A coroutine: the server, which listens unless told otherwise.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">It is no Unix-domain stream socket.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// A socket bound by <see cref="Socket.Bind"/> has its path deleted by .NET when it is closed, whatever
    /// <see cref="UnixServerOptions.CleanupSocket"/> says. Source: <c>loop.create_unix_server(sock=...)</c>.
    /// </remarks>
    public Coroutine<Server> CreateUnixServer(Func<BaseProtocol> protocolFactory, Socket socket, UnixServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(protocolFactory);
        UnixSockets.CheckUnixStream(socket);
        options = UnixServerOptions.Check(options);
        AssertLoopThread();
        return Create(this, protocolFactory, socket, options, options.Tls);

        static async Coroutine<Server> Create(EventLoop loop, Func<BaseProtocol> protocolFactory, Socket socket, UnixServerOptions options, TlsSettings? tls)
        {
            socket.Blocking = false;
            return await Serve(UnixServer(loop, protocolFactory, socket, options, tls), options.StartServing);
        }
    }

    private static Server UnixServer(EventLoop loop, Func<BaseProtocol> protocolFactory, Socket socket, UnixServerOptions options, TlsSettings? tls)
        => new(loop, [socket], protocolFactory, options.Backlog) { File = options.CleanupSocket ? SocketPath.Of(socket) : null, Tls = tls };
}
