using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>Makes transports of connected sockets: the one place for clients, servers and sockets that were accepted elsewhere.</summary>
/// <remarks>With TLS settings, encryption comes between the socket and the protocol. Loop thread.</remarks>
internal static class StreamTransports
{
    /// <summary>Begins a transport. It owns the socket from then on; if this throws, the caller still does.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="file">A connected stream socket.</param>
    /// <param name="protocol">What the protocol factory returned.</param>
    /// <param name="peer">The peer's address, if it is known already.</param>
    /// <param name="owner">The server that it came through.</param>
    /// <param name="waiter">Completed once the protocol has heard of the connection.</param>
    /// <param name="tls">Not null: the connection is encrypted.</param>
    internal static Transport Begin(
        EventLoop loop,
        SocketFile file,
        BaseProtocol? protocol,
        in PeerAddress peer = default,
        ITransportOwner? owner = null,
        LoopFuture<bool>? waiter = null,
        TlsSettings? tls = null)
    {
        if (protocol is null)
        {
            throw new InvalidOperationException(Messages.NoProtocol);
        }

        if (tls is null)
        {
            return new SocketTransport(loop, file, protocol, peer, owner, waiter);
        }

        var upper = new TlsTransport(loop, protocol, tls, waiter);
        _ = new SocketTransport(loop, file, upper.LowerSide, peer, owner);
        return upper;
    }

    /// <summary>Begins a transport that its maker waits for.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="socket">A connected stream socket.</param>
    /// <param name="protocolFactory">Makes the protocol.</param>
    /// <param name="closesSocket">Whether to close the socket if no transport comes of it: it is ours.</param>
    /// <param name="tls">Not null: the connection is encrypted.</param>
    internal static async Coroutine<(Transport Transport, TProtocol Protocol)> Open<TProtocol>(
        EventLoop loop, Socket socket, Func<TProtocol> protocolFactory, bool closesSocket, TlsSettings? tls)
        where TProtocol : BaseProtocol
    {
        TProtocol protocol;
        Transport transport;
        LoopFuture<bool> waiter = loop.CreateFuture<bool>();
        try
        {
            socket.Blocking = false;
            SocketOptions.SetNoDelay(socket);
            protocol = protocolFactory();
            transport = Begin(loop, new SocketFile(socket), protocol, PeerAddress.Of(socket.SafeHandle), waiter: waiter, tls: tls);
        }
        catch when (closesSocket)
        {
            socket.Dispose();
            throw;
        }

        try
        {
            await waiter;
        }
        catch
        {
            transport.Close();
            throw;
        }

        return (transport, protocol);
    }

    /// <summary>Refuses what is no stream socket.</summary>
    internal static void CheckStream(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ObjectDisposedException.ThrowIf(socket.SafeHandle.IsClosed, socket);
        if (socket.SocketType != SocketType.Stream)
        {
            throw new ArgumentException(Messages.NotStream(socket), nameof(socket));
        }
    }
}
