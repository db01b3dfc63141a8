using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>How to make a datagram endpoint.</summary>
/// <remarks>Source: the keyword arguments of asyncio's <c>create_datagram_endpoint</c>.</remarks>
public sealed record DatagramOptions
{
    internal static DatagramOptions Default { get; } = new();

    /// <summary>Only addresses of this family. Needed if neither a local nor a remote address is given.</summary>
    public AddressFamily Family { get; init; }

    /// <summary>Only this protocol. Unspecified: UDP.</summary>
    public ProtocolType Protocol { get; init; }

    /// <summary>How to look names up.</summary>
    public AddressInfoFlags Flags { get; init; }

    /// <summary>Allows several endpoints on one address, among which the system spreads the datagrams.</summary>
    public bool ReusePort { get; init; }

    /// <summary>Allows sending to broadcast addresses. A remote address is then where to send to; datagrams are received from anybody.</summary>
    public bool AllowBroadcast { get; init; }

    internal static DatagramOptions Check(DatagramOptions? options)
    {
        options ??= Default;
        if (options.ReusePort)
        {
            SocketOptions.CheckReusePort();
        }

        return options;
    }
}
