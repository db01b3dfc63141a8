using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>What is looked up: the arguments of <c>getaddrinfo</c>.</summary>
internal readonly record struct NameQuery(
    string? Host,
    string? Service,
    AddressFamily Family = AddressFamily.Unspecified,
    SocketType SocketType = SocketType.Unknown,
    ProtocolType Protocol = ProtocolType.Unspecified,
    AddressInfoFlags Flags = AddressInfoFlags.None)
{
    /// <summary>A port as the resolver takes it.</summary>
    internal static string PortText(int port) => port.ToString(CultureInfo.InvariantCulture);

    /// <summary>The answer, if no resolver is needed for it: an address and a number, as the usual case is. Else null.</summary>
    /// <remarks>
    /// Only what is an address beyond doubt: "127.1" and "0x7f000001" are left to the system, scopes (fe80::1%eth0) too.
    /// Source: asyncio's <c>_ipaddr_info</c>.
    /// </remarks>
    internal AddressInfo? TryLiteral()
    {
        if (Host is null or "" || Host.Contains('%') || Protocol is not (ProtocolType.Unspecified or ProtocolType.Tcp or ProtocolType.Udp))
        {
            return null;
        }

        ProtocolType? protocol = SocketType switch
        {
            SocketType.Stream => ProtocolType.Tcp,
            SocketType.Dgram => ProtocolType.Udp,
            _ => null,
        };
        if (protocol is null || !TryPort(out int port) || !TryAddress(Host, out IPAddress? address))
        {
            return null;
        }

        return Family == AddressFamily.Unspecified || Family == address.AddressFamily
            ? new AddressInfo(address.AddressFamily, SocketType, protocol.Value, null, new IPEndPoint(address, port))
            : null;
    }

    /// <summary>For people.</summary>
    public override string ToString() => $"{Host ?? "(no host)"}:{Service}";

    private bool TryPort(out int port)
    {
        port = 0;
        return string.IsNullOrEmpty(Service)
            || (int.TryParse(Service, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort);
    }

    private static bool TryAddress(string host, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address)
        => IPAddress.TryParse(host, out address)
            && (address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() == host : host.AsSpan().IndexOfAny('[', ']', '/') < 0);
}
