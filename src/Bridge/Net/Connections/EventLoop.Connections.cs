using System.Net;
using System.Net.Sockets;
using Bridge.Net;

namespace Bridge;

/// <content>Connections.</content>
public abstract partial class EventLoop
{
    /// <summary>Connects to a host's port.</summary>
    /// <typeparam name="TProtocol">The protocol: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>.</typeparam>
    /// <param name="protocolFactory">Makes the protocol, once there is a connection.</param>
    /// <param name="host">A name or an address. Null or empty: this machine.</param>
    /// <param name="port">0 to 65535.</param>
    /// <param name="options">How to connect. Null: the defaults.</param>
    /// <returns>A coroutine: transport and protocol, after ConnectionMade was called.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="protocolFactory"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The port or an option is out of its range.</exception>
    /// <exception cref="ArgumentException">The local address is of a kind that cannot be.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// <para>
    /// The host's addresses are tried in turn, or beside each other with <see cref="ConnectOptions.HappyEyeballsDelay"/>. If none can be
    /// connected awaiting throws <see cref="SocketException"/>: the failure, if it is one or if all say the same, else one that quotes all;
    /// with <see cref="ConnectOptions.AllErrors"/> an <see cref="AggregateException"/>. Cancelling closes what was begun.
    /// There is no limit of time: use <c>LoopTask.Timeout</c>.
    /// </para>
    /// <para>Source: <c>loop.create_connection</c>.</para>
    /// </remarks>
    public Coroutine<(Transport Transport, TProtocol Protocol)> CreateConnection<TProtocol>(
        Func<TProtocol> protocolFactory, string? host, int port, ConnectOptions? options = null)
        where TProtocol : BaseProtocol
    {
        CheckPort(port);
        return CreateConnection(protocolFactory, host, NameQuery.PortText(port), options);
    }

    /// <summary>Connects to a host's service.</summary>
    /// <typeparam name="TProtocol">The protocol: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>.</typeparam>
    /// <param name="protocolFactory">Makes the protocol, once there is a connection.</param>
    /// <param name="host">A name or an address. Null or empty: this machine.</param>
    /// <param name="service">A name as "http", which the system's resolver knows, or a number.</param>
    /// <param name="options">How to connect. Null: the defaults.</param>
    /// <returns>A coroutine: transport and protocol, after ConnectionMade was called.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="protocolFactory"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="service"/> is null or empty, or an option is wrong.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>As with a port.</remarks>
    public Coroutine<(Transport Transport, TProtocol Protocol)> CreateConnection<TProtocol>(
        Func<TProtocol> protocolFactory, string? host, string service, ConnectOptions? options = null)
        where TProtocol : BaseProtocol
    {
        ArgumentNullException.ThrowIfNull(protocolFactory);
        ArgumentException.ThrowIfNullOrEmpty(service);
        AssertLoopThread();
        options = ConnectOptions.Check(options);
        return Connect(this, protocolFactory, host, service, options, options.TlsFor(host));

        static async Coroutine<(Transport Transport, TProtocol Protocol)> Connect(
            EventLoop loop, Func<TProtocol> protocolFactory, string? host, string service, ConnectOptions options, TlsSettings? tls)
            => await StreamTransports.Open(loop, await Connector.Connect(loop, host, service, options), protocolFactory, closesSocket: true, tls);
    }

