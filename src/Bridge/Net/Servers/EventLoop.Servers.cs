using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Bridge.Net;

namespace Bridge;

/// <content>Servers.</content>
public abstract partial class EventLoop
{
    /// <summary>Listens on a host's addresses.</summary>
    /// <param name="protocolFactory">Makes the protocol of each connection: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>.</param>
    /// <param name="host">A name or an address; null or empty: all interfaces.</param>
    /// <param name="port">0 to 65535; 0 lets the system choose, for each address another one, see <see cref="Server.Sockets"/>.</param>
    /// <param name="options">How to listen. Null: the defaults.</param>
    /// <returns>A coroutine: the server, which listens unless told otherwise.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="protocolFactory"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The port, or an option, is out of its range.</exception>
    /// <exception cref="PlatformNotSupportedException">ReusePort was asked for and the system has no such thing.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// Awaiting throws <see cref="SocketException"/> naming the address that could not be bound; then none is. Addresses that this machine
    /// does not have are passed over, as long as one is left. IPv6 sockets take IPv6 only. Source: <c>loop.create_server</c>.
    /// </remarks>
    [OverloadResolutionPriority(1)] // A bare null is no host, not no hosts.
    public Coroutine<Server> CreateServer(Func<BaseProtocol> protocolFactory, string? host, int port, ServerOptions? options = null)
        => CreateServer(protocolFactory, [host], port, options);

    /// <summary>Listens on the addresses of several hosts, on each address once.</summary>
    /// <param name="protocolFactory">Makes the protocol of each connection: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>.</param>
    /// <param name="hosts">At least one: names or addresses; null or empty: all interfaces.</param>
    /// <param name="port">0 to 65535; 0 lets the system choose, for each address another one, see <see cref="Server.Sockets"/>.</param>
    /// <param name="options">How to listen. Null: the defaults.</param>
    /// <returns>A coroutine: the server, which listens unless told otherwise.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="protocolFactory"/> or <paramref name="hosts"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="hosts"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The port, or an option, is out of its range.</exception>
    /// <exception cref="PlatformNotSupportedException">ReusePort was asked for and the system has no such thing.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>As for one host. Source: <c>loop.create_server</c>.</remarks>
    public Coroutine<Server> CreateServer(Func<BaseProtocol> protocolFactory, IEnumerable<string?> hosts, int port, ServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(protocolFactory);
        ArgumentNullException.ThrowIfNull(hosts);
        CheckPort(port);
        string?[] all = [.. hosts];
        if (all.Length == 0)
        {
            throw new ArgumentException("There is no host to listen on. Name one, or pass null for all interfaces.", nameof(hosts));
        }

        AssertLoopThread();
        options = ServerOptions.Check(options);
        return Create(this, protocolFactory, all, port, options, options.Tls);

        static async Coroutine<Server> Create(EventLoop loop, Func<BaseProtocol> protocolFactory, string?[] hosts, int port, ServerOptions options, TlsSettings? tls)
        {
            List<Socket> sockets = Listeners.Bind(await Listeners.Resolve(loop, hosts, port, options), options, loop);
            return await Serve(new Server(loop, sockets, protocolFactory, options.Backlog) { Tls = tls }, options.StartServing);
        }
    }

    /// <summary>Listens on a socket that is bound already.</summary>
    /// <param name="protocolFactory">Makes the protocol of each connection: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>.</param>
    /// <param name="socket">A bound stream socket, which the server owns from now on, and makes non-blocking.</param>
    /// <param name="options">Backlog, StartServing, Ssl and its time limits; the others are for binding. Null: the defaults.</param>
    /// <returns>A coroutine: the server, which listens unless told otherwise.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">It is no stream socket, or an option is set that is for binding.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>loop.create_server(sock=...)</c>.</remarks>
    public Coroutine<Server> CreateServer(Func<BaseProtocol> protocolFactory, Socket socket, ServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(protocolFactory);
        StreamTransports.CheckStream(socket);
        options = ServerOptions.Check(options);
        if (options != options.WithoutBinding())
        {
            throw new ArgumentException($"{options}: only Backlog, StartServing, Ssl and its time limits go with a socket that is bound already. Set the others on the socket.", nameof(options));
        }

        AssertLoopThread();
        return Create(this, protocolFactory, socket, options, options.Tls);

        static async Coroutine<Server> Create(EventLoop loop, Func<BaseProtocol> protocolFactory, Socket socket, ServerOptions options, TlsSettings? tls)
        {
            socket.Blocking = false;
            SocketOptions.SetNoDelay(socket);
            return await Serve(new Server(loop, [socket], protocolFactory, options.Backlog) { Tls = tls }, options.StartServing);
        }
    }

    private static async Coroutine<Server> Serve(Server server, bool start)
    {
        if (start)
        {
            try
            {
                await server.StartServing();
            }
            catch
            {
                // Nobody has it yet who could close it: it cannot listen, or its maker was cancelled.
                server.Close();
                throw;
            }
        }

        if (server.Loop.Debug)
        {
            server.Loop.WriteDetail($"{server} is there");
        }

        return server;
    }
}
