using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Bridge.Samples.Tests;

/// <summary>The Relay sample between clients and servers of .NET's own sockets.</summary>
public sealed class RelayTests : IDisposable
{
    private readonly SampleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120000)]
    public async Task Relay_FiftyMegabytesBothWays_ArrivesWholeAndIsCounted()
    {
        const int Size = 50_000_000;
        byte[] data = new byte[Size];
        new Random(1).NextBytes(data);
        using var server = TaskServer.Echo();
        using RelayProcess relay = await RelayProcess.Start(_folder, server.Port);
        using NetworkStream client = relay.Connect();

        Task sending = SendAndEnd(client, data);
        byte[] hash = await SHA256.HashDataAsync(client);
        await sending;

        Assert.Equal(SHA256.HashData(data), hash);
        await relay.Until("completed", 1);
        string last = await relay.Stop();
        Assert.Equal(Size, RelayProcess.CountIn(last, "bytesUp"));
        Assert.Equal(Size, RelayProcess.CountIn(last, "bytesDown"));
    }

    [Fact(Timeout = 120000)]
    public async Task Relay_ReceiverThatDoesNotRead_StopsTheSender()
    {
        var goOn = new TaskCompletionSource();
        using var server = TaskServer.Start(async stream =>
        {
            await goOn.Task;
            await stream.CopyToAsync(stream);
        });
        using RelayProcess relay = await RelayProcess.Start(_folder, server.Port);
        using NetworkStream client = relay.Connect();
        byte[] data = new byte[50_000_000];
        Task sending = SendAndEnd(client, data);

        // Until the relay has taken nothing for a hundred of its turns: without back pressure it would take everything.
        long taken = 0;
        for (int same = 0; same < 100;)
        {
            long now = await relay.Count("bytesUp");
            same = now == taken && now > 0 ? same + 1 : 0;
            taken = now;
        }

        Assert.InRange(taken, 1, data.Length / 2);
        goOn.SetResult();
        Assert.Equal(data.Length, (await ReadToEnd(client)).Length);
        await sending;
    }

    [Fact(Timeout = 120000)]
    public async Task Relay_HalfClose_IsPassedOnAndTheAnswerStillComes()
    {
        using var server = TaskServer.Start(async stream =>
        {
            using var all = new MemoryStream();
            await stream.CopyToAsync(all);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{all.Length} bytes"));
        });
        using RelayProcess relay = await RelayProcess.Start(_folder, server.Port);
        using NetworkStream client = relay.Connect();

        await SendAndEnd(client, new byte[12345]);

        Assert.Equal("12345 bytes", Encoding.ASCII.GetString(await ReadToEnd(client)));
        await relay.Until("completed", 1);
        await relay.Stop();
    }

    [Fact(Timeout = 120000)]
    public async Task Relay_TwoHundredConnectionsAtOnce_AreAllServed()
    {
        using var server = TaskServer.Echo();
        using RelayProcess relay = await RelayProcess.Start(_folder, server.Port);
        NetworkStream[] clients = [.. Enumerable.Range(0, 200).Select(_ => relay.Connect())];
        await relay.Until("open", 200);

        string[] answers = await Task.WhenAll(clients.Select(async (client, number) =>
        {
            await SendAndEnd(client, Encoding.ASCII.GetBytes($"client {number}"));
            return Encoding.ASCII.GetString(await ReadToEnd(client));
        }));

        Assert.Equal(Enumerable.Range(0, 200).Select(number => $"client {number}"), answers);
        Array.ForEach(clients, client => client.Dispose());
        await relay.Until("completed", 200);
        await relay.Stop();
    }

    [Fact(Timeout = 120000)]
    public async Task Relay_OneConnectionTooMany_IsRefused()
    {
        using var server = TaskServer.Echo();
        using RelayProcess relay = await RelayProcess.Start(_folder, server.Port, "--max", "1");
        using NetworkStream first = relay.Connect();
        await relay.Until("open", 1);

        using NetworkStream second = relay.Connect();

        await Assert.ThrowsAnyAsync<IOException>(() => ReadToEndOrThrow(second));
        Assert.Equal(1, await relay.Count("refused"));
        await SendAndEnd(first, "still here"u8.ToArray());
        Assert.Equal("still here", Encoding.ASCII.GetString(await ReadToEnd(first)));
    }

    [Fact(Timeout = 120000)]
    public async Task Relay_IdleConnection_EndsAndIsReported()
    {
        using var server = TaskServer.Echo();
        using RelayProcess relay = await RelayProcess.Start(_folder, server.Port, "--idle", "0.3");
        using NetworkStream client = relay.Connect();

        await Assert.ThrowsAnyAsync<IOException>(() => ReadToEndOrThrow(client));

        Assert.Equal(1, await relay.Count("failed"));
        relay.PressCtrlC();
        var (exitCode, _, errors) = await relay.End();
        Assert.Equal(0, exitCode);
        Assert.Matches(@"^connection 1 from 127\.0\.0\.1:\d+: idle for too long\s*$", errors);
    }

    [Fact(Timeout = 120000)]
    public async Task Relay_NobodyThereToRelayTo_EndsTheConnectionAndGoesOn()
    {
        // Bound and not listening: the port stays taken, and whoever connects is refused.
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)nobody.LocalEndPoint!).Port;
        using RelayProcess relay = await RelayProcess.Start(_folder, port);
        using NetworkStream client = relay.Connect();
        await Assert.ThrowsAnyAsync<IOException>(() => ReadToEndOrThrow(client));

        Assert.Equal(1, await relay.Count("failed"));
        Assert.Equal("connections 0", await relay.Ask("connections"));
        relay.Terminate();
        var (exitCode, _, errors) = await relay.End();
        Assert.Equal(0, exitCode);
        Assert.Contains($"127.0.0.1:{port}", errors, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120000)]
    public async Task Close_ById_EndsThatConnectionOnly()
    {
        using var server = TaskServer.Echo();
        using RelayProcess relay = await RelayProcess.Start(_folder, server.Port);
        using NetworkStream first = relay.Connect();
        await relay.Until("open", 1);
        using NetworkStream second = relay.Connect();
        await relay.Until("open", 2);

        Assert.Equal("closing 1", await relay.Ask("close 1"));

        await Assert.ThrowsAnyAsync<IOException>(() => ReadToEndOrThrow(first));
        Assert.Equal("error: there is no connection '1'; see connections", await relay.Ask("close 1"));
        await SendAndEnd(second, "still here"u8.ToArray());
        Assert.Equal("still here", Encoding.ASCII.GetString(await ReadToEnd(second)));
        await relay.Stop();
    }

    [Fact(Timeout = 120000)]
    public async Task Terminate_OpenConnection_MayEndInItsTime()
    {
        using var server = TaskServer.Echo();
        using RelayProcess relay = await RelayProcess.Start(_folder, server.Port, "--grace", "60");
        using NetworkStream client = relay.Connect();
        await relay.Until("open", 1);

        relay.Terminate();
        await relay.ReadUntil("Stopping: 1 connections");

        Assert.Throws<SocketException>(() => relay.Connect().Dispose());
        await SendAndEnd(client, "last words"u8.ToArray());
        Assert.Equal("last words", Encoding.ASCII.GetString(await ReadToEnd(client)));
        var (exitCode, lastLine, errors) = await relay.End();
        Assert.Equal("", errors);
        Assert.Equal(0, exitCode);
        Assert.Equal(1, RelayProcess.CountIn(lastLine, "completed"));
        Assert.Equal(0, RelayProcess.CountIn(lastLine, "open"));
    }

    [Theory(Timeout = 120000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Signal_ConnectionThatStaysOpen_IsCutAfterItsTime(bool byCtrlC)
    {
        using var server = TaskServer.Echo();
        using RelayProcess relay = await RelayProcess.Start(_folder, server.Port, "--grace", "0.1");
        using NetworkStream client = relay.Connect();
        await relay.Until("open", 1);

        if (byCtrlC)
        {
            relay.PressCtrlC();
        }
        else
        {
            relay.Terminate();
        }

        await relay.ReadUntil("Time is up");
        var (exitCode, lastLine, errors) = await relay.End();
        Assert.Equal("", errors);
        Assert.Equal(0, exitCode);
        Assert.Equal(0, RelayProcess.CountIn(lastLine, "open"));
        await Assert.ThrowsAnyAsync<IOException>(() => ReadToEndOrThrow(client));
    }

    [Fact(Timeout = 120000)]
    public async Task Live_PrintsALineEachSecond()
    {
        using var server = TaskServer.Echo();
        using RelayProcess relay = await RelayProcess.Start(_folder, server.Port, "--live");
        using NetworkStream client = relay.Connect();
        await relay.Until("open", 1);
        Assert.Matches(@"^open 1, accepted 1, up [\d.,]+ MB/s, down [\d.,]+ MB/s$", await relay.ReadUntil("open 1"));
    }

    [Theory(Timeout = 120000)]
    [InlineData("--listen is missing.", "--to", "a:1")]
    [InlineData("--to is missing.", "--listen", "a:1")]
    [InlineData("--listen '127.0.0.1' is not HOST:PORT", "--listen", "127.0.0.1", "--to", "a:1")]
    [InlineData("--listen '::1' is not HOST:PORT", "--listen", "::1", "--to", "a:1")]
    [InlineData("--to 'a:0' is not HOST:PORT with a port from 1 to 65535", "--listen", "a:0", "--to", "a:0")]
    [InlineData("--to 'a:65536' is not HOST:PORT", "--listen", "a:0", "--to", "a:65536")]
    [InlineData("--to needs a value", "--listen", "a:0", "--to")]
    [InlineData("--live is there twice", "--live", "--live")]
    [InlineData("Unknown argument '--fast'.", "--fast")]
    [InlineData("--max '0' is not a whole number", "--listen", "a:0", "--to", "a:1", "--max", "0")]
    [InlineData("--idle '-1' is not a number of seconds", "--listen", "a:0", "--to", "a:1", "--idle", "-1")]
    [InlineData("--ca and --insecure are about --tls-to", "--listen", "a:0", "--to", "a:1", "--insecure")]
    [InlineData("--ca and --insecure exclude each other", "--listen", "a:0", "--to", "a:1", "--tls-to", "--insecure", "--ca", "x")]
    [InlineData("--tls-listen and --tls-listen-self-signed exclude", "--listen", "a:0", "--to", "a:1", "--tls-listen", "x", "--tls-listen-self-signed")]
    [InlineData("--tls-listen 'missing.pfx' cannot be used as a PKCS#12 file", "--listen", "a:0", "--to", "a:1", "--tls-listen", "missing.pfx")]
    [InlineData("--ca 'missing.pem' cannot be used", "--listen", "a:0", "--to", "a:1", "--tls-to", "--ca", "missing.pem")]
    [InlineData("--ca 'empty.pem' has no certificate in it", "--listen", "a:0", "--to", "a:1", "--tls-to", "--ca", "empty.pem")]
    public async Task Run_WrongUsage_SaysWhyAndHowAndEndsWithTwo(string message, params string[] arguments)
    {
        _folder.Write("empty.pem", "nothing\n");

        var (exitCode, output, errors) = await SampleProcess.RunOther("Relay", _folder, arguments);

        Assert.StartsWith(message, errors, StringComparison.Ordinal);
        Assert.Contains("Usage: Relay --listen", errors, StringComparison.Ordinal);
        Assert.Equal(2, exitCode);
        Assert.Equal("", output);
    }

    [Fact(Timeout = 120000)]
    public async Task Run_PortInUse_SaysSoAndEndsWithOne()
    {
        using var other = TaskServer.Echo();

        var (exitCode, _, errors) = await SampleProcess.RunOther("Relay", _folder, "--listen", $"127.0.0.1:{other.Port}", "--to", "127.0.0.1:1");

        Assert.Contains($"127.0.0.1:{other.Port}", errors.Replace("', ", ":", StringComparison.Ordinal).Replace(", ", ":", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("Name another port", errors, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);
    }

    private static async Task SendAndEnd(NetworkStream client, byte[] data)
    {
        await client.WriteAsync(data);
        client.Socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task<byte[]> ReadToEnd(NetworkStream client)
    {
        using var all = new MemoryStream();
        await client.CopyToAsync(all);
        return all.ToArray();
    }

    /// <summary>A connection that is cut ends with a reset; where the system makes that an ordinary end, so do we.</summary>
    private static async Task ReadToEndOrThrow(NetworkStream client)
    {
        Assert.Empty(await ReadToEnd(client));
        throw new EndOfStreamException();
    }
}
