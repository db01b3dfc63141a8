using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net.Streams;

/// <summary>Rows AH1 and AH2 over real connections, and what they cost.</summary>
[Collection(nameof(MemoryCollection))]
public abstract class StreamConnectionContract(ISelector selector) : IoTest(selector)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60000)]
    public void StartServer_Coroutine_ServesManyClientsAtOnce() => Run(async Coroutine () =>
    {
        await using Server server = await Loop.StartServer(Echo, "127.0.0.1", 0);
        LoopTask[] clients = [.. Enumerable.Range(0, 20).Select(number => Loop.CreateTask(Talk(server, number)))];
        foreach (LoopTask client in clients)
        {
            await client;
        }
    });

    [Fact(Timeout = 60000)]
    public void OpenConnection_EachForm_TalksWithTheServer() => Run(async Coroutine () =>
    {
        await using Server server = await Loop.StartServer(Echo, ["127.0.0.1"], 0);
        EndPoint address = server.Sockets[0].LocalEndPoint!;
        Socket socket = NewSocket();
        await Loop.SockConnect(socket, address);
        foreach (LoopStream stream in new[] { await Connect(server), await Loop.OpenConnection(address, limit: 5), await Loop.OpenConnection(socket) })
        {
            await using LoopStream client = stream;
            client.Writer.Write("hi\n"u8);
            Assert.Equal("hi\n", Encoding.UTF8.GetString(await client.Reader.ReadLineAsync()));
        }
    });

    [Fact(Timeout = 60000)]
    public void OpenUnixConnection_ToAUnixServer_TalksWithIt()
    {
        Assert.SkipUnless(Socket.OSSupportsUnixDomainSockets && !OperatingSystem.IsWindows(), "No Unix-domain sockets here.");
        string path = Path.Combine(Path.GetTempPath(), $"bridge-{Guid.NewGuid():N}.sock");
        Run(async Coroutine () =>
        {
            int served = 0;
            await using (Server server = await Loop.StartUnixServer(Echo, path))
            await using (LoopStream client = await Loop.OpenUnixConnection(path, limit: 100))
            {
                Assert.Equal(100, client.Reader.Limit);
                client.Writer.Write("hi\n"u8);
                Assert.Equal("hi\n", Encoding.UTF8.GetString(await client.Reader.ReadLineAsync()));
            }

            await using (Server server = await Loop.StartUnixServer(stream => { served++; stream.Writer.Close(); }, path))
            await using (LoopStream client = await Loop.OpenUnixConnection(path))
            {
                Assert.Empty(await client.Reader.ReadAsync(-1));
            }

            Assert.Equal(1, served);
        });
        Assert.False(File.Exists(path));
    }

    [Fact(Timeout = 60000)]
    public void OpenConnection_NobodyListens_ThrowsTheSystemsError() => Run(async Coroutine () =>
    {
        using Socket nobody = BindOnly();
        var thrown = await Throws<SocketException>(async Coroutine () => await Loop.OpenConnection(nobody.LocalEndPoint!));
        Assert.Equal(SocketError.ConnectionRefused, thrown.SocketErrorCode);
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = Loop.OpenConnection("127.0.0.1", 1, limit: 0); });
    });

    [Fact(Timeout = 60000)]
    public void StartServer_PlainFunction_GetsTheStream() => Run(async Coroutine () =>
    {
        LoopFuture<LoopStream> accepted = Loop.CreateFuture<LoopStream>();
        await using Server server = await Loop.StartServer(stream => accepted.SetResult(stream), Listen());
        await using LoopStream client = await Connect(server);
        await using LoopStream served = await accepted;
        Assert.Equal(client.LocalEndPoint, served.RemoteEndPoint);
        served.Writer.Write("hello\n"u8);
        Assert.Equal("hello\n", Encoding.UTF8.GetString(await client.Reader.ReadLineAsync()));
    });

    [Fact(Timeout = 60000)]
    public void StartServer_HandlerThrows_IsReportedAndTheConnectionCloses() => Run(async Coroutine () =>
    {
        await using Server server = await Loop.StartServer(async Coroutine (stream) => throw new InvalidDataException((await stream.Reader.ReadLineAsync()).Length.ToString(System.Globalization.CultureInfo.InvariantCulture)), "127.0.0.1", 0);
        await using LoopStream client = await Connect(server);
        client.Writer.Write("abc\n"u8);
        Assert.Empty(await client.Reader.ReadAsync(-1));
        Assert.Equal("4", TakeReport().Exception!.Message);
    });

    [Fact]
    public void StartServer_BadArguments_Throws()
    {
        Assert.Throws<ArgumentNullException>(() => { _ = Loop.StartServer((Func<LoopStream, Coroutine>)null!, null, 0); });
        Assert.Throws<ArgumentNullException>(() => { _ = Loop.StartServer((Action<LoopStream>)null!, null, 0); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = Loop.StartServer(Echo, null, 0, limit: 0); });
    }

    [Fact(Timeout = 60000)]
    public void Bulk_BothWaysAtOnce_ArrivesWhole() => Run(async Coroutine () =>
    {
        const int Size = 8 * 1024 * 1024;
        byte[] sent = new byte[Size];
        new Random(6).NextBytes(sent);
        await using Server server = await Loop.StartServer(Echo, "127.0.0.1", 0);
        await using LoopStream client = await Connect(server);
        LoopTask sending = Loop.CreateTask(Send(client, sent));
        byte[] got = await client.Reader.ReadExactlyAsync(Size);
        Assert.Equal(sent, got);
        await sending;
        Assert.Empty(await client.Reader.ReadAsync(-1));

        static async Coroutine Send(LoopStream client, byte[] sent)
        {
            for (int start = 0; start < sent.Length; start += 50_000)
            {
                client.Writer.Write(sent.AsSpan(start, Math.Min(50_000, sent.Length - start)));
                await client.Writer.DrainAsync();
            }

            client.Writer.WriteEof();
        }
    });

    [Fact(Timeout = 60000)]
    public void Drain_ReaderIsSlow_KeepsWhatWaitsUnderTheHighWaterMark() => Run(async Coroutine () =>
    {
        long total = Loop.SelectorName == "epoll" ? 1L << 30 : 1L << 26;
        const int Piece = 256 * 1024;
        LoopFuture<LoopStream> accepted = Loop.CreateFuture<LoopStream>();
        await using Server server = await Loop.StartServer(stream => accepted.SetResult(stream), Listen());
        using Socket reader = NewSocket();
        await Loop.SockConnect(reader, server.Sockets[0].LocalEndPoint!);
        await using LoopStream stream = await accepted;
        int most = 0;
        LoopTask writing = Loop.CreateTask(Write());
        var buffer = new byte[64 * 1024];
        long received = 0;
        while (await Loop.SockReceive(reader, buffer) is > 0 and var count)
        {
            received += count;
        }

        await writing;
        Assert.Equal(total, received);
        Assert.InRange(most, 1, (64 * 1024) + Piece);

        async Coroutine Write()
        {
            var piece = new byte[Piece];
            for (long written = 0; written < total; written += Piece)
            {
                stream.Writer.Write(piece);
                most = Math.Max(most, ((Transport)stream.Writer.Transport).WriteBufferSize);
                await stream.Writer.DrainAsync();
            }

            stream.Writer.WriteEof();
        }
    });

    [Fact(Timeout = 60000)]
    public void PeerResets_ReadAndDrainThrowIt() => Run(async Coroutine () =>
    {
        LoopFuture<LoopStream> accepted = Loop.CreateFuture<LoopStream>();
        await using Server server = await Loop.StartServer(stream => accepted.SetResult(stream), Listen());
        using Socket client = NewSocket();
        await Loop.SockConnect(client, server.Sockets[0].LocalEndPoint!);
        LoopStream served = await accepted;
        client.LingerState = new LingerOption(true, 0);
        client.Close();
        var thrown = await Throws<SocketException>(async Coroutine () => await served.Reader.ReadAsync(1));
        Assert.Equal(SocketError.ConnectionReset, thrown.SocketErrorCode);
        Assert.Same(thrown, await Throws<SocketException>(async Coroutine () => await served.Writer.DrainAsync()));
        await served.DisposeAsync();
    });

    [Fact(Timeout = 60000)]
    public void AsStream_SslStreamOverIt_EncryptsBothWays() => Run(async Coroutine () =>
    {
        using X509Certificate2 certificate = MakeCertificate();
        LoopFuture<bool> served = Loop.CreateFuture<bool>();
        await using Server server = await Loop.StartServer(
            async Coroutine (stream) =>
            {
                await using (var tls = new SslStream(stream.AsStream()))
                {
                    await tls.AuthenticateAsServerAsync(certificate);
                    using var reader = new StreamReader(tls, leaveOpen: true);
                    string? line = await reader.ReadLineAsync(Token);
                    await tls.WriteAsync(Encoding.UTF8.GetBytes($"{line}!\n"), Token);
                }

                // Nothing is left to wait for: the loop may close.
                served.SetResult(true);
            },
            "127.0.0.1",
            0);
        LoopStream client = await Connect(server);
        await using var tls = new SslStream(client.AsStream(), false, (_, offered, _, _) => offered!.GetCertHashString() == certificate.GetCertHashString());
        await tls.AuthenticateAsClientAsync("test");
        await tls.WriteAsync("secret\n"u8.ToArray(), Token);
        using var reader = new StreamReader(tls, leaveOpen: true);
        Assert.Equal("secret!", await reader.ReadLineAsync(Token));
        await served;
    });

    [Fact(Timeout = 60000)]
    public void Requests_InSteadyState_AllocateNothing()
    {
        StreamAllocationTests.SkipUnlessOptimized();
        Assert.SkipWhen(Loop.SelectorName == "select", "Socket.Select makes lists.");
        long bytes = -1;
        const int Rounds = 2000;
        Run(async Coroutine () =>
        {
            LoopFuture<LoopStream> accepted = Loop.CreateFuture<LoopStream>();
            await using Server server = await Loop.StartServer(stream => accepted.SetResult(stream), Listen());
            using Socket client = NewSocket();
            await Loop.SockConnect(client, server.Sockets[0].LocalEndPoint!);
            client.Blocking = true;
            await using LoopStream served = await accepted;
            byte[] room = new byte[1024];
            byte[] request = new byte[1024];
            for (int warm = 0; warm < 3; warm++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < Rounds; i++)
                {
                    client.Send(request);
                    await served.Reader.ReadExactlyAsync(room);
                    served.Writer.Write(room);
                    await served.Writer.DrainAsync();
                    client.Receive(request);
                }

                bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            }
        });
        Assert.Equal(0, bytes);
    }

    [Fact(Timeout = 60000)]
    public void IdleConnection_CostsAtMostAKibibyteInAll()
    {
        const int Connections = 200;
        long each = -1;
        Run(async Coroutine () =>
        {
            var streams = new List<LoopStream>(2 * Connections);
            Socket first = Listen(backlog: Connections);
            Socket second = Listen(backlog: Connections);
            List<Socket> clients = [.. await ConnectClients(first, Connections), .. await ConnectClients(second, Connections)];
            await using Server warm = await Loop.StartServer(streams.Add, first);
            await Accepted(streams, Connections);
            long before = GC.GetTotalMemory(true);
            await using Server server = await Loop.StartServer(streams.Add, second);
            await Accepted(streams, 2 * Connections);
            each = (GC.GetTotalMemory(true) - before) / Connections;
            streams.ForEach(stream => stream.Writer.Close());
            clients.ForEach(client => client.Dispose());
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{each} bytes");

        // Socket.Select takes sockets, so there each handle needs one.
        Assert.InRange(each, 300, Loop.SelectorName == "select" ? 1280 : 1024);
    }

    private static async Coroutine Accepted(List<LoopStream> streams, int count)
    {
        while (streams.Count < count)
        {
            await LoopTask.Sleep(TimeSpan.FromMilliseconds(1));
        }

        await LoopTask.Yield();
    }

    private async Coroutine<List<Socket>> ConnectClients(Socket listener, int count)
    {
        var clients = new List<Socket>(count);
        for (int i = 0; i < count; i++)
        {
            clients.Add(NewSocket());
            await Loop.SockConnect(clients[i], listener.LocalEndPoint!);
        }

        return clients;
    }

    private static async Coroutine Echo(LoopStream stream)
    {
        await using (stream)
        {
            byte[] buffer = new byte[20_000];
            while (await stream.Reader.ReadAsync(buffer) is var count and > 0)
            {
                stream.Writer.Write(buffer.AsSpan(0, count));
                await stream.Writer.DrainAsync();
            }
        }
    }

    private async Coroutine Talk(Server server, int number)
    {
        await using LoopStream stream = await Connect(server);
        for (int round = 0; round < 20; round++)
        {
            byte[] line = Encoding.UTF8.GetBytes($"client {number} round {round}\n");
            stream.Writer.Write(line);
            await stream.Writer.DrainAsync();
            Assert.Equal(line, await stream.Reader.ReadLineAsync());
        }
    }

    private async Coroutine<LoopStream> Connect(Server server)
    {
        var address = (IPEndPoint)server.Sockets[0].LocalEndPoint!;
        return await Loop.OpenConnection(address.Address.ToString(), address.Port);
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollStreamConnectionTests() : StreamConnectionContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollStreamConnectionTests() : StreamConnectionContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectStreamConnectionTests() : StreamConnectionContract(new SelectSelector());
