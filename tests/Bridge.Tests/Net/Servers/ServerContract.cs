using System.Net;
using System.Net.Sockets;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Rows Z7, Z8 and AG1 to AG6.</summary>
public abstract class ServerContract(ISelector selector) : IoTest(selector)
{
    private readonly List<RecordingProtocol> _served = [];

    [Fact(Timeout = 30000)]
    public void CreateServer_BadArguments_ThrowAtTheCall()
    {
        Func<BaseProtocol> factory = () => new RecordingProtocol();
        Assert.Throws<ArgumentNullException>(() => Loop.CreateServer(null!, "localhost", 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.CreateServer(factory, "localhost", -1));
        Assert.Throws<ArgumentNullException>(() => Loop.CreateServer(factory, (IEnumerable<string?>)null!, 1));
        Assert.Throws<ArgumentException>(() => Loop.CreateServer(factory, [], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.CreateServer(factory, "localhost", 1, new ServerOptions { Backlog = 0 }));
        Assert.Throws<ArgumentNullException>(() => Loop.CreateServer(factory, (Socket)null!));
        using Socket datagram = NewSocket(type: SocketType.Dgram);
        Assert.Contains("stream socket", Assert.Throws<ArgumentException>(() => Loop.CreateServer(factory, datagram)).Message, StringComparison.Ordinal);
        using Socket stream = NewSocket();
        Assert.Throws<ArgumentException>(() => Loop.CreateServer(factory, stream, new ServerOptions { ReusePort = true }));
    }

    [Fact(Timeout = 30000)]
    public void CreateServer_NoHost_BindsAllInterfacesOfBothFamilies() => Run(async Coroutine () =>
    {
        foreach (string? host in (string?[])[null, string.Empty])
        {
            await using Server server = await Loop.CreateServer(Factory, host, 0);
            Assert.Equal(
                Socket.OSSupportsIPv6 ? [IPAddress.Any, IPAddress.IPv6Any] : [IPAddress.Any],
                server.Sockets.Select(static socket => ((IPEndPoint)socket.LocalEndPoint!).Address));
        }

        await using Server only = await Loop.CreateServer(Factory, null, 0, new ServerOptions { Family = AddressFamily.InterNetwork });
        Assert.Equal(AddressFamily.InterNetwork, Assert.Single(only.Sockets).AddressFamily);
    });

    [Fact(Timeout = 30000)]
    public void CreateServer_BothFamiliesOnOnePort_DoNotCollide() => Run(async Coroutine () =>
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "There is no IPv6 here.");
        for (int attempt = 1; ; attempt++)
        {
            await using Server server = await Loop.CreateServer(Factory, "127.0.0.1", 0);
            try
            {
                await using Server all = await Loop.CreateServer(Factory, "::", PortOf(server));
                Assert.Equal(PortOf(server), PortOf(all));
                return;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < 3)
            {
                // Free with IPv4 is not free with IPv6: another test may have it there. Not three times, though.
            }
        }
    });

    [Fact(Timeout = 30000)]
    public void CreateServer_SeveralHosts_BindsEachDistinctAddressOnce() => Run(async Coroutine () =>
    {
        IPEndPoint first = FreeAddress();
        IPAddress second = OperatingSystem.IsLinux() ? OwnLoopback() : IPAddress.Parse("127.0.0.2");
        Loop.Resolver = new ScriptedResolver().With("a", new IPEndPoint(first.Address, 0), new IPEndPoint(second, 0)).With("b", new IPEndPoint(first.Address, 0));
        await using Server server = await Loop.CreateServer(Factory, ["a", "b", second.ToString()], first.Port);
        Assert.Equal([first.Address, second], server.Sockets.Select(static socket => ((IPEndPoint)socket.LocalEndPoint!).Address));
    });

    [Fact(Timeout = 30000)]
    public void CreateServer_AddressInUse_NamesItAndBindsNothing() => Run(async Coroutine () =>
    {
        using Socket other = Listen();
        var address = (IPEndPoint)other.LocalEndPoint!;
        SocketException failure = await Throws<SocketException>(async Coroutine () => await Loop.CreateServer(Factory, ["127.0.0.2", "127.0.0.1"], address.Port));
        Assert.Equal(SocketError.AddressAlreadyInUse, failure.SocketErrorCode);
        Assert.StartsWith($"error while attempting to bind on address {address}: ", failure.Message, StringComparison.Ordinal);
        await using Server free = await Loop.CreateServer(Factory, "127.0.0.2", address.Port);
    });

