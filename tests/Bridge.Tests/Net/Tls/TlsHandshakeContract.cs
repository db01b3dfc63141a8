using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Rows AC3 and AC5: the handshake on real sockets: certificates, names, what is known afterwards.</summary>
public abstract class TlsHandshakeContract(ISelector selector) : IoTest(selector)
{
    [Fact(Timeout = 60000)]
    public void GetExtraInfo_AfterTheHandshake_KnowsTheSession() => Run(async Coroutine () =>
    {
        SslClientAuthenticationOptions options = TestCertificates.ClientOptions();
        var pair = new TlsPair(Loop, TlsTest.Client(options));
        Assert.Same(options, pair.Client.GetExtraInfo(ExtraInfo.SslContext));
        Assert.Null(pair.Client.GetExtraInfo(ExtraInfo.SslObject));
        Assert.Null(pair.Client.GetExtraInfo(ExtraInfo.PeerCertificate));
        Assert.Null(pair.Client.GetExtraInfo(ExtraInfo.Cipher));
        await pair.Ready();
        Assert.Equal(TestCertificates.Server, pair.Client.GetExtraInfo<X509Certificate>(ExtraInfo.PeerCertificate));
        Assert.Null(pair.Server.GetExtraInfo(ExtraInfo.PeerCertificate));
        Assert.NotNull(pair.Client.GetExtraInfo<TlsCipherSuite?>(ExtraInfo.Cipher));
        Assert.True(pair.Client.GetExtraInfo<SslStream>(ExtraInfo.SslObject)!.IsAuthenticated);
        Assert.Equal(pair.Server.LocalEndPoint, pair.Client.RemoteEndPoint);
        Assert.NotNull(pair.Client.GetExtraInfo<TransportSocket>(ExtraInfo.Socket));
        Assert.Null(pair.Client.GetExtraInfo("unheard of"));
        Assert.Throws<ArgumentNullException>(() => pair.Client.GetExtraInfo(null!));
        await pair.CloseBoth();
        await LoopTask.Yield();
        Assert.Null(pair.Client.GetExtraInfo(ExtraInfo.SslObject));
        Assert.Null(pair.Client.GetExtraInfo(ExtraInfo.Cipher));
        Assert.Same(options, pair.Client.GetExtraInfo(ExtraInfo.SslContext));
    });

