using System.Net;
using System.Net.Sockets;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Rows Y1 to Y7, on each selector.</summary>
public abstract class SocketOperationContract(ISelector selector) : IoTest(selector)
{
    [Theory(Timeout = 30000)]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public void ClientOperations_OverLoopback_TalkToEachOther(AddressFamily family) => Run(async Coroutine () =>
    {
        using Socket listener = Listen(family);
        using Socket client = NewSocket(family);
        LoopTask<Socket> accepting = Loop.CreateTask(Loop.SockAccept(listener));
        await Loop.SockConnect(client, listener.LocalEndPoint!);
        using Socket server = await accepting;
        Assert.False(server.Blocking);
        Assert.Equal(client.LocalEndPoint, server.RemoteEndPoint);
        Assert.True(client.Connected);

        Assert.Equal(5, await Loop.SockSendAll(client, "hello"u8.ToArray()));
        var buffer = new byte[100];
        Assert.Equal(5, await Loop.SockReceive(server, buffer));
        Assert.Equal("hello"u8.ToArray(), buffer[..5]);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await Loop.SockReceive(server, buffer));
        Assert.Equal(0, await Loop.SockReceive(server, buffer));
    });

    [Fact(Timeout = 30000)]
    public void ClientOperations_OverUnixDomain_TalkToEachOther() => Run(async Coroutine () =>
    {
        string path = Path.Combine(Path.GetTempPath(), $"b{Guid.NewGuid():N}"[..20]);
        using Socket listener = NewSocket(AddressFamily.Unix);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using Socket client = NewSocket(AddressFamily.Unix);
        await Loop.SockConnect(client, new UnixDomainSocketEndPoint(path));
        using Socket server = await Loop.SockAccept(listener);
        LoopTask<int> sending = Loop.CreateTask(Loop.SockSendAll(client, new byte[300_000]));
        int received = 0;
        var buffer = new byte[7000];
        while (received < 300_000)
        {
            received += await Loop.SockReceive(server, buffer);
        }

        Assert.Equal(300_000, await sending);
        File.Delete(path);
    });

    [Fact(Timeout = 30000)]
    public void SockSendAll_HugeContent_ArrivesWhole() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        var data = new byte[3 * 1024 * 1024 + 17];
        new Random(7).NextBytes(data);
        LoopTask<int> sending = Loop.CreateTask(Loop.SockSendAll(pair.Client, data));
        var received = new byte[data.Length];
        for (int done = 0; done < received.Length;)
        {
            done += await Loop.SockReceive(pair.Server, received.AsMemory(done));
        }

        Assert.Equal(data.Length, await sending);
        Assert.True(data.AsSpan().SequenceEqual(received));
    });

    [Fact(Timeout = 30000)]
    public void SockSendAll_SeveralAtOnce_AreSentOneAfterTheOther() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        const int Each = 1024 * 1024;
        byte[][] pieces = [.. Enumerable.Range(1, 3).Select(i => Enumerable.Repeat((byte)i, Each).ToArray())];
        LoopTask<int>[] sending = [.. pieces.Select(piece => Loop.CreateTask(Loop.SockSendAll(pair.Client, piece)))];
        var received = new byte[3 * Each];
        for (int done = 0; done < received.Length;)
        {
            done += await Loop.SockReceive(pair.Server, received.AsMemory(done));
        }

        await LoopTask.Gather(sending);
        byte[] expected = [.. pieces[0], .. pieces[1], .. pieces[2]];
        Assert.True(expected.AsSpan().SequenceEqual(received));
    });

    [Fact(Timeout = 30000)]
    public void SockReceive_SeveralAtOnce_AreServedInOrder() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        byte[][] buffers = [new byte[1], new byte[1], new byte[1]];
        LoopTask<int>[] receiving = [.. buffers.Select(buffer => Loop.CreateTask(Loop.SockReceive(pair.Server, buffer)))];
        await LoopTask.Yield();
        await Loop.SockSendAll(pair.Client, new byte[] { 1, 2, 3 });
        await LoopTask.Gather(receiving);
        Assert.Equal([1, 2, 3], buffers.Select(buffer => buffer[0]));
    });

    [Fact(Timeout = 30000)]
    public void SockReceive_Cancelled_TakesNothing() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        var buffer = new byte[10];
        LoopTask<int> receiving = Loop.CreateTask(Loop.SockReceive(pair.Server, buffer));
        await LoopTask.Yield();
        await LoopTask.Yield();
        receiving.Cancel("enough");
        Assert.Equal("enough", (await Throws<LoopCanceledException>(async Coroutine () => await receiving)).CancelMessage);
        pair.WriteToServer();
        Assert.Equal(1, await Loop.SockReceive(pair.Server, buffer));
    });

    [Fact(Timeout = 30000)]
    public void SockReceive_CancelledInTheMiddleOfTheQueue_LeavesTheOthers() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        byte[][] buffers = [new byte[1], new byte[1], new byte[1]];
        LoopTask<int>[] receiving = [.. buffers.Select(buffer => Loop.CreateTask(Loop.SockReceive(pair.Server, buffer)))];
        await LoopTask.Yield();
        await LoopTask.Yield();
        receiving[1].Cancel();
        await Loop.SockSendAll(pair.Client, new byte[] { 1, 2 });
        await receiving[0];
        await receiving[2];
        Assert.True(receiving[1].IsCancelled);
        Assert.Equal([1, 0, 2], buffers.Select(buffer => buffer[0]));
    });

    [Fact(Timeout = 30000)]
    public void SockReceive_PeerResets_Throws() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        LoopTask<int> receiving = Loop.CreateTask(Loop.SockReceive(pair.Server, new byte[10]));
        await LoopTask.Yield();
        pair.Client.LingerState = new LingerOption(true, 0);
        pair.Client.Close();
        SocketException exception = await Throws<SocketException>(async Coroutine () => await receiving);
        Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
    });

    [Fact(Timeout = 30000)]
    public void SockSendAll_PeerResets_Throws() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        LoopTask<int> sending = Loop.CreateTask(Loop.SockSendAll(pair.Client, new byte[16 * 1024 * 1024]));
        await LoopTask.Yield();
        await LoopTask.Yield();
        Assert.False(sending.IsDone);
        pair.Server.LingerState = new LingerOption(true, 0);
        pair.Server.Close();
        SocketException exception = await Throws<SocketException>(async Coroutine () => await sending);
        Assert.True(exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown);
    });

    [Fact(Timeout = 30000)]
    public void Socket_ClosedUnderAPendingOperation_FailsThatOneOnly() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        using var other = new SocketPair();
        LoopTask<int> receiving = Loop.CreateTask(Loop.SockReceive(pair.Server, new byte[10]));
        LoopTask<int> unharmed = Loop.CreateTask(Loop.SockReceive(other.Server, new byte[10]));
        await LoopTask.Yield();
        pair.Server.Dispose();

        // Takes the number over, most likely.
        using var reuse = new SocketPair();
        LoopTask<int> reusing = Loop.CreateTask(Loop.SockReceive(reuse.Server, new byte[10]));
        SocketException exception = await Throws<SocketException>(async Coroutine () => await receiving);
        Assert.Equal(SocketError.OperationAborted, exception.SocketErrorCode);
        other.WriteToServer();
        reuse.WriteToServer();
        Assert.Equal(1, await unharmed);
        Assert.Equal(1, await reusing);
    });

    [Fact(Timeout = 30000)]
    public void SockConnect_Refused_ThrowsNamingTheAddress() => Run(async Coroutine () =>
    {
        using Socket taken = NewSocket();
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using Socket client = NewSocket();
        SocketException exception = await Throws<SocketException>(() => Loop.SockConnect(client, taken.LocalEndPoint!));
        Assert.Equal(SocketError.ConnectionRefused, exception.SocketErrorCode);
        Assert.Contains($"Connect call failed {taken.LocalEndPoint}", exception.Message, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public void SockConnect_ByName_ResolvesForTheSocketsFamily() => Run(async Coroutine () =>
    {
        using Socket listener = Listen();
        using Socket client = NewSocket();
        await Loop.SockConnect(client, new DnsEndPoint("localhost", ((IPEndPoint)listener.LocalEndPoint!).Port));
        Assert.Equal(listener.LocalEndPoint, client.RemoteEndPoint);
    });

    [Fact(Timeout = 30000)]
    public void SockConnect_CancelledWhileConnecting_LetsTheSocketBeUsedAgain() => Run(async Coroutine () =>
    {
        // A full queue: the next connection is neither taken nor refused.
        using Socket listener = Listen(backlog: 0);
        var fillers = new List<Socket>();
        LoopTask? hanging = null;
        while (hanging is null)
        {
            Socket socket = NewSocket();
            fillers.Add(socket);
            LoopTask connecting = Loop.CreateTask(Loop.SockConnect(socket, listener.LocalEndPoint!));
            await LoopTask.Sleep(TimeSpan.FromMilliseconds(20));
            hanging = connecting.IsDone ? null : connecting;
        }

        hanging.Cancel();
        await Throws<LoopCanceledException>(async Coroutine () => await hanging);
        fillers.ForEach(socket => socket.Dispose());
    });

    [Fact(Timeout = 30000)]
    public void SockAccept_Cancelled_LosesNoConnection() => Run(async Coroutine () =>
    {
        using Socket listener = Listen();
        LoopTask<Socket> accepting = Loop.CreateTask(Loop.SockAccept(listener));
        await LoopTask.Yield();
        accepting.Cancel();
        await Throws<LoopCanceledException>(async Coroutine () => await accepting);
        using Socket client = NewSocket();
        await Loop.SockConnect(client, listener.LocalEndPoint!);
        using Socket server = await Loop.SockAccept(listener);
        Assert.Equal(client.LocalEndPoint, server.RemoteEndPoint);
    });

    [Fact(Timeout = 30000)]
    public void SockAccept_PeerResetsMeanwhile_ReceivingSaysSoAndTheNextIsTaken() => Run(async Coroutine () =>
    {
        using Socket listener = Listen();
        using Socket gone = NewSocket();
        await Loop.SockConnect(gone, listener.LocalEndPoint!);
        gone.LingerState = new LingerOption(true, 0);
        gone.Close();
        using Socket client = NewSocket();
        await Loop.SockConnect(client, listener.LocalEndPoint!);
        using Socket first = await Loop.SockAccept(listener);

        // Linux hands the dead connection out, other systems pass over it.
        if (OperatingSystem.IsLinux())
        {
            SocketException exception = await Throws<SocketException>(async Coroutine () => await Loop.SockReceive(first, new byte[1]));
            Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
            using Socket second = await Loop.SockAccept(listener);
            Assert.Equal(client.LocalEndPoint, second.RemoteEndPoint);
        }
    });

    [Fact(Timeout = 30000)]
    public void SockAccept_OnASocketThatDoesNotListen_ThrowsWithTheRemedy() => Run(async Coroutine () =>
    {
        using Socket socket = NewSocket();
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        SocketException exception = await Throws<SocketException>(async Coroutine () => await Loop.SockAccept(socket));
        Assert.Contains("Call Bind and Listen", exception.Message, StringComparison.Ordinal);
    });

    [Theory(Timeout = 30000)]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public void Datagrams_WithAddresses_GoBothWays(AddressFamily family) => Run(async Coroutine () =>
    {
        using Socket one = NewSocket(family, SocketType.Dgram);
        using Socket two = NewSocket(family, SocketType.Dgram);
        IPAddress loopback = family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback;
        one.Bind(new IPEndPoint(loopback, 0));
        two.Bind(new IPEndPoint(loopback, 0));
        var buffer = new byte[100];
        LoopTask<SocketReceiveFromResult> receiving = Loop.CreateTask(Loop.SockReceiveFrom(two, buffer));
        await LoopTask.Yield();
        Assert.Equal(3, await Loop.SockSendTo(one, new byte[] { 1, 2, 3 }, two.LocalEndPoint!));
        SocketReceiveFromResult result = await receiving;
        Assert.Equal(3, result.ReceivedBytes);
        Assert.Equal(one.LocalEndPoint, result.RemoteEndPoint);

        Assert.Equal(0, await Loop.SockSendTo(two, ReadOnlyMemory<byte>.Empty, one.LocalEndPoint!));
        Assert.Equal(0, (await Loop.SockReceiveFrom(one, buffer)).ReceivedBytes);
    });

    [Fact(Timeout = 30000)]
    public void Operations_FromAnAsyncTaskMethod_Work()
    {
        Run(async Coroutine () => await Receive());

        async Task Receive()
        {
            using var pair = new SocketPair();
            Task sending = SendLater(pair);
            Assert.Equal(1, await Loop.SockReceive(pair.Server, new byte[10]));
            Assert.Same(Loop, EventLoop.Running);
            await sending;
        }

        async Task SendLater(SocketPair pair)
        {
            await Task.Yield();
            await Loop.SockSendAll(pair.Client, new byte[1]);
        }
    }

    [Fact(Timeout = 30000)]
    public void Operations_InCombinators_Work() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        var buffer = new byte[10];
        await Throws<TimeoutException>(async Coroutine () => await LoopTask.WaitFor(Loop.SockReceive(pair.Server, buffer).AsCoroutine(), TimeSpan.FromMilliseconds(1)));
        (int First, int Second) counts = await LoopTask.Gather(Loop.SockReceive(pair.Server, buffer).AsCoroutine(), Loop.SockSendAll(pair.Client, new byte[4]).AsCoroutine());
        Assert.Equal((4, 4), counts);
    });

    [Fact(Timeout = 30000)]
    public void Operation_OnABlockingSocket_IsRefusedWithTheRemedy() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        pair.Server.Blocking = true;
        ArgumentException exception = Assert.Throws<ArgumentException>(() => Loop.SockReceive(pair.Server, new byte[1]));
        Assert.Contains("socket.Blocking = false", exception.Message, StringComparison.Ordinal);
        await LoopTask.Yield();
    });

    [Fact(Timeout = 30000)]
    public void Operation_OnAClosedSocket_ThrowsAtTheCall()
    {
        using var open = new SocketPair();
        var pair = new SocketPair();
        pair.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Loop.SockSendAll(pair.Server, new byte[1]));
        Assert.Throws<ArgumentNullException>(() => Loop.SockReceive(null!, new byte[1]));
        Assert.Throws<ArgumentNullException>(() => Loop.SockConnect(open.Client, null!));
    }

    [Fact(Timeout = 30000)]
    public void Operation_BesideACallback_IsRefusedBothWays() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        Loop.AddReader(pair.Server, () => { });
        await Throws<InvalidOperationException>(async Coroutine () => await Loop.SockReceive(pair.Server, new byte[1]));
        Loop.RemoveReader(pair.Server);
        LoopTask<int> receiving = Loop.CreateTask(Loop.SockReceive(pair.Server, new byte[1]));
        await LoopTask.Yield();
        Assert.Throws<InvalidOperationException>(() => Loop.AddReader(pair.Server, () => { }));
        pair.WriteToServer();
        Assert.Equal(1, await receiving);
    });

    [Fact(Timeout = 30000)]
    public void Interest_AfterAReceive_RestsUntilSomethingComesUnasked() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        LoopTask<int> receiving = Loop.CreateTask(Loop.SockReceive(pair.Server, new byte[1]));
        await LoopTask.Yield();
        pair.WriteToServer();
        await receiving;
        Assert.Equal(SelectorEvents.Read, Assert.Single(Selector.Keys).Events);
        pair.WriteToServer();
        await LoopTask.Sleep(TimeSpan.FromMilliseconds(1));
        Assert.Empty(Selector.Keys);
        Assert.Equal(1, await Loop.SockReceive(pair.Server, new byte[1]));
    });

    [Fact(Timeout = 30000)]
    public void SockReceive_AfterOneThatTookAll_FindsWhatCameMeanwhile() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        var buffer = new byte[10];
        for (int i = 0; i < 3; i++)
        {
            LoopTask<int> receiving = Loop.CreateTask(Loop.SockReceive(pair.Server, buffer));
            await LoopTask.Yield();
            pair.WriteToServer();
            Assert.Equal(1, await receiving);

            // Nothing is left, so the next one waits rather than tries; what comes before it does must not be missed.
            pair.WriteToServer();
            Assert.Equal(1, await Loop.SockReceive(pair.Server, buffer));
        }

        LoopTask<int> last = Loop.CreateTask(Loop.SockReceive(pair.Server, buffer));
        await LoopTask.Yield();
        pair.WriteToServer();
        Assert.Equal(1, await last);
        pair.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await Loop.SockReceive(pair.Server, buffer));
        Assert.Equal(0, await Loop.SockReceive(pair.Server, buffer));
    });

    [Fact(Timeout = 30000)]
    public void Operations_InSteadyState_AllocateNothing()
    {
        Assert.SkipWhen(
            typeof(EventLoop).Assembly.GetCustomAttributes(typeof(System.Diagnostics.DebuggableAttribute), false) is [System.Diagnostics.DebuggableAttribute { IsJITOptimizerDisabled: true }],
            "Unoptimized code boxes awaiters for a type test that vanishes otherwise.");
        Assert.SkipWhen(Loop.SelectorName == "select", "Socket.Select makes lists.");
        Run(async Coroutine () =>
        {
            using var pair = new SocketPair();
            var request = new byte[64];
            var buffer = new byte[64];
            LoopTask echo = Loop.CreateTask(Echo(pair.Server));
            long before = 0;
            for (int i = 0; i < 3000; i++)
            {
                before = i == 1000 ? GC.GetAllocatedBytesForCurrentThread() : before;
                await Loop.SockSendAll(pair.Client, request);
                await Loop.SockReceive(pair.Client, buffer);
            }

            long after = GC.GetAllocatedBytesForCurrentThread();
            pair.Client.Shutdown(SocketShutdown.Send);
            await echo;
            Assert.InRange(after - before, 0, 2000);
        });

        async Coroutine Echo(Socket socket)
        {
            var buffer = new byte[64];
            while (await Loop.SockReceive(socket, buffer) is > 0 and var count)
            {
                await Loop.SockSendAll(socket, buffer.AsMemory(0, count));
            }
        }
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollSocketOperationTests() : SocketOperationContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollSocketOperationTests() : SocketOperationContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectSocketOperationTests() : SocketOperationContract(new SelectSelector());