    [Fact(Timeout = 30000)]
    public void CreateServer_AddressOfAnotherMachine_IsPassedOverUnlessItIsTheOnlyOne() => Run(async Coroutine () =>
    {
        await using (Server server = await Loop.CreateServer(Factory, ["192.0.2.1", "127.0.0.1"], 0))
        {
            Assert.Single(server.Sockets);
        }

        SocketException failure = await Throws<SocketException>(async Coroutine () => await Loop.CreateServer(Factory, "192.0.2.1", 0));
        Assert.Equal(SocketError.AddressNotAvailable, failure.SocketErrorCode);
        Assert.Equal("could not bind on any address out of [192.0.2.1:0]", failure.Message);
    });

    [Fact(Timeout = 30000)]
    public void CreateServer_TwoBoundOneListens_TheSecondIsClosedAndNamesTheAddress() => Run(async Coroutine () =>
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux finds out as late as that.");
        await using Server first = await Loop.CreateServer(Factory, "127.0.0.1", 0, new ServerOptions { StartServing = false });
        await using Server second = await Loop.CreateServer(Factory, "127.0.0.1", PortOf(first), new ServerOptions { StartServing = false });
        await first.StartServing();
        SocketException failure = await Throws<SocketException>(() => second.StartServing());
        Assert.Contains("listen on address 127.0.0.1", failure.Message, StringComparison.Ordinal);
        Assert.Empty(second.Sockets);
    });

    [Fact(Timeout = 30000)]
    public void CreateServer_Options_ReachTheSockets() => Run(async Coroutine () =>
    {
        await using Server server = await Loop.CreateServer(Factory, "127.0.0.1", 0, new ServerOptions { KeepAlive = true });
        TransportSocket socket = server.Sockets[0];
        Assert.NotEqual(0, socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.False(socket.Blocking);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The system has no ReusePort.");
        var shared = new ServerOptions { ReusePort = true };
        await using Server first = await Loop.CreateServer(Factory, "127.0.0.1", 0, shared);
        await using Server second = await Loop.CreateServer(Factory, "127.0.0.1", PortOf(first), shared);
        await Throws<SocketException>(async Coroutine () => await Loop.CreateServer(Factory, "127.0.0.1", PortOf(first), new ServerOptions { ReuseAddress = false }));
    });

    [Fact(Timeout = 30000)]
    public void CreateServer_BoundSocket_IsUsed() => Run(async Coroutine () =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Server server = await Loop.CreateServer(Factory, socket);
        Assert.False(socket.Blocking);
        RecordingProtocol client = await Connect(server);
        client.Transport.Close();
        await client.Lost;
        await server.DisposeAsync();
        Assert.True(socket.SafeHandle.IsClosed);
    });

    [Fact(Timeout = 30000)]
    public void StartServing_Later_ListensFromThenOn() => Run(async Coroutine () =>
    {
        Server server = await Loop.CreateServer(Factory, "127.0.0.1", 0, new ServerOptions { StartServing = false });
        Assert.False(server.IsServing);
        Assert.Same(Loop, server.Loop);
        await Throws<SocketException>(async Coroutine () => await Connect(server));
        await server.StartServing();
        await server.StartServing();
        Assert.True(server.IsServing);
        RecordingProtocol client = await Connect(server);
        client.Transport.Close();
        await server.DisposeAsync();
        Assert.False(server.IsServing);
        await Throws<InvalidOperationException>(() => server.StartServing());
    });

    [Fact(Timeout = 30000)]
    public void Sockets_CannotBeHarmed() => Run(async Coroutine () =>
    {
        await using Server server = await Loop.CreateServer(Factory, "127.0.0.1", 0);
        Assert.Throws<ArgumentException>(() => server.Sockets[0].Blocking = true);
        EndPoint address = server.Sockets[0].LocalEndPoint!;
        Assert.Contains(address.ToString()!, server.ToString(), StringComparison.Ordinal);
        await LoopTask.Yield();
    });

    [Fact(Timeout = 30000)]
    public void AddReader_OnAListeningSocket_IsRefused() => Run(async Coroutine () =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using Server server = await Loop.CreateServer(Factory, socket);
        Assert.Contains("Server", Assert.Throws<InvalidOperationException>(() => Loop.AddReader(socket, () => { })).Message, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public void Close_OpenConnections_StayAndWaitClosedWaitsForThem() => Run(async Coroutine () =>
    {
        Server server = await Loop.CreateServer(Factory, "127.0.0.1", 0);
        EndPoint address = server.Sockets[0].LocalEndPoint!;
        RecordingProtocol client = await Connect(server);
        await Until(() => _served.Count == 1);
        LoopTask early = Loop.CreateTask(server.WaitClosed());
        await LoopTask.Yield();
        server.Close();
        server.Close();
        Assert.Empty(server.Sockets);
        Assert.Contains("closed", server.ToString(), StringComparison.Ordinal);
        await Throws<SocketException>(async Coroutine () => await Loop.CreateConnection(() => new RecordingProtocol(), address));
        LoopTask late = Loop.CreateTask(server.WaitClosed());
        client.Transport.Write("still there"u8);
        await Until(() => _served[0].Text == "still there");
        Assert.False(early.IsDone || late.IsDone);
        client.Transport.Close();
        await early;
        await late;
        await server.WaitClosed();
        Assert.True(_served[0].Lost.IsDone);
    });

    [Fact(Timeout = 30000)]
    public void WaitClosed_Cancelled_LeavesTheServerAlone() => Run(async Coroutine () =>
    {
        Server server = await Loop.CreateServer(Factory, "127.0.0.1", 0);
        LoopTask waiting = Loop.CreateTask(server.WaitClosed());
        await LoopTask.Yield();
        waiting.Cancel();
        Assert.IsType<LoopCanceledException>(await Outcome.Of(waiting), exactMatch: false);
        Assert.True(server.IsServing);
        server.Close();
        await server.WaitClosed();
    });

    [Fact(Timeout = 30000)]
    public void AbortClients_OpenConnections_DropsWhatWaits() => Run(async Coroutine () =>
    {
        await using Server server = await Loop.CreateServer(Factory, "127.0.0.1", 0);
        RecordingProtocol client = await Connect(server);
        await Until(() => _served.Count == 1);
        client.Transport.PauseReading();
        while (_served[0].Transport.WriteBufferSize == 0)
        {
            _served[0].Transport.Write(new byte[100_000]);
        }

        server.CloseClients();
        await LoopTask.Yield();
        Assert.False(_served[0].Lost.IsDone);
        server.AbortClients();
        await _served[0].Lost;
        client.Transport.Abort();
        await client.Lost;
    });

    [Fact(Timeout = 30000)]
    public void ServeForever_Cancelled_ClosesAndWaitsForClients() => Run(async Coroutine () =>
    {
        Server server = await Loop.CreateServer(Factory, "127.0.0.1", 0, new ServerOptions { StartServing = false });
        LoopTask serving = Loop.CreateTask(server.ServeForever());
        await LoopTask.Yield();
        Assert.True(server.IsServing);
        InvalidOperationException second = await Throws<InvalidOperationException>(() => server.ServeForever());
        Assert.Contains("is already being awaited on ServeForever", second.Message, StringComparison.Ordinal);
        RecordingProtocol client = await Connect(server);
        await Until(() => _served.Count == 1);
        serving.Cancel();
        await LoopTask.Yield();
        await LoopTask.Yield();
        Assert.Empty(server.Sockets);
        Assert.False(serving.IsDone);
        client.Transport.Close();
        Assert.IsType<LoopCanceledException>(await Outcome.Of(serving), exactMatch: false);
        Assert.True(serving.IsCancelled);
        InvalidOperationException closed = await Throws<InvalidOperationException>(() => server.ServeForever());
        Assert.Contains("is closed", closed.Message, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public void ServeForever_ServerClosed_EndsAsCancelled() => Run(async Coroutine () =>
    {
        Server server = await Loop.CreateServer(Factory, "127.0.0.1", 0);
        LoopTask serving = Loop.CreateTask(server.ServeForever());
        await LoopTask.Yield();
        server.Close();
        Assert.IsType<LoopCanceledException>(await Outcome.Of(serving), exactMatch: false);
    });

    [Fact(Timeout = 30000)]
    public void ServeForever_TokenOfAnotherThread_EndsIt() => Run(async Coroutine () =>
    {
        using var source = new CancellationTokenSource();
        Server server = await Loop.CreateServer(Factory, "127.0.0.1", 0);
        LoopTask serving = Loop.CreateTask(server.ServeForever(source.Token));
        await LoopTask.Yield();
        OtherThread.Run(source.Cancel);
        OperationCanceledException failure = Assert.IsType<LoopCanceledException>(await Outcome.Of(serving), exactMatch: false);
        Assert.Equal(source.Token, failure.CancellationToken);
        Assert.Empty(server.Sockets);
    });

    [Fact(Timeout = 30000)]
    public void DisposeAsync_InACancelledTask_DoesNotHang() => Run(async Coroutine () =>
    {
        Server? made = null;
        async Coroutine Body()
        {
            await using Server server = made = await Loop.CreateServer(Factory, "127.0.0.1", 0);
            await LoopTask.Sleep(TimeSpan.Zero);
        }

        LoopTask body = Loop.CreateTask(Body());
        await Until(() => made is not null);
        RecordingProtocol? client = made!.IsServing ? await Connect(made) : null;
        await Until(() => made.Sockets.Count == 0);
        body.Cancel();
        await Outcome.Of(body);
        Assert.True(body.IsDone);
        client?.Transport.Abort();
        await Until(() => _served.TrueForAll(static protocol => protocol.Lost.IsDone));
        await ((IAsyncDisposable)made).DisposeAsync();
    });

    [Fact(Timeout = 30000)]
    public void Factory_Throws_IsReportedAndServingGoesOn() => Run(async Coroutine () =>
    {
        int made = 0;
        await using Server server = await Loop.CreateServer(() => ++made == 1 ? throw new FormatException("factory") : Factory(), "127.0.0.1", 0);
        RecordingProtocol refused = await Connect(server);
        await refused.Lost;
        LoopErrorContext report = TakeReport();
        Assert.StartsWith("Error on transport creation for incoming connection", report.Message, StringComparison.Ordinal);
        Assert.Equal("factory", report.Exception!.Message);
        RecordingProtocol accepted = await Connect(server);
        await Until(() => _served.Count == 1);
        accepted.Transport.Close();
        await accepted.Lost;
    });

    [Fact(Timeout = 30000)]
    public void Factory_ClosesTheServer_AcceptsNoMore() => Run(async Coroutine () =>
    {
        Server? server = null;
        server = await Loop.CreateServer(() =>
        {
            server!.Close();
            return Factory();
        }, "127.0.0.1", 0);
        EndPoint address = server.Sockets[0].LocalEndPoint!;
        using Socket first = ConnectBlocking(address);
        using Socket second = ConnectBlocking(address);
        await Until(() => _served.Count == 1);
        first.Dispose();
        await server.WaitClosed();
        Assert.Single(_served);
    });

    [Fact(Timeout = 30000)]
    public void Accept_ManyWaiting_AreTakenInOneTurn() => Run(async Coroutine () =>
    {
        Server server = await Loop.CreateServer(Factory, "127.0.0.1", 0, new ServerOptions { StartServing = false, Backlog = 20 });
        await server.StartServing();
        List<Socket> sockets = [.. Enumerable.Range(0, 20).Select(_ => ConnectBlocking(server.Sockets[0].LocalEndPoint!))];

        Assert.Empty(_served);

        // Each turn takes all that the system has put into the queue by then; that may be a few turns in all, but not one for each.
        int turns = 0;
        for (int before = 0; before < 20; before = _served.Count)
        {
            await LoopTask.Yield();
            turns += _served.Count > before ? 1 : 0;
        }

        Assert.Equal(20, _served.Count);
        Assert.InRange(turns, 1, 5);
        sockets.ForEach(static socket => socket.Dispose());
        await server.DisposeAsync();
    });

    [Fact(Timeout = 30000)]
    public void Accept_PeerGoneBefore_ServesOn() => Run(async Coroutine () =>
    {
        await using Server server = await Loop.CreateServer(Factory, "127.0.0.1", 0);
        Socket gone = ConnectBlocking(server.Sockets[0].LocalEndPoint!);
        gone.LingerState = new LingerOption(true, 0);
        gone.Dispose();
        RecordingProtocol client = await Connect(server);
        await Until(() => _served.Count > 0 && _served[^1].Transport is not null);
        client.Transport.Close();
        await client.Lost;
    });

    [Fact(Timeout = 30000)]
    public void Loop_ClosedFirst_ClosesTheServerQuietly()
    {
        Server? server = null;
        Run(async Coroutine () => server = await Loop.CreateServer(Factory, "127.0.0.1", 0));
        Loop.Close();
        Assert.Empty(server!.Sockets);
        Assert.False(server.IsServing);
        server.Close();
    }

    /// <summary>Connected before the loop turns again; the server's system does its part without it.</summary>
    private static Socket ConnectBlocking(EndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(address);
        return socket;
    }

    private static int PortOf(Server server) => ((IPEndPoint)server.Sockets[0].LocalEndPoint!).Port;

    private RecordingProtocol Factory() => ConnectionContract.Kept(_served, new RecordingProtocol());

    private async Coroutine<RecordingProtocol> Connect(Server server)
        => (await Loop.CreateConnection(() => new RecordingProtocol(), server.Sockets[0].LocalEndPoint!)).Protocol;
}

/// <summary>On epoll.</summary>
public sealed class EpollServerTests() : ServerContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollServerTests() : ServerContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectServerTests() : ServerContract(new SelectSelector());
