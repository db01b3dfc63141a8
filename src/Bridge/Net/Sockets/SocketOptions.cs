using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>Options that .NET gives another meaning than the system: set by the system's own numbers.</summary>
internal static class SocketOptions
{
    private static bool IsLinux => OperatingSystem.IsLinux() || OperatingSystem.IsAndroid();

    internal static void SetReuseAddress(Socket socket)
    {
        if (OperatingSystem.IsWindows())
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        }
        else
        {
            Set(socket, IsLinux ? 2 : 0x4);
        }
    }

    /// <exception cref="PlatformNotSupportedException">The system has no such option.</exception>
    internal static void CheckReusePort()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("ReusePort is not supported by this system. Leave it off, or use one socket.");
        }
    }

    /// <summary>Several sockets on one address. On Unix only: see <see cref="CheckReusePort"/>.</summary>
    internal static void SetReusePort(Socket socket) => Set(socket, IsLinux ? 15 : 0x200);

    /// <summary>Has a TCP socket send at once what it is given, rather than wait for more; other sockets are left alone.</summary>
    internal static void SetNoDelay(Socket socket)
    {
        if (socket is { AddressFamily: AddressFamily.InterNetwork or AddressFamily.InterNetworkV6, SocketType: SocketType.Stream, ProtocolType: ProtocolType.Tcp })
        {
            try
            {
                socket.NoDelay = true;
            }
            catch (SocketException)
            {
                // The connection is gone already, as its transport will see.
            }
        }
    }

    private static void Set(Socket socket, int name)
    {
        int on = 1;
        socket.SetRawSocketOption(IsLinux ? 1 : 0xffff, name, System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in on)));
    }
}
