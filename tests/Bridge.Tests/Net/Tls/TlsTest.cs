using System.Net.Security;
using System.Net.Sockets;
using Bridge.Net;

namespace Bridge.Tests.Net;

/// <summary>Makes the two ends of TLS connections.</summary>
internal static class TlsTest
{
    /// <summary>The same data each time, in which nothing repeats.</summary>
    internal static byte[] Data(int length)
    {
        var data = new byte[length];
        new Random(length).NextBytes(data);
        return data;
    }

    internal static TlsTransport OnSocket(EventLoop loop, Socket socket, BaseProtocol protocol, TlsSettings settings, LoopFuture<bool>? waiter = null)
    {
        var tls = new TlsTransport(loop, protocol, settings, waiter);
        _ = new SocketTransport(loop, new SocketFile(socket), tls.LowerSide);
        return tls;
    }

    internal static TlsSettings Client(SslClientAuthenticationOptions? options = null, TimeSpan? handshake = null, TimeSpan? shutdown = null)
        => new(options ?? TestCertificates.ClientOptions(), null, handshake, shutdown);

    internal static TlsSettings Server(SslServerAuthenticationOptions? options = null, TimeSpan? handshake = null, TimeSpan? shutdown = null)
        => new(options ?? TestCertificates.ServerOptions(), handshake, shutdown);
}

/// <summary>A TLS connection over loopback, both ends of it here, with recording protocols.</summary>
internal sealed class TlsPair
{
    internal TlsPair(EventLoop loop, TlsSettings? client = null, TlsSettings? server = null, BaseProtocol? clientProtocol = null, BaseProtocol? serverProtocol = null)
    {
        var pair = new SocketPair();
        ClientProtocol = new WatchedProtocol(loop);
        ServerProtocol = new WatchedProtocol(loop);
        ClientReady = loop.CreateFuture<bool>();
        ServerReady = loop.CreateFuture<bool>();
        Client = TlsTest.OnSocket(loop, pair.Client, clientProtocol ?? ClientProtocol, client ?? TlsTest.Client(), ClientReady);
        Server = TlsTest.OnSocket(loop, pair.Server, serverProtocol ?? ServerProtocol, server ?? TlsTest.Server(), ServerReady);
    }

    internal TlsTransport Client { get; }

    internal TlsTransport Server { get; }

    internal WatchedProtocol ClientProtocol { get; }

    internal WatchedProtocol ServerProtocol { get; }

    internal Recorder AtClient => ClientProtocol.Heard;

    internal Recorder AtServer => ServerProtocol.Heard;

    internal LoopFuture<bool> ClientReady { get; }

    internal LoopFuture<bool> ServerReady { get; }

    internal async Coroutine Ready()
    {
        await ClientReady;
        await ServerReady;
    }

    internal async Coroutine CloseBoth()
    {
        Client.Close();
        await AtClient.UntilLost();
        await AtServer.UntilLost();
    }
}
