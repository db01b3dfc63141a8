using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Rows AC3 to AC5, Z1, Z7, Z9, Z11, AB1 and AG of TLS: connections and servers made with Ssl options, on real sockets.</summary>
public abstract class TlsConnectionContract(ISelector selector) : IoTest(selector)
{
    private readonly List<WatchedProtocol> _served = [];

    private WatchedProtocol Serve()
    {
        var protocol = new WatchedProtocol(Loop);
        protocol.OnData = data =>
        {
            var transport = (Transport)protocol.Heard.Transport!;
            if (!transport.IsClosing)
            {
                transport.Write(data);
            }
        };
        _served.Add(protocol);
        return protocol;
    }

    private static int PortOf(Server server) => ((IPEndPoint)server.Sockets[0].LocalEndPoint!).Port;

    private static ServerOptions Secure => new() { Ssl = TestCertificates.ServerOptions() };

    [Fact(Timeout = 60000)]
    public void CreateConnection_ByName_ExpectsThatNameOfTheServer() => Run(async Coroutine () =>
    {
        await using Server server = await Loop.CreateServer(Serve, "127.0.0.1", 0, Secure);
        var options = new ConnectOptions { Ssl = new SslClientAuthenticationOptions { CertificateChainPolicy = TestCertificates.Trust() } };
        (Transport transport, WatchedProtocol protocol) = await Loop.CreateConnection(() => new WatchedProtocol(Loop), "localhost", PortOf(server), options with { Family = AddressFamily.InterNetwork });
        Assert.Same(transport, protocol.Heard.Transport);
        Assert.Null(options.Ssl.TargetHost);
        transport.Write("echo"u8);
        await protocol.Heard.UntilReceived(4);
        transport.Close();
        await protocol.Heard.UntilLost();
        Assert.Equal("echo", protocol.Heard.Text);
        Assert.Null(protocol.Heard.Loss);

        // The address is not among the names of the certificate.
        await Throws<AuthenticationException>(async Coroutine () => await Loop.CreateConnection(() => new WatchedProtocol(Loop), "127.0.0.1", PortOf(server), options));
        await Throws<AuthenticationException>(async Coroutine () => await Loop.CreateConnection(() => new WatchedProtocol(Loop), new IPEndPoint(IPAddress.Loopback, PortOf(server)), options));
        options.Ssl.TargetHost = "localhost";
        (transport, protocol) = await Loop.CreateConnection(() => new WatchedProtocol(Loop), "127.0.0.1", PortOf(server), options);
        transport.Close();
        await protocol.Heard.UntilLost();
    });

