using System.Net;
using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>Looks names up, blocking. Any thread.</summary>
internal abstract class NameResolver
{
    /// <summary>The system's.</summary>
    internal static NameResolver Default { get; } = OperatingSystem.IsWindows() ? new DnsResolver() : new LibCResolver();

    /// <summary>The addresses of a host.</summary>
    /// <exception cref="SocketException">There are none, or the lookup failed.</exception>
    internal abstract AddressInfo[] GetAddressInfo(NameQuery query);

    /// <summary>The names of an address.</summary>
    /// <exception cref="SocketException">The lookup failed.</exception>
    internal abstract (string Host, string Service) GetNameInfo(IPEndPoint address, NameInfoFlags flags);
}
