using System.Net;
using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>A protocol over datagrams.</summary>
/// <remarks>Source: asyncio's <c>DatagramProtocol</c>.</remarks>
public abstract class DatagramProtocol : BaseProtocol
{
    /// <summary>A datagram has arrived.</summary>
    /// <param name="data">All of it; may be empty. Valid during this call only: copy what must be kept.</param>
    /// <param name="address">Who sent it. Null if the sender has no address, as an unbound Unix-domain socket.</param>
    public virtual void DatagramReceived(ReadOnlySpan<byte> data, EndPoint? address)
    {
    }

    /// <summary>An earlier send or receive failed, as when the peer has no such port. The transport stays open.</summary>
    /// <param name="exception">What failed.</param>
    public virtual void ErrorReceived(SocketException exception)
    {
    }
}
