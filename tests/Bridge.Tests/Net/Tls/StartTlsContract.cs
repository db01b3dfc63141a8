using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Bridge.Net;
using Bridge.Selectors;
using Bridge.TestKit;

namespace Bridge.Tests.Net;

/// <summary>Row AC1, on virtual time, over transports in memory.</summary>
public abstract class StartTlsContract(ISelector selector) : LoopTest(selector: selector)
{
    private (LinkedTransport, LinkedTransport, WatchedProtocol, WatchedProtocol) Connect()
    {
        var atClient = new WatchedProtocol(Loop);
        var atServer = new WatchedProtocol(Loop);
        (LinkedTransport client, LinkedTransport server) = LinkedTransport.Connect(Loop, atClient, atServer);
        return (client, server, atClient, atServer);
    }

    [Theory(Timeout = 60000)]
    [InlineData(false)]
    [InlineData(true)]
    public void StartTls_BothSides_TalkEncryptedAndConnectionMadeIsNotRepeated(bool serverFirst) => Run(async Coroutine () =>
    {
        (LinkedTransport client, LinkedTransport server, WatchedProtocol atClient, WatchedProtocol atServer) = Connect();
        await atServer.Heard.Until(() => atServer.Heard.Calls.Count > 0);
        client.Write("STARTTLS"u8);
        await atServer.Heard.UntilReceived(8);
        Coroutine<Transport> First() => serverFirst
            ? Loop.StartTls(server, atServer, TestCertificates.ServerOptions())
            : Loop.StartTls(client, atClient, TestCertificates.ClientOptions());
        Coroutine<Transport> Second() => !serverFirst
            ? Loop.StartTls(server, atServer, TestCertificates.ServerOptions())
            : Loop.StartTls(client, atClient, TestCertificates.ClientOptions());
        LoopTask<Transport> first = Loop.CreateTask(First());
        if (serverFirst)
        {
            await LoopTask.Yield();
        }

        Transport second = await Second();
        (Transport tlsClient, Transport tlsServer) = serverFirst ? (second, await first) : (await first, second);
        Assert.Same(tlsClient, TlsTransport.Topmost(client));
        tlsClient.Write("secret"u8);
        await atServer.Heard.UntilReceived(14);
        tlsServer.Write("answer"u8);
        await atClient.Heard.UntilReceived(6);
        Assert.DoesNotContain(client.Written.Skip(1), static data => data.AsSpan().IndexOf("secret"u8) >= 0);
        tlsServer.Close();
        await atClient.Heard.UntilLost();
        await atServer.Heard.UntilLost();
        Assert.Equal("STARTTLSsecret", atServer.Heard.Text);
        Assert.Equal(["made", "data", "eof", "lost"], atServer.Heard.Calls);
        Assert.Equal(["made", "data", "eof", "lost"], atClient.Heard.Calls);
        Assert.Null(atClient.Heard.Loss);
    });

    [Fact(Timeout = 60000)]
    public void StartTls_BytesOfTheHandshakeWereReceivedBefore_AreNotLost() => Run(async Coroutine () =>
    {
        (LinkedTransport client, LinkedTransport server, WatchedProtocol atClient, WatchedProtocol atServer) = Connect();
        LoopTask<Transport> upgrade = Loop.CreateTask(Loop.StartTls(client, atClient, TestCertificates.ClientOptions()));
        await atServer.Heard.UntilReceived(1);
        Transport tls = await Loop.StartTls(server, atServer, TestCertificates.ServerOptions(), new StartTlsOptions { Received = atServer.Heard.Data });
        (await upgrade).Close();
        await atServer.Heard.UntilLost();
        Assert.True(tls.IsClosing);
        Assert.Null(atServer.Heard.Loss);
    });