    [Fact(Timeout = 60000)]
    public void ApplicationProtocols_BothHaveSome_AreNegotiated() => Run(async Coroutine () =>
    {
        SslClientAuthenticationOptions client = TestCertificates.ClientOptions();
        client.ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];
        SslServerAuthenticationOptions server = TestCertificates.ServerOptions();
        server.ApplicationProtocols = [SslApplicationProtocol.Http11];
        var pair = new TlsPair(Loop, TlsTest.Client(client), TlsTest.Server(server));
        await pair.Ready();
        Assert.Equal(SslApplicationProtocol.Http11, pair.Client.GetExtraInfo<SslStream>(ExtraInfo.SslObject)!.NegotiatedApplicationProtocol);
        Assert.Equal(SslApplicationProtocol.Http11, pair.Server.GetExtraInfo<SslStream>(ExtraInfo.SslObject)!.NegotiatedApplicationProtocol);
        await pair.CloseBoth();
    });

    [Fact(Timeout = 60000)]
    public void ServerCertificateSelectionCallback_GetsTheName_AndChooses() => Run(async Coroutine () =>
    {
        string? asked = null;
        var server = new SslServerAuthenticationOptions
        {
            ServerCertificateSelectionCallback = (_, name) =>
            {
                Assert.True(Loop.IsOnLoopThread);
                asked = name;
                return name == "other.example" ? TestCertificates.OtherServer : TestCertificates.Server;
            },
        };
        var pair = new TlsPair(Loop, TlsTest.Client(TestCertificates.ClientOptions("other.example")), TlsTest.Server(server));
        await pair.Ready();
        Assert.Equal("other.example", asked);
        Assert.Equal(TestCertificates.OtherServer, pair.Client.GetExtraInfo<X509Certificate>(ExtraInfo.PeerCertificate));
        await pair.CloseBoth();
    });

    [Fact(Timeout = 60000)]
    public void ClientCertificate_Asked_IsSentAndVerified() => Run(async Coroutine () =>
    {
        SslClientAuthenticationOptions client = TestCertificates.ClientOptions();
        client.ClientCertificates = [TestCertificates.Client];
        SslServerAuthenticationOptions server = TestCertificates.ServerOptions();
        server.ClientCertificateRequired = true;
        server.CertificateChainPolicy = TestCertificates.Trust();
        var pair = new TlsPair(Loop, TlsTest.Client(client), TlsTest.Server(server));
        await pair.Ready();
        Assert.Equal(TestCertificates.Client, pair.Server.GetExtraInfo<X509Certificate>(ExtraInfo.PeerCertificate));
        await pair.CloseBoth();
    });

    [Fact(Timeout = 60000)]
    public void ClientCertificate_AskedAndMissing_FailsAtTheServer() => Run(async Coroutine () =>
    {
        SslServerAuthenticationOptions server = TestCertificates.ServerOptions();
        server.ClientCertificateRequired = true;
        server.CertificateChainPolicy = TestCertificates.Trust();
        var pair = new TlsPair(Loop, server: TlsTest.Server(server));
        await Throws<AuthenticationException>(async Coroutine () => await pair.ServerReady);
        Assert.Empty(pair.AtServer.Calls);

        // In TLS 1.3 the client is through before the server has judged: it hears of it as a loss, else its handshake fails.
        await LoopTask.Wait([pair.ClientReady]);
        if (pair.ClientReady.GetException() is null)
        {
            await pair.AtClient.UntilLost();
            Assert.NotNull(pair.AtClient.Loss);
        }
    });

    public static TheoryData<string> Refused => ["wrong host", "untrusted", "expired", "untrusted by default"];

    [Theory(Timeout = 60000)]
    [MemberData(nameof(Refused))]
    public void Handshake_CertificateIsNotAcceptable_FailsAtTheClientAndNobodyHearsOfAConnection(string reason) => Run(async Coroutine () =>
    {
        SslClientAuthenticationOptions client = TestCertificates.ClientOptions(reason == "wrong host" ? "elsewhere.example" : "localhost");
        if (reason == "untrusted")
        {
            client.CertificateChainPolicy!.CustomTrustStore.Clear();
            client.CertificateChainPolicy.CustomTrustStore.Add(TestCertificates.Client);
        }
        else if (reason == "untrusted by default")
        {
            client.CertificateChainPolicy = null;
        }

        var pair = new TlsPair(Loop, TlsTest.Client(client), TlsTest.Server(TestCertificates.ServerOptions(reason == "expired" ? TestCertificates.Expired : null)));
        await Throws<AuthenticationException>(async Coroutine () => await pair.ClientReady);
        Assert.True(pair.Client.IsClosing);
        await LoopTask.Wait([pair.ServerReady]);
        if (pair.ServerReady.GetException() is null)
        {
            await pair.AtServer.UntilLost();
        }

        Assert.Empty(pair.AtClient.Calls);
    });

    [Fact(Timeout = 60000)]
    public void ValidationCallback_Judges_OnTheLoopThread() => Run(async Coroutine () =>
    {
        SslPolicyErrors seen = SslPolicyErrors.None;
        var client = new SslClientAuthenticationOptions
        {
            TargetHost = "elsewhere.example",
            RemoteCertificateValidationCallback = (_, _, _, errors) =>
            {
                Assert.True(Loop.IsOnLoopThread);
                seen = errors;
                return errors != SslPolicyErrors.None;
            },
        };
        var pair = new TlsPair(Loop, TlsTest.Client(client));
        await pair.Ready();
        Assert.Equal(SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch, seen);
        await pair.CloseBoth();
    });

    [Fact(Timeout = 60000)]
    public void ValidationCallback_Throws_FailsTheHandshakeAndIsReported() => Run(async Coroutine () =>
    {
        SslClientAuthenticationOptions client = TestCertificates.ClientOptions();
        client.RemoteCertificateValidationCallback = (_, _, _, _) => throw new InvalidDataException("cannot judge");
        var pair = new TlsPair(Loop, TlsTest.Client(client));
        await Throws<InvalidDataException>(async Coroutine () => await pair.ClientReady);
        Assert.Equal("SSL handshake failed", TakeReport().Message);
        await LoopTask.Wait([pair.ServerReady]);
        if (pair.ServerReady.GetException() is null)
        {
            await pair.AtServer.UntilLost();
        }
    });

    [Fact(Timeout = 60000)]
    public void Handshake_JudgingMayUseTheNetwork_RunsElsewhereAndTheProtocolHere() => Run(async Coroutine () =>
    {
        bool? onLoop = null;
        SslClientAuthenticationOptions client = TestCertificates.ClientOptions();
        client.CertificateChainPolicy = TestCertificates.Trust(downloads: true);
        client.RemoteCertificateValidationCallback = (_, _, _, errors) =>
        {
            onLoop = Loop.IsOnLoopThread;
            return errors == SslPolicyErrors.None;
        };
        var pair = new TlsPair(Loop, TlsTest.Client(client));
        await pair.Ready();
        Assert.False(onLoop);
        byte[] data = TlsTest.Data(100_000);
        pair.Client.Write(data);
        pair.Server.Write(data);
        await pair.AtServer.UntilReceived(data.Length);
        await pair.AtClient.UntilReceived(data.Length);
        Assert.True(data.AsSpan().SequenceEqual(pair.AtClient.Data));
        await pair.CloseBoth();
    });

    [Fact(Timeout = 60000)]
    public void Handshake_LoopRunsInsideAJobOfATaskScheduler_StaysOnTheLoopForTheProtocol()
    {
        // There the stream's tasks do not go on inline; they come back by way of the thread pool.
        var scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        Task.Factory.StartNew(
            () =>
            {
                using var loop = new SelectorEventLoop(Selector.Another());
                loop.RunUntilComplete(Body(loop));
            },
            CancellationToken.None,
            TaskCreationOptions.None,
            scheduler).GetAwaiter().GetResult();

        static async Coroutine Body(EventLoop loop)
        {
            var pair = new TlsPair(loop);
            await pair.Ready();
            byte[] data = TlsTest.Data(100_000);
            pair.Client.Write(data);
            pair.Server.Write(data);
            await pair.AtServer.UntilReceived(data.Length);
            await pair.AtClient.UntilReceived(data.Length);
            Assert.True(data.AsSpan().SequenceEqual(pair.AtServer.Data));
            await pair.CloseBoth();
        }
    }

    [Fact(Timeout = 60000)]
    public void Handshake_PeerHangsUp_IsAReset() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        var protocol = new WatchedProtocol(Loop);
        LoopFuture<bool> ready = Loop.CreateFuture<bool>();
        TlsTransport client = TlsTest.OnSocket(Loop, pair.Client, protocol, TlsTest.Client(), ready);
        await Loop.SockReceive(pair.Server, new byte[1000]);
        pair.Server.Shutdown(SocketShutdown.Send);
        SocketException failure = await Throws<SocketException>(async Coroutine () => await ready);
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
        Assert.True(client.IsClosing);
        Assert.Empty(protocol.Heard.Calls);
    });

    [Fact(Timeout = 60000)]
    public void Handshake_PeerTalksSomethingElse_Fails() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        LoopFuture<bool> ready = Loop.CreateFuture<bool>();
        TlsTransport client = TlsTest.OnSocket(Loop, pair.Client, new WatchedProtocol(Loop), TlsTest.Client(), ready);
        await Loop.SockSendAll(pair.Server, "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        await Throws<AuthenticationException>(async Coroutine () => await ready);
        Assert.True(client.IsClosing);
    });

    [Fact(Timeout = 60000)]
    public void Handshake_ServerFailsAndNobodyWaits_IsReportedInDebugModeOnly() => Run(async Coroutine () =>
    {
        foreach (bool debug in new[] { false, true })
        {
            Loop.Debug = debug;
            using var pair = new SocketPair();
            _ = TlsTest.OnSocket(Loop, pair.Server, new WatchedProtocol(Loop), TlsTest.Server());
            await Loop.SockSendAll(pair.Client, "GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            while (true)
            {
                try
                {
                    if (await Loop.SockReceive(pair.Client, new byte[100]) == 0)
                    {
                        break;
                    }
                }
                catch (SocketException)
                {
                    break;
                }
            }

            Assert.Equal(debug ? 1 : 0, Reports.Count);
        }

        Loop.Debug = false;
        Assert.IsType<AuthenticationException>(TakeReport().Exception);
    });
}

/// <summary>On epoll.</summary>
public sealed class EpollTlsHandshakeTests() : TlsHandshakeContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollTlsHandshakeTests() : TlsHandshakeContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectTlsHandshakeTests() : TlsHandshakeContract(new SelectSelector());
