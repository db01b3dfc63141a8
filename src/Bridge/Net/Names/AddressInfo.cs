using System.Net;
using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>One way to reach a host: what to make a socket with, and where to connect or bind it.</summary>
/// <param name="Family">The address family.</param>
/// <param name="SocketType">Stream, datagram or raw.</param>
/// <param name="Protocol">The protocol.</param>
/// <param name="CanonicalName">The host's proper name; null unless <see cref="AddressInfoFlags.CanonicalName"/> asked for it, and in all but the first result.</param>
/// <param name="Address">Address and port.</param>
/// <remarks>Source: the tuples of <c>socket.getaddrinfo</c>.</remarks>
public sealed record AddressInfo(AddressFamily Family, SocketType SocketType, ProtocolType Protocol, string? CanonicalName, IPEndPoint Address);

/// <summary>How to look a host up.</summary>
/// <remarks>Source: the <c>AI_</c> flags of <c>getaddrinfo</c>.</remarks>
[Flags]
public enum AddressInfoFlags
{
    /// <summary>As the system does by default.</summary>
    None = 0,

    /// <summary>For binding: without a host, the addresses of all interfaces rather than those of this machine's loopback.</summary>
    Passive = 1,

    /// <summary>Find out the host's proper name, too.</summary>
    CanonicalName = 2,

    /// <summary>The host must be an address: no lookup.</summary>
    NumericHost = 4,

    /// <summary>The service must be a number: no lookup.</summary>
    NumericService = 8,

    /// <summary>Only families that this machine has an address of.</summary>
    AddressConfigured = 16,

    /// <summary>IPv4 addresses in the form of IPv6, if there are none of IPv6.</summary>
    MapIPv4 = 32,

    /// <summary>With <see cref="MapIPv4"/>: IPv4 addresses in the form of IPv6 beside those of IPv6.</summary>
    All = 64,
}

/// <summary>How to name an address.</summary>
/// <remarks>Source: the <c>NI_</c> flags of <c>getnameinfo</c>.</remarks>
[Flags]
public enum NameInfoFlags
{
    /// <summary>Names where there are any.</summary>
    None = 0,

    /// <summary>The host as an address: no lookup.</summary>
    NumericHost = 1,

    /// <summary>The service as a number: no lookup.</summary>
    NumericService = 2,

    /// <summary>A host without a name is an error.</summary>
    NameRequired = 4,

    /// <summary>Hosts of the local domain without that domain.</summary>
    NoDomain = 8,

    /// <summary>The service of a datagram protocol.</summary>
    Datagram = 16,
}
