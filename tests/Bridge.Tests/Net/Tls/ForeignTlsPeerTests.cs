using System.Net;
using System.Net.Sockets;
using Bridge.Net;
using Bridge.TestKit;
using Bridge.Tests.Processes;

namespace Bridge.Tests.Net;

/// <summary>Other people's TLS: Python's asyncio and OpenSSL's program, each as client and as server.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class ForeignTlsPeerTests : IoTest
{
    private const string PythonServer = """
        import asyncio, os, ssl, sys
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(sys.argv[1])
        async def serve(reader, writer):
            data = await reader.readexactly(300000)
            writer.write(data[::-1])
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            done.set()
        async def main():
            global done
            done = asyncio.Event()
            server = await asyncio.start_server(serve, '127.0.0.1', 0, ssl=context)
            print(server.sockets[0].getsockname()[1], flush=True)
            await done.wait()
        asyncio.run(main())
        """;

    private const string PythonClient = """
        import asyncio, ssl, sys
        context = ssl.create_default_context(cafile=sys.argv[1])
        async def main():
            reader, writer = await asyncio.open_connection('127.0.0.1', int(sys.argv[2]), ssl=context, server_hostname='localhost')
            data = bytes(i * 7 % 251 for i in range(300000))
            writer.write(data)
            got = await reader.readexactly(len(data))
            writer.close()
            await writer.wait_closed()
            print('same' if got == data else 'different', flush=True)
        asyncio.run(main())
        """;

    [Fact(Timeout = 60000)]
    public void PythonServer_TalksToOurClient() => Run(async Coroutine () =>
    {
        using var files = new Files();
        using RealPeer python = RealPeer.Start("python3", "-c", PythonServer, files.Write(TestCertificates.Pem(TestCertificates.Server)));
        int port = int.Parse(await python.ReadUntil(""), System.Globalization.CultureInfo.InvariantCulture);
        var protocol = new WatchedProtocol(Loop);
        TlsTransport tls = await ConnectTo(port, protocol);
        byte[] data = TlsTest.Data(300_000);
        tls.Write(data);
        await protocol.Heard.UntilLost();
        Array.Reverse(data);
        Assert.True(data.AsSpan().SequenceEqual(protocol.Heard.Data));
        Assert.Equal(["made", "data", "eof", "lost"], protocol.Heard.Calls);
        Assert.Null(protocol.Heard.Loss);
        await Ended(python);
    });

    [Fact(Timeout = 60000)]
    public void PythonClient_TalksToOurServer() => Run(async Coroutine () =>
    {
        using var files = new Files();
        using Socket listener = Listen();
        using RealPeer python = RealPeer.Start("python3", "-c", PythonClient, files.Write(TestCertificates.Authority.ExportCertificatePem()), PortOf(listener));
        WatchedProtocol protocol = await AcceptEcho(listener);
        Assert.Equal("same", await python.ReadUntil(""));
        await protocol.Heard.UntilLost();
        Assert.Equal(300_000, protocol.Heard.Length);
        Assert.Equal(["made", "data", "eof", "lost"], protocol.Heard.Calls);
        Assert.Null(protocol.Heard.Loss);
        await Ended(python);
    });

    [Theory(Timeout = 60000)]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public void OpenSslClient_TalksToOurServer(string version) => Run(async Coroutine () =>
    {
        using var files = new Files();
        using Socket listener = Listen();
        using RealPeer client = RealPeer.Start(
            "openssl", "s_client", "-quiet", "-verify_return_error", version, "-servername", "localhost",
            "-CAfile", files.Write(TestCertificates.Authority.ExportCertificatePem()), "-connect", "127.0.0.1:" + PortOf(listener));
        WatchedProtocol protocol = await AcceptEcho(listener);
        await client.Tell("hello from outside");
        Assert.Equal("hello from outside", await client.ReadUntil(""));
        ((Transport)protocol.Heard.Transport!).Close();
        await protocol.Heard.UntilLost();
        Assert.Null(protocol.Heard.Loss);
        await client.End();
    });

    [Theory(Timeout = 60000)]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public void OpenSslServer_TalksToOurClient(string version) => Run(async Coroutine () =>
    {
        using var files = new Files();
        using RealPeer server = RealPeer.Start(
            "openssl", "s_server", version, "-naccept", "1", "-cert", files.Write(TestCertificates.Pem(TestCertificates.Server)), "-accept", "127.0.0.1:0");
        string accepts = await server.ReadUntil("ACCEPT");
        int port = int.Parse(accepts[(accepts.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
        var protocol = new WatchedProtocol(Loop);
        TlsTransport tls = await ConnectTo(port, protocol);
        tls.Write("hello from inside\n"u8);
        Assert.Equal("hello from inside", await server.ReadUntil("hello"));
        await server.Tell("answer");
        await protocol.Heard.UntilReceived(7);
        Assert.Equal("answer\n", protocol.Heard.Text);
        tls.Close();
        await protocol.Heard.UntilLost();
        Assert.Null(protocol.Heard.Loss);
        await server.End();
    });

    private async Coroutine<TlsTransport> ConnectTo(int port, BaseProtocol protocol)
    {
        Socket socket = NewSocket();
        await Loop.SockConnect(socket, new IPEndPoint(IPAddress.Loopback, port));
        LoopFuture<bool> ready = Loop.CreateFuture<bool>();
        TlsTransport tls = TlsTest.OnSocket(Loop, socket, protocol, TlsTest.Client(), ready);
        await ready;
        return tls;
    }

    private async Coroutine<WatchedProtocol> AcceptEcho(Socket listener)
    {
        Socket socket = await Loop.SockAccept(listener);
        var protocol = new WatchedProtocol(Loop);
        protocol.OnData = data => ((Transport)protocol.Heard.Transport!).Write(data);
        LoopFuture<bool> ready = Loop.CreateFuture<bool>();
        TlsTest.OnSocket(Loop, socket, protocol, TlsTest.Server(), ready);
        await ready;
        return protocol;
    }

    private static string PortOf(Socket listener) => ((IPEndPoint)listener.LocalEndPoint!).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static async Coroutine Ended(RealPeer program)
    {
        var (exitCode, _, errors) = await program.End();
        Assert.True(exitCode == 0, errors);
    }

    /// <summary>Temporary files, gone at the end.</summary>
    private sealed class Files : IDisposable
    {
        private readonly List<string> _paths = [];

        public void Dispose() => _paths.ForEach(File.Delete);

        internal string Write(string text)
        {
            string path = Path.Combine(Path.GetTempPath(), $"bridge-{Guid.NewGuid():N}.pem");
            File.WriteAllText(path, text);
            _paths.Add(path);
            return path;
        }
    }
}
