using System.Net;
using System.Net.Sockets;
using Bridge.Net;

namespace Bridge;

/// <content>Servers.</content>
public abstract partial class EventLoop
{
    /// <summary>Listens on a host's addresses.</summary>
    /// <param name="protocolFactory">Makes the protocol of each connection: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>.</param>
    /// <param name="host">A name or an address; null or empty: all interfaces.</param>
    /// <param name="port">0 to 65535; 0 lets the system choose, see <see cref="Server.Sockets"/>.</param>
    /// <param name="options">How to listen. Null: the defaults.</param>
    /// <returns>A coroutine: the server, which listens unless told otherwise.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="protocolFactory"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The port, or an option, is out of its range.</exception>
    /// <remarks>Awaiting throws <see cref="SocketException"/> naming the address that could not be bound. Source: <c>loop.create_server</c>.</remarks>
    public Coroutine<Server> CreateServer(Func<BaseProtocol> protocolFactory, string? host, int port, ServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(protocolFactory);
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);
        options = Listeners.Check(options);
        return Create(this, protocolFactory, host, port, options);

        static async Coroutine<Server> Create(EventLoop loop, Func<BaseProtocol> protocolFactory, string? host, int port, ServerOptions options)
        {
            IPAddress[] addresses = string.IsNullOrEmpty(host) ? Listeners.AllInterfaces : await loop.ResolveHost(host);
            List<Socket> sockets = Listeners.Bind(addresses.Distinct().Select(address => new IPEndPoint(address, port)), options);
            return await loop.Serve(sockets, protocolFactory, options);
        }
    }

    /// <summary>Listens on a socket that is bound already.</summary>
    /// <param name="protocolFactory">Makes the protocol of each connection: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>.</param>
    /// <param name="socket">A bound stream socket, which the server owns from now on.</param>
    /// <param name="options">How to listen. Null: the defaults.</param>
    /// <returns>A coroutine: the server, which listens unless told otherwise.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">It is no stream socket.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <remarks>Source: <c>loop.create_server(sock=...)</c>.</remarks>
    public Coroutine<Server> CreateServer(Func<BaseProtocol> protocolFactory, Socket socket, ServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(protocolFactory);
        ArgumentNullException.ThrowIfNull(socket);
        options = Listeners.Check(options);
        Listeners.CheckStream(socket);
        socket.Blocking = false;
        return Serve([socket], protocolFactory, options);
    }

    private async Coroutine<Server> Serve(List<Socket> sockets, Func<BaseProtocol> protocolFactory, ServerOptions options)
    {
        var server = new Server(this, sockets, protocolFactory, options);
        if (options.StartServing)
        {
            await server.StartServing();
        }

        return server;
    }
}
