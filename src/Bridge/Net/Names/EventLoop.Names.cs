using System.Net;
using System.Net.Sockets;

namespace Bridge;

/// <content>Names of hosts.</content>
public abstract partial class EventLoop
{
    /// <summary>The first address of a host that the socket can use.</summary>
    internal async Coroutine<EndPoint> ResolveFor(Socket socket, DnsEndPoint name)
    {
        IPAddress[] addresses = await RunInExecutor(null, () => Dns.GetHostAddresses(name.Host, socket.AddressFamily));
        return addresses.Length > 0 ? new IPEndPoint(addresses[0], name.Port) : throw new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>The addresses of a host; one that is an address already needs no lookup.</summary>
    internal async Coroutine<IPAddress[]> ResolveHost(string host)
        => IPAddress.TryParse(host, out IPAddress? address) ? [address] : await RunInExecutor(null, () => Dns.GetHostAddresses(host));
}
