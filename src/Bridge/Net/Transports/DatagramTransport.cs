using System.Net;

namespace Bridge.Net;

/// <summary>An endpoint that sends and receives datagrams. Serves a <see cref="DatagramProtocol"/>.</summary>
/// <remarks>Threads: loop thread. Source: asyncio's <c>DatagramTransport</c>.</remarks>
public abstract class DatagramTransport : BaseTransport
{
    /// <summary>For the transports of this library and for those that wrap another one.</summary>
    /// <param name="loop">The loop that the transport belongs to.</param>
    protected DatagramTransport(EventLoop loop)
        : base(loop)
    {
    }

    /// <summary>Our own address, or null if there is none.</summary>
    public EndPoint? LocalEndPoint => GetExtraInfo<EndPoint>(ExtraInfo.SocketName);

    /// <summary>The only peer, if one was given when the endpoint was made; else null.</summary>
    public EndPoint? RemoteEndPoint => GetExtraInfo<EndPoint>(ExtraInfo.PeerName);

    /// <summary>How many bytes wait to be sent, each datagram counted with a header of 8 bytes.</summary>
    public abstract int WriteBufferSize { get; }

    /// <summary>Sends one datagram, now if the system takes it, else later.</summary>
    /// <param name="data">All of it; may be empty. Free to change after the call.</param>
    /// <param name="address">Where to. Null: the endpoint's only peer.</param>
    /// <exception cref="ArgumentException">The endpoint has one peer and the address is another one, or it has none and the address is null.</exception>
    /// <remarks>A failure is told to the protocol (ErrorReceived); the endpoint stays open. After Close the datagram is dropped. Source: <c>sendto</c>.</remarks>
    public abstract void SendTo(ReadOnlySpan<byte> data, EndPoint? address = null);

    /// <summary>Sets the marks of flow control; may tell the protocol to pause at once.</summary>
    /// <param name="high">In bytes, 0 or more. Null: four times <paramref name="low"/>, or 64 KiB.</param>
    /// <param name="low">In bytes, at most <paramref name="high"/>. Null: a quarter of <paramref name="high"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not high &gt;= low &gt;= 0.</exception>
    public abstract void SetWriteBufferLimits(int? high = null, int? low = null);

    /// <summary>Closes at once; what waits to be sent is dropped.</summary>
    public abstract void Abort();
}
