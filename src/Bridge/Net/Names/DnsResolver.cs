using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>Names by <see cref="Dns"/>, where the system has no getaddrinfo that we call: ports are numbers, and most flags are unknown.</summary>
internal sealed class DnsResolver : NameResolver
{
    private const AddressInfoFlags KnownFlags
        = AddressInfoFlags.Passive | AddressInfoFlags.CanonicalName | AddressInfoFlags.NumericHost | AddressInfoFlags.NumericService;

    internal override AddressInfo[] GetAddressInfo(NameQuery query)
    {
        if ((query.Flags & ~KnownFlags) != 0)
        {
            throw new PlatformNotSupportedException($"The flags {query.Flags & ~KnownFlags} need getaddrinfo, which Bridge calls on Unix only.");
        }

        int port = PortOf(query.Service);
        try
        {
            (IPAddress[] addresses, string? name) = Look(query);
            (SocketType, ProtocolType)[] kinds = KindsOf(query);
            return [.. from address in addresses
                       where query.Family == AddressFamily.Unspecified || query.Family == address.AddressFamily
                       from kind in kinds
                       select new AddressInfo(address.AddressFamily, kind.Item1, kind.Item2, name, new IPEndPoint(address, port))];
        }
        catch (SocketException exception)
        {
            throw new SocketException((int)exception.SocketErrorCode, Messages.LookupFailed(query, exception.Message));
        }
    }

    internal override (string Host, string Service) GetNameInfo(IPEndPoint address, NameInfoFlags flags)
    {
        if ((flags & NameInfoFlags.NumericService) == 0)
        {
            throw new PlatformNotSupportedException("Names of services need getnameinfo, which Bridge calls on Unix only. Pass NameInfoFlags.NumericService.");
        }

        string service = address.Port.ToString(CultureInfo.InvariantCulture);
        if ((flags & NameInfoFlags.NumericHost) != 0)
        {
            return (address.Address.ToString(), service);
        }

        try
        {
            string name = Dns.GetHostEntry(address.Address).HostName;
            return ((flags & NameInfoFlags.NoDomain) != 0 ? name.Split('.')[0] : name, service);
        }
        catch (SocketException) when ((flags & NameInfoFlags.NameRequired) == 0)
        {
            // Without a name it is the address, as getnameinfo says.
            return (address.Address.ToString(), service);
        }
    }

    private static (IPAddress[] Addresses, string? Name) Look(NameQuery query)
    {
        if (string.IsNullOrEmpty(query.Host))
        {
            return (query.Flags & AddressInfoFlags.Passive) != 0
                ? ([IPAddress.Any, IPAddress.IPv6Any], null)
                : ([IPAddress.IPv6Loopback, IPAddress.Loopback], null);
        }

        if ((query.Flags & AddressInfoFlags.NumericHost) != 0)
        {
            return IPAddress.TryParse(query.Host, out IPAddress? address) ? ([address], null) : throw new SocketException((int)SocketError.HostNotFound);
        }

        return (query.Flags & AddressInfoFlags.CanonicalName) != 0 && Dns.GetHostEntry(query.Host) is { } entry
            ? (entry.AddressList, entry.HostName)
            : (Dns.GetHostAddresses(query.Host), null);
    }

    private static int PortOf(string? service)
    {
        if (string.IsNullOrEmpty(service))
        {
            return 0;
        }

        return int.TryParse(service, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= IPEndPoint.MaxPort
            ? port
            : throw new PlatformNotSupportedException($"The service name '{service}' needs getaddrinfo, which Bridge calls on Unix only. Pass the port's number.");
    }

    private static (SocketType, ProtocolType)[] KindsOf(NameQuery query)
    {
        (SocketType, ProtocolType)[] all = [(SocketType.Stream, ProtocolType.Tcp), (SocketType.Dgram, ProtocolType.Udp), (SocketType.Raw, ProtocolType.IP)];
        return [.. all.Where(kind => (query.SocketType == SocketType.Unknown || kind.Item1 == query.SocketType)
            && (query.Protocol == ProtocolType.Unspecified || kind.Item2 == query.Protocol))];
    }
}
