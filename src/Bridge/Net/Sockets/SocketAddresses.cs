using System.Net;
using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>Addresses in the system's form and in .NET's.</summary>
internal static class SocketAddresses
{
    /// <summary>Room for the longest, a Unix-domain path.</summary>
    internal const int MaxSize = 128;

    private static readonly IPEndPoint s_anyIPv4 = new(IPAddress.Any, 0);
    private static readonly IPEndPoint s_anyIPv6 = new(IPAddress.IPv6Any, 0);
    private static readonly UnixDomainSocketEndPoint s_anyPath = new("/");

    /// <summary>For the system. An IPv4 address becomes one of IPv6 on a socket of that kind.</summary>
    internal static SocketAddress Of(EndPoint address, Socket socket)
    {
        if (address is IPEndPoint { AddressFamily: AddressFamily.InterNetwork } v4 && socket is { AddressFamily: AddressFamily.InterNetworkV6, DualMode: true })
        {
            address = new IPEndPoint(v4.Address.MapToIPv6(), v4.Port);
        }

        return address.Serialize();
    }

    /// <summary>For .NET. Null if the sender has no address.</summary>
    internal static EndPoint? ToEndPoint(SocketAddress address)
    {
        if (address.Size <= sizeof(ushort))
        {
            return null;
        }

        return address.Family switch
        {
            AddressFamily.InterNetwork => s_anyIPv4.Create(address),
            AddressFamily.InterNetworkV6 => s_anyIPv6.Create(address),
            AddressFamily.Unix => s_anyPath.Create(address),
            _ => null,
        };
    }
}
