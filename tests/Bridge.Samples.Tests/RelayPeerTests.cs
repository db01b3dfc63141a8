using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using Bridge.TestKit;

namespace Bridge.Samples.Tests;

/// <summary>The Relay sample between other people's programs: openssl, nc, curl, Python's web server.</summary>
public sealed class RelayPeerTests : IDisposable
{
    private readonly SampleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120000)]
    public async Task OpenSslClient_TlsInPlainOut_IsAnswered()
    {
        using var server = TaskServer.Echo();
        using RelayProcess relay = await RelayProcess.Start(_folder, server.Port, "--tls-listen-self-signed");
        using RealPeer client = RealPeer.Start("openssl", "s_client", "-quiet", "-no_ign_eof", "-connect", $"127.0.0.1:{relay.Port}");

        await client.Tell("through the relay");
        await client.ReadUntil("through the relay");
        var (exitCode, _, errors) = await client.End();

        Assert.Equal(0, exitCode);
        Assert.Contains("CN = localhost", errors, StringComparison.Ordinal);
        await relay.Until("open", 0);
        Assert.Equal(18, RelayProcess.CountIn(await relay.Stop(), "bytesDown"));
    }

    [Fact(Timeout = 120000)]
    public async Task OpenSslClient_ThatIsKilled_IsReportedAsCutShort()
    {
        using var server = TaskServer.Echo();
        using RelayProcess relay = await RelayProcess.Start(_folder, server.Port, "--tls-listen-self-signed");
        using RealPeer client = RealPeer.Start("openssl", "s_client", "-quiet", "-connect", $"127.0.0.1:{relay.Port}");
        await client.Tell("hello");
        await client.ReadUntil("hello");

        client.Kill();

        await relay.Until("failed", 1);
        Assert.Equal("connections 0", await relay.Ask("connections"));
    }

    [Fact(Timeout = 120000)]
    public async Task Netcat_LineProtocol_AnswersEachCommand()
    {
        using var server = TaskServer.Echo();
        using RelayProcess relay = await RelayProcess.Start(_folder, server.Port);
        using NetworkStream open = relay.Connect();
        await relay.Until("open", 1);
        using RealPeer netcat = RealPeer.Start("nc", "127.0.0.1", relay.LinePort.ToString(CultureInfo.InvariantCulture));

        foreach (string line in (string[])["stats", "connections", "close 99", "close it", "echo two  words", "echo bye\r", new string('x', 5000), "dance", "quit"])
        {
            await netcat.Tell(line);
        }

        string output = await netcat.ReadUntil("{");
        Assert.Equal(1, RelayProcess.CountIn(output, "open"));
        (_, output, _) = await netcat.End();
        Assert.Matches(@"\nconnections 1\n1 127\.0\.0\.1:\d+ up 0 down 0 seconds \d+\.\d\n", output);
        Assert.EndsWith(
            """
            error: there is no connection '99'; see connections
            error: there is no connection 'it'; see connections
            two  words
            bye
            error: a line has at most 4096 bytes
            error: unknown command 'dance'; there are: stats, connections, close ID, echo TEXT, quit
            bye

            """.ReplaceLineEndings("\n"),
            output,
            StringComparison.Ordinal);
    }

    [Fact(Timeout = 120000)]
    public async Task Curl_OverTlsToAWebServer_GetsTheSameBytes()
    {
        byte[] data = RandomNumberGenerator.GetBytes(3_000_000);
        _folder.Write("data.bin", data);
        var (exitCode, _, errors) = await RealPeer.Run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            "-keyout", _folder.Outside("key.pem"), "-out", _folder.Outside("cert.pem"));
        Assert.True(exitCode == 0, errors);
        (exitCode, _, errors) = await RealPeer.Run(
            "openssl", "pkcs12", "-export", "-passout", "pass:", "-inkey", _folder.Outside("key.pem"), "-in", _folder.Outside("cert.pem"), "-out", _folder.Outside("cert.pfx"));
        Assert.True(exitCode == 0, errors);
        using RealPeer python = StartWebServer(out Task<int> port);
        using RelayProcess relay = await RelayProcess.Start(_folder, await port, "--tls-listen", _folder.Outside("cert.pfx"));

        // A second relay, which speaks TLS to the first one, and checks its certificate.
        using RelayProcess before = await RelayProcess.Start(_folder, $"localhost:{relay.Port}", "--tls-to", "--ca", _folder.Outside("cert.pem"));
        await Get($"https://localhost:{relay.Port}/data.bin", "--cacert", _folder.Outside("cert.pem"), "--connect-to", $"localhost:{relay.Port}:127.0.0.1:{relay.Port}");
        await Get($"http://127.0.0.1:{before.Port}/data.bin");

        async Task Get(string url, params string[] more)
        {
            string file = _folder.Outside("got.bin");
            var (code, _, problem) = await RealPeer.Run("curl", ["-sS", "--noproxy", "*", "-o", file, .. more, url]);
            Assert.True(code == 0, problem);
            Assert.Equal(SHA256.HashData(data), SHA256.HashData(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)));
        }
    }

    [Fact(Timeout = 120000)]
    public async Task Relay_ToAServerWhoseCertificateIsNotTrusted_EndsTheConnection()
    {
        using var server = TaskServer.Echo();
        using RelayProcess inner = await RelayProcess.Start(_folder, server.Port, "--tls-listen-self-signed");
        using RelayProcess outer = await RelayProcess.Start(_folder, $"127.0.0.1:{inner.Port}", "--tls-to");
        using RelayProcess careless = await RelayProcess.Start(_folder, $"127.0.0.1:{inner.Port}", "--tls-to", "--insecure");

        using NetworkStream client = outer.Connect();
        await outer.Until("failed", 1);

        using RealPeer netcat = RealPeer.Start("nc", "127.0.0.1", careless.Port.ToString(CultureInfo.InvariantCulture));
        await netcat.Tell("never mind");
        await netcat.ReadUntil("never mind");
        outer.Terminate();
        Assert.Contains("certificate", (await outer.End()).Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Fact(Timeout = 120000)]
    public async Task Curl_ServerKilledInMidTransfer_HearsOfItAndTheRelayGoesOn()
    {
        await using (FileStream file = File.Create(Path.Combine(_folder.Content, "large.bin")))
        {
            file.SetLength(1L << 30);
        }

        using RealPeer python = StartWebServer(out Task<int> port);
        using RelayProcess relay = await RelayProcess.Start(_folder, await port);
        using RealPeer curl = RealPeer.Start("curl", "-sS", "--noproxy", "*", "--limit-rate", "4M", "-o", _folder.Outside("got.bin"), $"http://127.0.0.1:{relay.Port}/large.bin");
        while (await relay.Count("bytesDown") < 1_000_000)
        {
            await Task.Yield();
        }

        python.Kill();

        // 18: less than was announced; 56: the connection was reset.
        Assert.Contains((await curl.End()).ExitCode, (int[])[18, 56]);
        await relay.Until("open", 0);
        Assert.Equal(1, await relay.Count("accepted"));
        long failed = await relay.Count("failed");
        using NetworkStream next = relay.Connect();
        await relay.Until("failed", failed + 1);
    }

    private RealPeer StartWebServer(out Task<int> port)
    {
        RealPeer python = RealPeer.Start("python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", _folder.Content);
        port = Port();
        return python;

        async Task<int> Port() => int.Parse((await python.ReadUntil("Serving HTTP")).Split("port ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
