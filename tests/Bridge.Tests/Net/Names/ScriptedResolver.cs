using System.Net;
using System.Net.Sockets;
using Bridge.Net;

namespace Bridge.Tests.Net;

/// <summary>Knows the hosts it is told, and remembers what it was asked.</summary>
internal sealed class ScriptedResolver : NameResolver
{
    private readonly Dictionary<string, IPEndPoint[]> _hosts = [];

    internal List<NameQuery> Asked { get; } = [];

    internal ScriptedResolver With(string host, params IPEndPoint[] addresses)
    {
        _hosts[host] = addresses;
        return this;
    }

    internal override AddressInfo[] GetAddressInfo(NameQuery query)
    {
        lock (Asked)
        {
            Asked.Add(query);
        }

        return _hosts.TryGetValue(query.Host ?? string.Empty, out IPEndPoint[]? addresses)
            ? [.. from address in addresses
                  where query.Family == AddressFamily.Unspecified || query.Family == address.AddressFamily
                  select new AddressInfo(
                      address.AddressFamily,
                      query.SocketType,
                      query.SocketType == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp,
                      null,
                      new IPEndPoint(address.Address, address.Port != 0 ? address.Port : int.Parse(query.Service ?? "0", null)))]
            : throw new SocketException((int)SocketError.HostNotFound, $"Lookup of {query} failed: not in the script");
    }

    internal override (string Host, string Service) GetNameInfo(IPEndPoint address, NameInfoFlags flags) => throw new NotSupportedException();
}
