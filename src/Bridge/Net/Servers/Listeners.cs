using System.Net;
using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>Makes the sockets of a server.</summary>
internal static class Listeners
{
    /// <summary>Two sockets, for one that takes both kinds shows IPv4 peers under strange addresses.</summary>
    internal static readonly IPAddress[] AllInterfaces = Socket.OSSupportsIPv6 ? [IPAddress.Any, IPAddress.IPv6Any] : [IPAddress.Any];

    internal static ServerOptions Check(ServerOptions? options)
    {
        options ??= new ServerOptions();
        if (options.Backlog < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Backlog, $"Backlog is {options.Backlog}; it must be at least 1.");
        }

        return options;
    }

    internal static void CheckStream(Socket socket)
    {
        if (socket.SocketType != SocketType.Stream)
        {
            throw new ArgumentException($"A stream socket was expected, got one of type {socket.SocketType}.", nameof(socket));
        }
    }

    /// <summary>Binds one socket per address, or none at all.</summary>
    internal static List<Socket> Bind(IEnumerable<IPEndPoint> addresses, ServerOptions options)
    {
        var sockets = new List<Socket>();
        try
        {
            foreach (IPEndPoint address in addresses)
            {
                if (TryBind(address, options) is { } socket)
                {
                    sockets.Add(socket);
                }
            }

            return sockets.Count > 0 ? sockets : throw new SocketException((int)SocketError.AddressNotAvailable, $"could not bind on any address out of [{string.Join(", ", addresses)}]");
        }
        catch
        {
            sockets.ForEach(static socket => socket.Dispose());
            throw;
        }
    }

    /// <summary>Null: this machine does not have the address.</summary>
    private static Socket? TryBind(IPEndPoint address, ServerOptions options)
    {
        Socket socket;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressFamilyNotSupported)
        {
            // As where IPv6 is switched off.
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
            return exception.SocketErrorCode == SocketError.AddressNotAvailable
                ? null
                : throw new SocketException((int)exception.SocketErrorCode, $"error while attempting to bind on address {address}: {exception.Message}");
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
