using System.Net;
using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>Makes the sockets of a server.</summary>
internal static class Listeners
{
    /// <summary>What is bound for all interfaces: two sockets, for one that takes both families shows IPv4 peers under strange addresses.</summary>
    private static readonly IPAddress[] s_allInterfaces = Socket.OSSupportsIPv6 ? [IPAddress.Any, IPAddress.IPv6Any] : [IPAddress.Any];

    /// <summary>The distinct addresses of several hosts; null or empty is all interfaces.</summary>
    internal static async Coroutine<IPEndPoint[]> Resolve(EventLoop loop, IReadOnlyCollection<string?> hosts, int port, ServerOptions options)
    {
        IPEndPoint[][] found = await LoopTask.Gather(hosts.Select(host => Resolve(loop, host, port, options)));
        return [.. found.SelectMany(static addresses => addresses).Distinct()];
    }

    /// <summary>Binds one socket per address, or none at all.</summary>
    /// <exception cref="SocketException">An address cannot be bound, or this machine has none of them.</exception>
    internal static List<Socket> Bind(IReadOnlyCollection<IPEndPoint> addresses, ServerOptions options, EventLoop loop)
    {
        var sockets = new List<Socket>();
        try
        {
            foreach (IPEndPoint address in addresses)
            {
                if (TryBind(address, options, loop) is { } socket)
                {
                    sockets.Add(socket);
                }
            }

            return sockets.Count > 0 ? sockets : throw new SocketException((int)SocketError.AddressNotAvailable, Messages.NothingBound(addresses));
        }
        catch
        {
            sockets.ForEach(static socket => socket.Dispose());
            throw;
        }
    }

    private static async Coroutine<IPEndPoint[]> Resolve(EventLoop loop, string? host, int port, ServerOptions options)
    {
        if (string.IsNullOrEmpty(host) && (options.Flags & AddressInfoFlags.Passive) != 0)
        {
            return [.. s_allInterfaces.Where(address => options.Family == AddressFamily.Unspecified || options.Family == address.AddressFamily)
                .Select(address => new IPEndPoint(address, port))];
        }

        var query = new NameQuery(host, NameQuery.PortText(port), options.Family, SocketType.Stream, Flags: options.Flags);
        return Array.ConvertAll(await loop.EnsureResolved(query), static info => info.Address);
    }

    /// <summary>Null: this machine does not have the address.</summary>
    private static Socket? TryBind(IPEndPoint address, ServerOptions options, EventLoop loop)
    {
        Socket socket;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        }
        catch (SocketException exception) when (exception.SocketErrorCode
            is SocketError.AddressFamilyNotSupported or SocketError.ProtocolNotSupported or SocketError.ProtocolFamilyNotSupported or SocketError.SocketNotSupported)
        {
            // As where IPv6 is switched off.
            Skip(loop, address, exception);
            return null;
        }

        try
        {
            SetOptions(socket, options);
            socket.Bind(address);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            if (exception.SocketErrorCode != SocketError.AddressNotAvailable)
            {
                throw new SocketException((int)exception.SocketErrorCode, Messages.BindFailed(address, exception));
            }

            Skip(loop, address, exception);
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Skip(EventLoop loop, IPEndPoint address, SocketException exception)
    {
        if (loop.Debug)
        {
            loop.WriteWarning($"CreateServer passed over {address}: {exception.Message}");
        }
    }

    private static void SetOptions(Socket socket, ServerOptions options)
    {
        if (socket.AddressFamily == AddressFamily.InterNetworkV6)
        {
            socket.DualMode = false;
        }

        if (options.ReuseAddress ?? !OperatingSystem.IsWindows())
        {
            SocketOptions.SetReuseAddress(socket);
        }

        if (options.ReusePort)
        {
            SocketOptions.SetReusePort(socket);
        }

        if (options.KeepAlive)
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        }

        // Accepted sockets inherit it, which saves a system call for each.
        socket.NoDelay = true;
    }
}
