using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Net;

namespace Bridge;

/// <content>What all transports of a loop share.</content>
public abstract partial class EventLoop
{
    /// <summary>The most that is received in one go, in bytes: asyncio's <c>max_size</c>.</summary>
    internal const int MaxReceive = 256 * 1024;

    private TransportRegistry? _transports;
    private byte[]? _receiveBuffer;

    /// <summary>The open transports. Loop thread.</summary>
    internal TransportRegistry Transports => _transports ??= new TransportRegistry(this);

    /// <summary>
    /// One buffer for all transports that hand out what they receive at once, so that idle connections hold none. Outside the moving heap,
    /// so that pinning it costs nothing. Loop thread, and only between receiving and the return of the protocol's callback.
    /// </summary>
    internal byte[] ReceiveBuffer => _receiveBuffer ??= GC.AllocateUninitializedArray<byte>(MaxReceive, pinned: true);

    partial void FindTransport(object file, ref object? transport)
        => transport = _transports?.Find(file as SafeHandle ?? ((Socket)file).SafeHandle);
}