    [Fact(Timeout = 60000)]
    public void StartTls_Fails_ClosesTheTransportAndTellsTheProtocol() => Run(async Coroutine () =>
    {
        (LinkedTransport client, LinkedTransport server, WatchedProtocol atClient, WatchedProtocol atServer) = Connect();
        await LoopTask.Yield();
        LoopTask<Transport> serving = Loop.CreateTask(Loop.StartTls(server, atServer, TestCertificates.ServerOptions(TestCertificates.Expired)));
        LoopTask<Transport> upgrade = Loop.CreateTask(Loop.StartTls(client, atClient, TestCertificates.ClientOptions()));
        await LoopTask.Wait([serving, upgrade]);
        Assert.IsType<AuthenticationException>(upgrade.GetException());
        Assert.True(client.IsClosing);
        await atClient.Heard.UntilLost();
        await atServer.Heard.UntilLost();
        Assert.Same(upgrade.GetException(), atClient.Heard.Loss);
        _ = serving.GetException();
    });

    [Fact(Timeout = 60000)]
    public void StartTls_PeerIsSilent_TimesOut() => Run(async Coroutine () =>
    {
        (LinkedTransport client, _, WatchedProtocol atClient, WatchedProtocol atServer) = Connect();
        var options = new StartTlsOptions { HandshakeTimeout = TimeSpan.FromSeconds(3) };
        LoopTask<Transport> upgrade = Loop.CreateTask(Loop.StartTls(client, atClient, TestCertificates.ClientOptions(), options));
        await LoopTask.Wait([upgrade]);
        Assert.Equal(SocketError.ConnectionAborted, Assert.IsType<SocketException>(upgrade.GetException()).SocketErrorCode);
        Assert.Equal(TimeSpan.FromSeconds(3), Time.Elapsed);
        await atClient.Heard.UntilLost();
        await atServer.Heard.UntilLost();
    });

    [Theory(Timeout = 60000)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void StartTls_Cancelled_ClosesTheTransport(int turns) => Run(async Coroutine () =>
    {
        (LinkedTransport client, _, WatchedProtocol atClient, WatchedProtocol atServer) = Connect();
        await LoopTask.Yield();
        LoopTask<Transport> upgrade = Loop.CreateTask(Loop.StartTls(client, atClient, TestCertificates.ClientOptions()));
        for (int i = 0; i < turns; i++)
        {
            await LoopTask.Yield();
        }

        upgrade.Cancel();
        await LoopTask.Wait([upgrade]);
        Assert.True(upgrade.IsCancelled);
        Assert.True(client.IsClosing);
        await atClient.Heard.UntilLost();
        await atServer.Heard.UntilLost();
        Assert.Null(atServer.Heard.Loss);
    });

    [Fact(Timeout = 60000)]
    public void StartTls_PeerHangsUp_ProtocolHearsTheLoss() => Run(async Coroutine () =>
    {
        (LinkedTransport client, LinkedTransport server, WatchedProtocol atClient, _) = Connect();
        LoopTask<Transport> upgrade = Loop.CreateTask(Loop.StartTls(client, atClient, TestCertificates.ClientOptions()));
        await LoopTask.Yield();
        server.Close();
        await LoopTask.Wait([upgrade]);
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(upgrade.GetException()).SocketErrorCode);
        await atClient.Heard.UntilLost();
        Assert.Same(upgrade.GetException(), atClient.Heard.Loss);
        Assert.Equal(["made", "lost"], atClient.Heard.Calls);
    });