    /// <summary>Connects to an address.</summary>
    /// <typeparam name="TProtocol">The protocol: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>.</typeparam>
    /// <param name="protocolFactory">Makes the protocol, once there is a connection.</param>
    /// <param name="address">An <see cref="IPEndPoint"/>, a <see cref="DnsEndPoint"/>, or a <see cref="UnixDomainSocketEndPoint"/>, which takes no options but Ssl and its time limits.</param>
    /// <param name="options">How to connect. Null: the defaults.</param>
    /// <returns>A coroutine: transport and protocol, after ConnectionMade was called.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The address is of another kind, or an option is wrong.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>As with a host and port.</remarks>
    public Coroutine<(Transport Transport, TProtocol Protocol)> CreateConnection<TProtocol>(
        Func<TProtocol> protocolFactory, EndPoint address, ConnectOptions? options = null)
        where TProtocol : BaseProtocol
    {
        ArgumentNullException.ThrowIfNull(protocolFactory);
        ArgumentNullException.ThrowIfNull(address);
        options = ConnectOptions.Check(options);
        switch (address)
        {
            case IPEndPoint ip:
                AssertLoopThread();
                return Connect(this, protocolFactory, ip, options, options.TlsFor(ip.Address.ToString()));
            case DnsEndPoint name:
                AddressFamily family = options.Family == AddressFamily.Unspecified ? name.AddressFamily : options.Family;
                return CreateConnection(protocolFactory, name.Host, name.Port, options with { Family = family });
            case UnixDomainSocketEndPoint path:
                return CreateUnixConnection(protocolFactory, path, ConnectOptions.CheckConnected(options));
            default:
                throw new ArgumentException(Messages.UnknownAddress(address), nameof(address));
        }

        static async Coroutine<(Transport Transport, TProtocol Protocol)> Connect(
            EventLoop loop, Func<TProtocol> protocolFactory, IPEndPoint address, ConnectOptions options, TlsSettings? tls)
        {
            AddressInfo[] only = [new AddressInfo(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp, null, address)];
            return await StreamTransports.Open(loop, await Connector.Connect(loop, only, options), protocolFactory, closesSocket: true, tls);
        }
    }

    /// <summary>Puts a transport and a protocol onto a socket that is connected already.</summary>
    /// <typeparam name="TProtocol">The protocol: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>.</typeparam>
    /// <param name="protocolFactory">Makes the protocol.</param>
    /// <param name="socket">A connected stream socket. The transport owns it from then on, and makes it non-blocking.</param>
    /// <param name="options">Ssl, with a TargetHost, and its time limits; the others are for finding a host. Null: no TLS.</param>
    /// <returns>A coroutine: transport and protocol, after ConnectionMade was called.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">It is no stream socket, or an option is wrong.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time limit is not positive.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>If the factory throws, the caller still owns the socket. Source: <c>loop.create_connection(sock=...)</c>.</remarks>
    public Coroutine<(Transport Transport, TProtocol Protocol)> CreateConnection<TProtocol>(
        Func<TProtocol> protocolFactory, Socket socket, ConnectOptions? options = null)
        where TProtocol : BaseProtocol
    {
        ArgumentNullException.ThrowIfNull(protocolFactory);
        StreamTransports.CheckStream(socket);
        AssertLoopThread();
        return StreamTransports.Open(this, socket, protocolFactory, closesSocket: false, ConnectOptions.CheckConnected(options).TlsFor(null));
    }

    /// <summary>Puts a transport and a protocol onto a socket that was accepted elsewhere.</summary>
    /// <typeparam name="TProtocol">The protocol: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>.</typeparam>
    /// <param name="protocolFactory">Makes the protocol.</param>
    /// <param name="socket">What an Accept returned. The transport owns it from then on, and makes it non-blocking.</param>
    /// <param name="options">Ssl and its time limits; the others are for listening and have no effect. Null: no TLS.</param>
    /// <returns>A coroutine: transport and protocol, after ConnectionMade was called.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">It is no stream socket, or there are time limits without Ssl.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time limit is not positive.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>If the factory throws, the caller still owns the socket. Source: <c>loop.connect_accepted_socket</c>.</remarks>
    public Coroutine<(Transport Transport, TProtocol Protocol)> ConnectAcceptedSocket<TProtocol>(
        Func<TProtocol> protocolFactory, Socket socket, ServerOptions? options = null)
        where TProtocol : BaseProtocol
    {
        ArgumentNullException.ThrowIfNull(protocolFactory);
        StreamTransports.CheckStream(socket);
        AssertLoopThread();
        return StreamTransports.Open(this, socket, protocolFactory, closesSocket: false, ServerOptions.Check(options).Tls);
    }
}