    [Fact(Timeout = 60000)]
    public void CreateConnection_SslOptionsWithoutSslOrName_ThrowAtTheCall()
    {
        var factory = () => new WatchedProtocol(Loop);
        var nameless = new ConnectOptions { Ssl = new SslClientAuthenticationOptions() };
        var timeOnly = new ConnectOptions { SslHandshakeTimeout = TimeSpan.FromSeconds(1) };
        var zero = new ConnectOptions { Ssl = TestCertificates.ClientOptions(), SslShutdownTimeout = TimeSpan.Zero };
        using Socket socket = NewSocket();
        Assert.Throws<ArgumentException>(() => Loop.CreateConnection(factory, null, 1, nameless));
        Assert.Throws<ArgumentException>(() => Loop.CreateConnection(factory, "", 1, nameless));
        Assert.Throws<ArgumentException>(() => Loop.CreateConnection(factory, socket, nameless));
        Assert.Throws<ArgumentException>(() => Loop.CreateUnixConnection(factory, "path", nameless));
        Assert.Throws<ArgumentException>(() => Loop.CreateConnection(factory, "localhost", 1, timeOnly));
        Assert.Throws<ArgumentException>(() => Loop.CreateConnection(factory, "localhost", 1, new ConnectOptions { SslShutdownTimeout = TimeSpan.FromSeconds(1) }));
        Assert.Throws<ArgumentException>(() => Loop.CreateConnection(factory, socket, timeOnly));
        Assert.Throws<ArgumentException>(() => Loop.CreateUnixConnection(factory, "path", timeOnly));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.CreateConnection(factory, "localhost", 1, zero));
        Assert.Throws<ArgumentException>(() => Loop.CreateConnection(factory, socket, new ConnectOptions { AllErrors = true }));
        Assert.Throws<ArgumentException>(() => Loop.CreateUnixConnection(factory, "path", new ConnectOptions { AllErrors = true }));
    }

    [Fact(Timeout = 60000)]
    public void CreateServer_SslOptionsThatCannotBe_ThrowAtTheCall()
    {
        var timeOnly = new ServerOptions { SslHandshakeTimeout = TimeSpan.FromSeconds(1) };
        var bare = new ServerOptions { Ssl = new SslServerAuthenticationOptions() };
        using Socket socket = NewSocket();
        using Socket unix = NewSocket(AddressFamily.Unix);
        Assert.Throws<ArgumentException>(() => Loop.CreateServer(Serve, "localhost", 0, timeOnly));
        Assert.Throws<ArgumentException>(() => Loop.CreateServer(Serve, socket, timeOnly));
        Assert.Throws<ArgumentException>(() => Loop.CreateServer(Serve, "localhost", 0, bare));
        Assert.Throws<ArgumentException>(() => Loop.CreateUnixServer(Serve, unix, new UnixServerOptions { SslShutdownTimeout = TimeSpan.FromSeconds(1) }));
        Assert.Throws<ArgumentException>(() => Loop.ConnectAcceptedSocket(Serve, socket, timeOnly));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.CreateServer(Serve, "localhost", 0, Secure with { SslHandshakeTimeout = -TimeSpan.FromSeconds(1) }));
    }

    [Fact(Timeout = 60000)]
    public void CreateUnixServer_AndConnection_TalkEncrypted() => Run(async Coroutine () =>
    {
        string path = Path.Combine(Path.GetTempPath(), $"b{Guid.NewGuid():N}"[..20]);
        Server server = await Loop.CreateUnixServer(Serve, path, new UnixServerOptions { Ssl = TestCertificates.ServerOptions() });
        (Transport transport, WatchedProtocol protocol) = await Loop.CreateUnixConnection(() => new WatchedProtocol(Loop), path, new ConnectOptions { Ssl = TestCertificates.ClientOptions() });
        transport.Write("echo"u8);
        await protocol.Heard.UntilReceived(4);
        Assert.NotNull(transport.GetExtraInfo<TlsCipherSuite?>(ExtraInfo.Cipher));
        transport.Close();
        await protocol.Heard.UntilLost();
        await server.DisposeAsync();
        Assert.False(File.Exists(path));
    });

    [Fact(Timeout = 60000)]
    public void ConnectAcceptedSocket_IsTheServerOfTheHandshake() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        LoopTask<(Transport, WatchedProtocol)> accepting = Loop.CreateTask(Loop.ConnectAcceptedSocket(Serve, pair.Server, Secure));
        (Transport client, WatchedProtocol protocol) = await Loop.CreateConnection(() => new WatchedProtocol(Loop), pair.Client, new ConnectOptions { Ssl = TestCertificates.ClientOptions() });
        (Transport server, WatchedProtocol served) = await accepting;
        client.Write("echo"u8);
        await protocol.Heard.UntilReceived(4);
        server.Close();
        await protocol.Heard.UntilLost();
        await served.Heard.UntilLost();
    });

    [Theory(Timeout = 60000)]
    [InlineData(true)]
    [InlineData(false)]
    public void Peer_CutsTheConnection_IsToldApartFromAGoodEnd(bool byReset) => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        var client = new WatchedProtocol(Loop);
        var server = new WatchedProtocol(Loop);
        LoopFuture<bool> ready = Loop.CreateFuture<bool>();
        TlsTest.OnSocket(Loop, pair.Client, client, TlsTest.Client(), ready);
        TlsTransport peer = TlsTest.OnSocket(Loop, pair.Server, server, TlsTest.Server());
        await ready;
        await server.Heard.Until(() => server.Heard.Calls.Count > 0);
        peer.Write("part"u8);
        await client.Heard.UntilReceived(4);
        pair.Server.LingerState = new LingerOption(byReset, 0);
        peer.Abort();
        await client.Heard.UntilLost();
        await server.Heard.UntilLost();
        Assert.Equal("part", client.Heard.Text);
        Assert.DoesNotContain("eof", client.Heard.Calls);
        Assert.IsType(byReset ? typeof(SocketException) : typeof(EndOfStreamException), client.Heard.Loss);
    });

    [Fact(Timeout = 60000)]
    public void CloseClients_ClosesTlsInGoodOrder_AndWaitClosedWaitsForIt() => Run(async Coroutine () =>
    {
        Server server = await Loop.CreateServer(Serve, "127.0.0.1", 0, Secure);
        (Transport transport, WatchedProtocol protocol) = await Loop.CreateConnection(
            () => new WatchedProtocol(Loop), "127.0.0.1", PortOf(server), new ConnectOptions { Ssl = TestCertificates.ClientOptions() });
        byte[] data = TlsTest.Data(2_000_000);
        transport.Write(data);
        await protocol.Heard.UntilReceived(1);
        server.Close();
        server.CloseClients();
        await server.WaitClosed();
        await protocol.Heard.UntilLost();
        Assert.Equal(["made", "data", "eof", "lost"], protocol.Heard.Calls.Where(static call => call is not ("pause" or "resume")));
        Assert.True(_served[0].Heard.IsLost);
        Assert.Null(_served[0].Heard.Loss);
    });

    [Fact(Timeout = 60000)]
    public void AbortClients_DuringTheHandshake_EndsThem() => Run(async Coroutine () =>
    {
        Server server = await Loop.CreateServer(Serve, "127.0.0.1", 0, Secure);
        using Socket silent = NewSocket();
        await Loop.SockConnect(silent, new IPEndPoint(IPAddress.Loopback, PortOf(server)));
        while (_served.Count == 0)
        {
            await LoopTask.Yield();
        }

        server.AbortClients();
        server.Close();
        await server.WaitClosed();
        Assert.Empty(_served[0].Heard.Calls);
    });

    [Theory(Timeout = 60000)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void CreateConnection_CancelledInTheHandshake_LeavesNothingOpen(int turns) => Run(async Coroutine () =>
    {
        using Socket listener = Listen();
        LoopTask<(Transport, WatchedProtocol)> connecting = Loop.CreateTask(Loop.CreateConnection(
            () => new WatchedProtocol(Loop), "127.0.0.1", ((IPEndPoint)listener.LocalEndPoint!).Port, new ConnectOptions { Ssl = TestCertificates.ClientOptions() }));
        using Socket accepted = await Loop.SockAccept(listener);
        for (int i = 0; i < turns; i++)
        {
            await LoopTask.Yield();
        }

        connecting.Cancel();
        await LoopTask.Wait([connecting]);
        Assert.True(connecting.IsCancelled);

        // The other end sees it closed, after what the handshake had sent.
        try
        {
            while (await Loop.SockReceive(accepted, new byte[1000]) > 0)
            {
            }
        }
        catch (SocketException exception)
        {
            Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
        }
    });

    [Fact(Timeout = 60000)]
    public void SendFile_OverTls_TakesTheFallback() => Run(async Coroutine () =>
    {
        var pair = new TlsPair(Loop);
        await pair.Ready();
        byte[] data = TlsTest.Data(1_000_000);
        using var file = new MemoryStream(data);
        await Throws<SendFileNotAvailableException>(async Coroutine () => await Loop.SendFile(pair.Client, file, fallback: false));
        Assert.Equal(data.Length - 5, await Loop.SendFile(pair.Client, file, offset: 5));
        await pair.AtServer.UntilReceived(data.Length - 5);
        Assert.True(data.AsSpan(5).SequenceEqual(pair.AtServer.Data));
        await pair.CloseBoth();
    });

    [Fact(Timeout = 60000)]
    public void StartTlsAsync_OfAStreamsWriter_GoesOnEncrypted() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        var nearProtocol = new StreamProtocol(Loop, LoopStreamReader.DefaultLimit);
        var farProtocol = new StreamProtocol(Loop, LoopStreamReader.DefaultLimit);
        await Loop.CreateConnection(() => nearProtocol, pair.Client);
        await Loop.CreateConnection(() => farProtocol, pair.Server);
        var near = new LoopStream(nearProtocol);
        var far = new LoopStream(farProtocol);
        near.Writer.Write("STARTTLS\n"u8);
        Coroutine upgrade = near.Writer.StartTlsAsync(TestCertificates.ClientOptions());
        LoopTask upgrading = Loop.CreateTask(upgrade);
        Assert.Equal("STARTTLS\n"u8.ToArray(), await far.Reader.ReadLineAsync());

        // The client did not wait: its first bytes of TLS are in the reader already.
        while (farProtocol.Input.Length == 0)
        {
            await LoopTask.Yield();
        }

        await far.Writer.StartTlsAsync(TestCertificates.ServerOptions());
        await upgrading;
        Assert.NotNull(near.Writer.GetExtraInfo(ExtraInfo.Cipher));
        byte[] data = TlsTest.Data(500_000);
        near.Writer.Write(data);
        byte[] read = await far.Reader.ReadExactlyAsync(data.Length);
        Assert.True(data.AsSpan().SequenceEqual(read));
        far.Writer.Write("done"u8);
        await far.DisposeAsync();
        Assert.Equal("done"u8.ToArray(), await near.Reader.ReadAsync(-1));
        await near.DisposeAsync();
        Assert.Throws<ArgumentNullException>(() => near.Writer.StartTlsAsync((SslClientAuthenticationOptions)null!));
        Assert.Throws<ArgumentException>(() => near.Writer.StartTlsAsync(TestCertificates.ClientOptions(), new StartTlsOptions { Received = new byte[1] }));
    });

    [Fact(Timeout = 60000)]
    public void StartServer_WithSslOptions_ServesEncryptedStreams() => Run(async Coroutine () =>
    {
        await using Server server = await Loop.StartServer(
            async Coroutine (LoopStream stream) =>
            {
                stream.Writer.Write(await stream.Reader.ReadAsync(-1));
                await stream.DisposeAsync();
            },
            "127.0.0.1",
            0,
            Secure);
        var protocol = new StreamProtocol(Loop, LoopStreamReader.DefaultLimit);
        await Loop.CreateConnection(() => protocol, "127.0.0.1", PortOf(server), new ConnectOptions { Ssl = TestCertificates.ClientOptions() });
        var client = new LoopStream(protocol);
        Assert.False(client.Writer.CanWriteEof);
        client.Writer.Write("half"u8);
        await client.Writer.DrainAsync();
        await client.DisposeAsync();

        // The client's end is the end of the server's reading.
        Assert.Empty(await client.Reader.ReadAsync(-1));
    });
}

/// <summary>On epoll.</summary>
public sealed class EpollTlsConnectionTests() : TlsConnectionContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollTlsConnectionTests() : TlsConnectionContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectTlsConnectionTests() : TlsConnectionContract(new SelectSelector());
