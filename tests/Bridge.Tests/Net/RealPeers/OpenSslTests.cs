using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Bridge.Net;
using Bridge.TestKit;
using Bridge.Tests.Processes;

namespace Bridge.Tests.Net.RealPeers;

/// <summary>Streams over TLS against OpenSSL's programs: protocols (ALPN) and client certificates. Bytes both ways are in ForeignTlsPeerTests.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class OpenSslTests : IoTest
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bridge-openssl-").FullName;

    [Theory(Timeout = 60000)]
    [InlineData("-tls1_2", "h2,http/1.1", "http/1.1")]
    [InlineData("-tls1_3", "line/1,h2", "line/1")]
    public void OpenSslClient_OffersProtocols_GetsTheOneWeKnow(string version, string offered, string expected) => Run(async Coroutine () =>
    {
        SslServerAuthenticationOptions tls = TestCertificates.ServerOptions();
        tls.ApplicationProtocols = [SslApplicationProtocol.Http11, new SslApplicationProtocol("line/1")];
        var (client, served) = await Serve(tls, version, "-alpn", offered);
        using (client)
        {
            var ssl = served.Writer.GetExtraInfo<SslStream>(ExtraInfo.SslObject);
            Assert.Equal(expected, ssl!.NegotiatedApplicationProtocol.ToString());
            await client.ReadUntil($"ALPN protocol: {expected}");
            await Talk(client, served);
        }
    });

    [Theory(Timeout = 60000)]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public void OpenSslClient_WithItsCertificate_IsKnownToUs(string version) => Run(async Coroutine () =>
    {
        SslServerAuthenticationOptions tls = TestCertificates.ServerOptions();
        tls.ClientCertificateRequired = true;
        tls.CertificateChainPolicy = TestCertificates.Trust();
        string certificate = Write("client.pem", TestCertificates.Pem(TestCertificates.Client));
        var (client, served) = await Serve(tls, version, "-cert", certificate, "-key", certificate);
        using (client)
        {
            var ssl = served.Writer.GetExtraInfo<SslStream>(ExtraInfo.SslObject);
            Assert.Equal("CN=client", ssl!.RemoteCertificate!.Subject);
            await Talk(client, served);
        }
    });

    [Theory(Timeout = 60000)]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public void OpenSslServer_WantsOurCertificate_SeesItAndTheProtocol(string version) => Run(async Coroutine () =>
    {
        using RealPeer server = StartServer(version, "-Verify", "1", "-verify_return_error", "-CAfile", Write("authority.pem", TestCertificates.Authority.ExportCertificatePem()));
        SslClientAuthenticationOptions tls = TestCertificates.ClientOptions();
        tls.ClientCertificates = [TestCertificates.Client];
        tls.ApplicationProtocols = [new SslApplicationProtocol("other"), SslApplicationProtocol.Http11];
        await using LoopStream stream = await Connect(server, tls);
        Assert.Equal("http/1.1", stream.Writer.GetExtraInfo<SslStream>(ExtraInfo.SslObject)!.NegotiatedApplicationProtocol.ToString());

        // A page about the connection, as the server sees it, then the end.
        stream.Writer.Write("GET / HTTP/1.0\r\n\r\n"u8);
        string page = Encoding.UTF8.GetString(await stream.Reader.ReadAsync(-1));
        Assert.StartsWith("HTTP/1.0 200", page, StringComparison.OrdinalIgnoreCase);
        Assert.Matches(@"CN\s*=\s*client", page);
    });

    [Fact(Timeout = 60000)]
    public void OpenSslServer_WantsACertificateThatWeDoNotHave_Throws() => Run(async Coroutine () =>
    {
        using RealPeer server = StartServer("-tls1_3", "-Verify", "1", "-verify_return_error");
        LoopStream stream = await Connect(server, TestCertificates.ClientOptions());
        stream.Writer.Write("GET / HTTP/1.0\r\n\r\n"u8);

        // Its alert, or the reset that follows it.
        Exception refusal = await Throws<Exception>(async Coroutine () => await stream.Reader.ReadAsync(-1));
        Assert.True(refusal is IOException or SocketException, refusal.ToString());
        stream.Writer.Close();
    });

    protected override void Dispose(bool disposing)
    {
        Directory.Delete(_folder, recursive: true);
        base.Dispose(disposing);
    }

    /// <summary>Serves OpenSSL's client one connection.</summary>
    private async Coroutine<(RealPeer Client, LoopStream Served)> Serve(SslServerAuthenticationOptions tls, params string[] arguments)
    {
        RealPeer.Find("openssl");
        LoopFuture<LoopStream> accepted = Loop.CreateFuture<LoopStream>();
        Server server = await Loop.StartServer(accepted.SetResult, "127.0.0.1", 0, new ServerOptions { Ssl = tls });
        string port = ((IPEndPoint)server.Sockets[0].LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
        string authority = Write("authority.pem", TestCertificates.Authority.ExportCertificatePem());
        RealPeer client = RealPeer.Start(
            "openssl", ["s_client", "-verify_return_error", "-servername", "localhost", "-CAfile", authority, "-connect", "127.0.0.1:" + port, .. arguments]);
        LoopStream served = await accepted;
        server.Close();
        return (client, served);
    }

    private static async Coroutine Talk(RealPeer client, LoopStream served)
    {
        await client.Tell("a line from outside");
        Assert.Equal("a line from outside\n", Encoding.UTF8.GetString(await served.Reader.ReadLineAsync()));
        served.Writer.Write("a line from inside\n"u8);
        await client.ReadUntil("a line from inside");
        client.Input.Close();
        Assert.Empty(await served.Reader.ReadAsync(-1));
        await served.DisposeAsync();
    }

    private RealPeer StartServer(params string[] arguments)
    {
        string certificate = Write("server.pem", TestCertificates.Pem(TestCertificates.Server));
        return RealPeer.Start("openssl", ["s_server", "-www", "-alpn", "http/1.1", "-cert", certificate, "-key", certificate, "-accept", "127.0.0.1:0", .. arguments]);
    }

    private async Coroutine<LoopStream> Connect(RealPeer server, SslClientAuthenticationOptions tls)
    {
        string line = await server.ReadUntil("ACCEPT");
        int port = int.Parse(line[(line.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
        return await Loop.OpenConnection("127.0.0.1", port, new ConnectOptions { Ssl = tls });
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