    [Fact(Timeout = 60000)]
    public void StartTls_OverTls_Works() => Run(async Coroutine () =>
    {
        (LinkedTransport client, LinkedTransport server, WatchedProtocol atClient, WatchedProtocol atServer) = Connect();
        (Transport First, Transport Second) inner = await LoopTask.Gather(
            Loop.StartTls(client, atClient, TestCertificates.ClientOptions()),
            Loop.StartTls(server, atServer, TestCertificates.ServerOptions()));
        (Transport First, Transport Second) outer = await LoopTask.Gather(
            Loop.StartTls(inner.First, atClient, TestCertificates.ClientOptions()),
            Loop.StartTls(inner.Second, atServer, TestCertificates.ServerOptions()));
        byte[] data = TlsTest.Data(400_000);
        outer.First.Write(data);
        outer.Second.Write(data);
        await atServer.Heard.UntilReceived(data.Length);
        await atClient.Heard.UntilReceived(data.Length);
        Assert.True(data.AsSpan().SequenceEqual(atServer.Heard.Data));
        Assert.True(data.AsSpan().SequenceEqual(atClient.Heard.Data));
        outer.First.Close();
        await atClient.Heard.UntilLost();
        await atServer.Heard.UntilLost();
        Assert.Null(atServer.Heard.Loss);
        Assert.Null(atClient.Heard.Loss);
        Assert.Equal(["made", "data", "eof", "lost"], atServer.Heard.Calls);
        Assert.Equal(TimeSpan.Zero, Time.Elapsed);
    });

    [Fact(Timeout = 60000)]
    public void StartTls_ApplicationWasPausedBefore_IsResumedByTheLowerTransport() => Run(async Coroutine () =>
    {
        (LinkedTransport client, LinkedTransport server, WatchedProtocol atClient, WatchedProtocol atServer) = Connect();
        await LoopTask.Yield();
        client.Fill();
        Assert.Contains("pause", atClient.Heard.Calls);
        (Transport First, Transport _) tls = await LoopTask.Gather(
            Loop.StartTls(client, atClient, TestCertificates.ClientOptions()),
            Loop.StartTls(server, atServer, TestCertificates.ServerOptions()));
        client.Drain();
        Assert.Contains("resume", atClient.Heard.Calls);
        tls.First.Close();
        await atClient.Heard.UntilLost();
        await atServer.Heard.UntilLost();
    });

    [Fact(Timeout = 60000)]
    public void StartTls_WrongArguments_ThrowAtTheCall() => Run(async Coroutine () =>
    {
        (LinkedTransport client, _, WatchedProtocol atClient, WatchedProtocol atServer) = Connect();
        SslClientAuthenticationOptions options = TestCertificates.ClientOptions();
        Assert.Throws<ArgumentNullException>(() => Loop.StartTls(null!, atClient, options));
        Assert.Throws<ArgumentNullException>(() => Loop.StartTls(client, null!, options));
        Assert.Throws<ArgumentNullException>(() => Loop.StartTls(client, atClient, (SslClientAuthenticationOptions)null!));
        Assert.Throws<ArgumentNullException>(() => Loop.StartTls(client, atClient, (SslServerAuthenticationOptions)null!));
        Assert.Throws<ArgumentException>(() => Loop.StartTls(client, atClient, TestCertificates.ClientOptions(null)));
        Assert.Throws<ArgumentException>(() => Loop.StartTls(client, atClient, new SslServerAuthenticationOptions()));
        Assert.Throws<ArgumentException>(() => Loop.StartTls(client, new Datagrams(), options));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.StartTls(client, atClient, options, new StartTlsOptions { HandshakeTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.StartTls(client, atClient, options, new StartTlsOptions { ShutdownTimeout = -TimeSpan.FromSeconds(1) }));
        using (var other = new SelectorEventLoop(Selector.Another()))
        {
            Assert.Throws<ArgumentException>(() => other.StartTls(client, atClient, options));
        }

        client.Close();
        LoopTask<Transport> late = Loop.CreateTask(Loop.StartTls(client, atClient, options));
        await LoopTask.Wait([late]);
        Assert.IsType<InvalidOperationException>(late.GetException());
        await atClient.Heard.UntilLost();
        await atServer.Heard.UntilLost();
    });

    private sealed class Datagrams : DatagramProtocol;
}

/// <summary>On epoll.</summary>
public sealed class EpollStartTlsTests() : StartTlsContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollStartTlsTests() : StartTlsContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectStartTlsTests() : StartTlsContract(new SelectSelector());
