using System.Net;
using System.Net.Sockets;
using Bridge.Net;

namespace Bridge;

/// <content>Datagram endpoints.</content>
public abstract partial class EventLoop
{
    /// <summary>Makes an endpoint for datagrams.</summary>
    /// <typeparam name="TProtocol">The protocol.</typeparam>
    /// <param name="protocolFactory">Makes the protocol, once there is a socket.</param>
    /// <param name="local">Where to receive: an <see cref="IPEndPoint"/>, <see cref="DnsEndPoint"/> or <see cref="UnixDomainSocketEndPoint"/>. Null: wherever the system chooses, once something is sent.</param>
    /// <param name="remote">The only peer, of the same kind. Null: everybody.</param>
    /// <param name="options">How. Null: the defaults.</param>
    /// <returns>A coroutine: transport and protocol, after ConnectionMade was called.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="protocolFactory"/> is null.</exception>
    /// <exception cref="ArgumentException">There is neither address nor family, or an address is of another kind.</exception>
    /// <exception cref="PlatformNotSupportedException">ReusePort, or a Unix-domain address, and the system has no such thing.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// <para>
    /// Names are looked up; the first pair of addresses of one family that works is used. Awaiting throws the first failure, a
    /// <see cref="SocketException"/>, if none does. IPv6 endpoints take IPv6 only. A socket file that is at a Unix-domain path already is
    /// removed first, and stays when the endpoint closes.
    /// </para>
    /// <para>Source: <c>loop.create_datagram_endpoint</c>.</para>
    /// </remarks>
    public Coroutine<(DatagramTransport Transport, TProtocol Protocol)> CreateDatagramEndpoint<TProtocol>(
        Func<TProtocol> protocolFactory, EndPoint? local, EndPoint? remote = null, DatagramOptions? options = null)
        where TProtocol : DatagramProtocol
    {
        ArgumentNullException.ThrowIfNull(protocolFactory);
        options = DatagramOptions.Check(options);
        DatagramSockets.CheckAddresses(local, remote, options);
        AssertLoopThread();
        return Create(this, protocolFactory, local, remote, options);

        static async Coroutine<(DatagramTransport Transport, TProtocol Protocol)> Create(
            EventLoop loop, Func<TProtocol> protocolFactory, EndPoint? local, EndPoint? remote, DatagramOptions options)
        {
            (Socket socket, EndPoint? peer) = await DatagramSockets.Create(loop, local, remote, options);
            return await DatagramSockets.Open(loop, socket, peer, protocolFactory, closesSocket: true);
        }
    }

    /// <summary>Makes an endpoint of a socket.</summary>
    /// <typeparam name="TProtocol">The protocol.</typeparam>
    /// <param name="protocolFactory">Makes the protocol.</param>
    /// <param name="socket">A datagram socket, bound or connected as wanted. The transport owns it from then on, and makes it non-blocking.</param>
    /// <returns>A coroutine: transport and protocol, after ConnectionMade was called.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">It is no datagram socket.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>If the factory throws, the caller still owns the socket. Source: <c>loop.create_datagram_endpoint(sock=...)</c>.</remarks>
    public Coroutine<(DatagramTransport Transport, TProtocol Protocol)> CreateDatagramEndpoint<TProtocol>(Func<TProtocol> protocolFactory, Socket socket)
        where TProtocol : DatagramProtocol
    {
        ArgumentNullException.ThrowIfNull(protocolFactory);
        DatagramSockets.CheckDatagram(socket);
        AssertLoopThread();
        return DatagramSockets.Open(this, socket, null, protocolFactory, closesSocket: false);
    }
}
