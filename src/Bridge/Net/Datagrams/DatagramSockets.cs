using System.Net;
using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>Makes the sockets of datagram endpoints. Loop thread.</summary>
/// <remarks>Source: the middle part of asyncio's <c>create_datagram_endpoint</c>.</remarks>
internal static class DatagramSockets
{
    internal static void CheckDatagram(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ObjectDisposedException.ThrowIf(socket.SafeHandle.IsClosed, socket);
        if (socket.SocketType != SocketType.Dgram)
        {
            throw new ArgumentException($"A datagram socket was expected, got one of type {socket.SocketType}.", nameof(socket));
        }
    }

    internal static void CheckAddresses(EndPoint? local, EndPoint? remote, DatagramOptions options)
    {
        if (local is null && remote is null && options.Family == AddressFamily.Unspecified)
        {
            throw new ArgumentException("unexpected address family: there is no address and no family. Give a local or remote address, or options with a Family.", nameof(local));
        }

        foreach (EndPoint? address in (EndPoint?[])[local, remote])
        {
            if (address is not (null or IPEndPoint or DnsEndPoint or UnixDomainSocketEndPoint))
            {
                throw new ArgumentException(Messages.UnknownAddress(address), nameof(local));
            }
        }

        if (local is not null && remote is not null && local is UnixDomainSocketEndPoint != remote is UnixDomainSocketEndPoint)
        {
            throw new ArgumentException($"{local} and {remote} are of different kinds: one is a path, the other is a host's.", nameof(remote));
        }

        if ((local ?? remote) is UnixDomainSocketEndPoint path)
        {
            UnixSockets.CheckSupported();
            if (options.Family is not (AddressFamily.Unspecified or AddressFamily.Unix))
            {
                throw new ArgumentException($"{path} is a Unix-domain address; Family is {options.Family}. Leave Family unspecified.", nameof(options));
            }
        }
        else if (options.Family == AddressFamily.Unix && (local ?? remote) is { } host)
        {
            throw new ArgumentException($"Family is Unix; {host} must be a UnixDomainSocketEndPoint then.", nameof(options));
        }
    }

    /// <summary>A socket, and the peer to send to, from the first pair of addresses that works.</summary>
    internal static async Coroutine<(Socket Socket, EndPoint? Peer)> Create(EventLoop loop, EndPoint? local, EndPoint? remote, DatagramOptions options)
    {
        SocketException? first = null;
        foreach (Pair pair in await Resolve(loop, local, remote, options))
        {
            try
            {
                return (await Create(loop, pair, options), pair.Remote);
            }
            catch (SocketException exception)
            {
                first ??= exception;
            }
        }

        throw first!;
    }

    internal static async Coroutine<(DatagramTransport Transport, TProtocol Protocol)> Open<TProtocol>(
        EventLoop loop, Socket socket, EndPoint? peer, Func<TProtocol> protocolFactory, bool closesSocket)
        where TProtocol : DatagramProtocol
    {
        TProtocol protocol;
        DatagramSocketTransport transport;
        LoopFuture<bool> waiter = loop.CreateFuture<bool>();
        try
        {
            socket.Blocking = false;
            protocol = protocolFactory() ?? throw new InvalidOperationException(Messages.NoProtocol);
            transport = new DatagramSocketTransport(loop, socket, protocol, peer, waiter);
        }
        catch when (closesSocket)
        {
            socket.Dispose();
            throw;
        }

        try
        {
            await waiter;
        }
        catch
        {
            transport.Close();
            throw;
        }

        return (transport, protocol);
    }

    private static async Coroutine<Socket> Create(EventLoop loop, Pair pair, DatagramOptions options)
    {
        Socket socket = pair.Local is UnixDomainSocketEndPoint path
            ? UnixSockets.Bind(path, SocketType.Dgram, loop)
            : new Socket(pair.Family, SocketType.Dgram, pair.Protocol) { Blocking = false };
        try
        {
            if (options.ReusePort && pair.Family != AddressFamily.Unix)
            {
                SocketOptions.SetReusePort(socket);
            }

            if (options.AllowBroadcast)
            {
                socket.EnableBroadcast = true;
            }

            if (pair.Local is IPEndPoint local)
            {
                Bind(socket, local);
            }

            if (pair.Remote is not null && !options.AllowBroadcast)
            {
                await loop.SockConnect(socket, pair.Remote);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Bind(Socket socket, IPEndPoint local)
    {
        try
        {
            socket.Bind(local);
        }
        catch (SocketException exception)
        {
            throw new SocketException((int)exception.SocketErrorCode, Messages.BindFailed(local, exception));
        }
    }

    /// <summary>What to try: for each family and protocol that both addresses have, the first address of each.</summary>
    private static async Coroutine<List<Pair>> Resolve(EventLoop loop, EndPoint? local, EndPoint? remote, DatagramOptions options)
    {
        if ((local ?? remote) is null or UnixDomainSocketEndPoint)
        {
            AddressFamily family = local is null && remote is null ? options.Family : AddressFamily.Unix;
            return [new Pair(family, options.Protocol, local, remote)];
        }

        AddressInfo[] locals = await Resolve(loop, local, options);
        AddressInfo[] remotes = await Resolve(loop, remote, options);
        var pairs = new List<Pair>();
        foreach (AddressInfo info in (local is null ? remotes : locals).DistinctBy(static info => (info.Family, info.Protocol)))
        {
            AddressInfo? other = remotes.FirstOrDefault(other => (other.Family, other.Protocol) == (info.Family, info.Protocol));
            if (remote is null || other is not null)
            {
                pairs.Add(new Pair(info.Family, info.Protocol, local is null ? null : info.Address, other?.Address));
            }
        }

        return pairs.Count > 0
            ? pairs
            : throw new SocketException((int)SocketError.AddressFamilyNotSupported, $"can not get address information: {local} and {remote} have no address of the same family.");
    }

    private static async Coroutine<AddressInfo[]> Resolve(EventLoop loop, EndPoint? address, DatagramOptions options) => address switch
    {
        null => [],
        IPEndPoint ip => options.Family == AddressFamily.Unspecified || options.Family == ip.AddressFamily
            ? [new AddressInfo(ip.AddressFamily, SocketType.Dgram, options.Protocol == ProtocolType.Unspecified ? ProtocolType.Udp : options.Protocol, null, ip)]
            : [],
        DnsEndPoint name => await loop.EnsureResolved(new NameQuery(
            name.Host,
            NameQuery.PortText(name.Port),
            options.Family == AddressFamily.Unspecified ? name.AddressFamily : options.Family,
            SocketType.Dgram,
            options.Protocol,
            options.Flags)),
        _ => throw new NotSupportedException($"{address} was let through by the check of the addresses."),
    };

    private sealed record Pair(AddressFamily Family, ProtocolType Protocol, EndPoint? Local, EndPoint? Remote);
}
