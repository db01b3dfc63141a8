using System.Net;
using System.Net.Sockets;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Rows Z10, AF18 and AF19: arguments, choice of addresses, life of the transport.</summary>
public abstract class DatagramEndpointContract(ISelector selector) : IoTest(selector)
{
    private static readonly IPEndPoint s_anywhere = new(IPAddress.Loopback, 0);

    [Fact(Timeout = 30000)]
    public void CreateDatagramEndpoint_BadArguments_ThrowAtTheCall()
    {
        Func<DatagramProtocol> factory = () => new RecordingDatagramProtocol();
        Assert.Throws<ArgumentNullException>(() => Loop.CreateDatagramEndpoint<DatagramProtocol>(null!, s_anywhere));
        Assert.Contains("unexpected address family", Assert.Throws<ArgumentException>(() => Loop.CreateDatagramEndpoint(factory, local: null)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Loop.CreateDatagramEndpoint(factory, s_anywhere, new UnixDomainSocketEndPoint("/x")));
        Assert.Throws<ArgumentException>(() => Loop.CreateDatagramEndpoint(factory, new UnixDomainSocketEndPoint("/x"), null, new DatagramOptions { Family = AddressFamily.InterNetwork }));
        Assert.Throws<ArgumentException>(() => Loop.CreateDatagramEndpoint(factory, s_anywhere, null, new DatagramOptions { Family = AddressFamily.Unix }));
        Assert.Throws<ArgumentException>(() => Loop.CreateDatagramEndpoint(factory, new StrangeEndPoint()));
        using Socket stream = NewSocket();
        Assert.Contains("datagram socket", Assert.Throws<ArgumentException>(() => Loop.CreateDatagramEndpoint(factory, stream)).Message, StringComparison.Ordinal);
        var closed = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        closed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Loop.CreateDatagramEndpoint(factory, closed));
    }

    [Fact(Timeout = 30000)]
    public void CreateDatagramEndpoint_FamilyOnly_MakesAnUnboundSocket() => Run(async Coroutine () =>
    {
        (DatagramTransport receiver, RecordingDatagramProtocol hearing) = await Open(s_anywhere);
        (DatagramTransport sender, RecordingDatagramProtocol asking)
            = await Loop.CreateDatagramEndpoint(() => new RecordingDatagramProtocol(), local: null, options: new DatagramOptions { Family = AddressFamily.InterNetwork });
        sender.SendTo("x"u8, receiver.LocalEndPoint);
        await Until(() => hearing.Senders.Count == 1);
        receiver.SendTo("y"u8, hearing.Senders[0]);
        await Until(() => asking.Senders.Count == 1);
        receiver.Close();
        sender.Close();
        await asking.Lost;
    });

    [Fact(Timeout = 30000)]
    public void CreateDatagramEndpoint_Socket_IsUsed() => Run(async Coroutine () =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(s_anywhere);
        (DatagramTransport transport, RecordingDatagramProtocol protocol) = await Loop.CreateDatagramEndpoint(() => new RecordingDatagramProtocol(), socket);
        Assert.False(socket.Blocking);
        Assert.Equal(socket.LocalEndPoint, transport.LocalEndPoint);
        transport.SendTo("x"u8, transport.LocalEndPoint);
        await Until(() => protocol.Senders.Count == 1);
        transport.Close();
        await protocol.Lost;
        Assert.True(socket.SafeHandle.IsClosed);
    });

    [Fact(Timeout = 30000)]
    public void CreateDatagramEndpoint_ConnectedSocket_NeedsNoAddress() => Run(async Coroutine () =>
    {
        (DatagramTransport receiver, RecordingDatagramProtocol hearing) = await Open(s_anywhere);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(receiver.LocalEndPoint!);
        (DatagramTransport transport, _) = await Loop.CreateDatagramEndpoint(() => new RecordingDatagramProtocol(), socket);
        transport.SendTo("x"u8);
        await Until(() => hearing.Senders.Count == 1);
        transport.Close();
        receiver.Close();
        await hearing.Lost;
    });

    [Fact(Timeout = 30000)]
    public void CreateDatagramEndpoint_Names_FirstPairOfOneFamilyThatWorks() => Run(async Coroutine () =>
    {
        (DatagramTransport receiver, RecordingDatagramProtocol hearing) = await Open(s_anywhere);
        int port = ((IPEndPoint)receiver.LocalEndPoint!).Port;
        Loop.Resolver = new ScriptedResolver()
            .With("both", new IPEndPoint(IPAddress.Parse("2001:db8::1"), 0), new IPEndPoint(IPAddress.Loopback, 0))
            .With("v4", new IPEndPoint(IPAddress.Loopback, 0))
            .With("v6", new IPEndPoint(IPAddress.IPv6Loopback, 0));

        // Only IPv4 is common; binding to the IPv6 address would fail anyway.
        (DatagramTransport transport, RecordingDatagramProtocol protocol) = await Open(new DnsEndPoint("both", 0), new DnsEndPoint("v4", port));
        Assert.Equal(receiver.LocalEndPoint, transport.RemoteEndPoint);
        transport.Close();
        await protocol.Lost;

        // The first pair cannot be bound, the second can.
        (transport, protocol) = await Open(new DnsEndPoint("both", 0));
        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)transport.LocalEndPoint!).Address);
        transport.Close();
        await protocol.Lost;

        SocketException none = await Throws<SocketException>(async Coroutine () => await Open(new DnsEndPoint("v6", 0), new DnsEndPoint("v4", port)));
        Assert.Contains("can not get address information", none.Message, StringComparison.Ordinal);
        SocketException bind = await Throws<SocketException>(async Coroutine () => await Open(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0)));
        Assert.Contains("192.0.2.1:0", bind.Message, StringComparison.Ordinal);
        receiver.Close();
        await hearing.Lost;
    });

    [Fact(Timeout = 30000)]
    public void CreateDatagramEndpoint_AllowBroadcast_DoesNotConnect() => Run(async Coroutine () =>
    {
        (DatagramTransport receiver, RecordingDatagramProtocol hearing) = await Open(s_anywhere);
        (DatagramTransport sender, RecordingDatagramProtocol asking) = await Loop.CreateDatagramEndpoint(
            () => new RecordingDatagramProtocol(), s_anywhere, receiver.LocalEndPoint, new DatagramOptions { AllowBroadcast = true });
        Assert.Null(sender.RemoteEndPoint);
        Assert.Equal(1, sender.GetExtraInfo<TransportSocket>(ExtraInfo.Socket)!.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Broadcast));
        sender.SendTo("x"u8);
        await Until(() => hearing.Senders.Count == 1);
        Assert.Throws<ArgumentException>(() => sender.SendTo("x"u8, new IPEndPoint(IPAddress.Loopback, 1)));

        // Not connected, it hears strangers.
        (DatagramTransport stranger, _) = await Open(s_anywhere);
        stranger.SendTo("y"u8, sender.LocalEndPoint);
        await Until(() => asking.Senders.Count == 1);
        stranger.Close();
        receiver.Close();
        sender.Close();
        await asking.Lost;
    });

    [Fact(Timeout = 30000)]
    public void CreateDatagramEndpoint_ReusePort_SharesTheAddress() => Run(async Coroutine () =>
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The system has no such option.");
        var options = new DatagramOptions { ReusePort = true };
        (DatagramTransport first, _) = await Loop.CreateDatagramEndpoint(() => new RecordingDatagramProtocol(), s_anywhere, null, options);
        (DatagramTransport second, RecordingDatagramProtocol protocol) = await Loop.CreateDatagramEndpoint(() => new RecordingDatagramProtocol(), first.LocalEndPoint, null, options);
        Assert.Equal(first.LocalEndPoint, second.LocalEndPoint);
        SocketException failure = await Throws<SocketException>(async Coroutine () => await Open(first.LocalEndPoint));
        Assert.Equal(SocketError.AddressAlreadyInUse, failure.SocketErrorCode);
        first.Close();
        second.Close();
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void SendTo_WrongAddress_ThrowsAtTheCall() => Run(async Coroutine () =>
    {
        (DatagramTransport free, _) = await Open(s_anywhere);
        Assert.Throws<ArgumentException>(() => free.SendTo("x"u8));
        Assert.Throws<ArgumentException>(() => free.SendTo("x"u8, new DnsEndPoint("localhost", 1)));
        (DatagramTransport held, RecordingDatagramProtocol protocol) = await Open(null, free.LocalEndPoint);
        ArgumentException failure = Assert.Throws<ArgumentException>(() => held.SendTo("x"u8, new IPEndPoint(IPAddress.Loopback, 1)));
        Assert.Contains("Invalid address: must be null or", failure.Message, StringComparison.Ordinal);
        free.Close();
        held.Close();
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void SendTo_AddressChangedByItsOwner_GoesToTheNewOne() => Run(async Coroutine () =>
    {
        (DatagramTransport first, RecordingDatagramProtocol atFirst) = await Open(s_anywhere);
        (DatagramTransport second, RecordingDatagramProtocol atSecond) = await Open(s_anywhere);
        var address = new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)first.LocalEndPoint!).Port);
        first.SendTo("a"u8, address);
        address.Port = ((IPEndPoint)second.LocalEndPoint!).Port;
        first.SendTo("b"u8, address);
        await Until(() => atFirst.Senders.Count == 1 && atSecond.Senders.Count == 1);
        first.Close();
        second.Close();
        await atSecond.Lost;
    });

    [Fact(Timeout = 30000)]
    public void Close_ThenSendTo_DropsAndWarnsFromTheFifth() => Run(async Coroutine () =>
    {
        (DatagramTransport transport, RecordingDatagramProtocol protocol) = await Open(s_anywhere);
        EndPoint address = transport.LocalEndPoint!;
        transport.Close();
        transport.Close();
        for (int i = 0; i < 4; i++)
        {
            transport.SendTo("x"u8, address);
        }

        Assert.False(protocol.Lost.IsDone);
        await protocol.Lost;
        transport.Abort();
        await LoopTask.Yield();
        Assert.Equal(["made", "lost"], protocol.Heard);
        Assert.Contains("closed", transport.ToString(), StringComparison.Ordinal);
        Assert.Null(transport.GetExtraInfo(ExtraInfo.Socket));
    });

    [Fact(Timeout = 30000)]
    public void Protocol_Throws_IsReportedAndTheEndpointStaysOpen() => Run(async Coroutine () =>
    {
        (DatagramTransport transport, RecordingDatagramProtocol protocol) = await Loop.CreateDatagramEndpoint(
            () => new RecordingDatagramProtocol { OnDatagram = _ => throw new FormatException("data"), OnError = _ => throw new FormatException("error") }, s_anywhere);
        transport.SendTo(new byte[70_000], transport.LocalEndPoint);
        Assert.Equal("error", TakeReport().Exception!.Message);
        transport.SendTo("x"u8, transport.LocalEndPoint);
        await Until(() => Reports.Count == 1);
        Assert.Equal("data", TakeReport().Exception!.Message);
        Assert.False(transport.IsClosing);
        transport.Close();
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void Protocol_SetToAnother_HearsTheNextDatagram() => Run(async Coroutine () =>
    {
        (DatagramTransport transport, RecordingDatagramProtocol old) = await Open(s_anywhere);
        var next = new RecordingDatagramProtocol();
        transport.Protocol = next;
        Assert.Same(next, transport.Protocol);
        Assert.Throws<ArgumentException>(() => transport.Protocol = new RecordingProtocol());
        transport.SendTo("x"u8, transport.LocalEndPoint);
        await Until(() => next.Senders.Count == 1);
        Assert.Empty(old.Senders);
        transport.Close();
        await next.Lost;
    });

    [Fact(Timeout = 30000)]
    public void Factory_ThrowsOrGivesNull_ClosesOurSocketNotTheUsers() => Run(async Coroutine () =>
    {
        await Throws<FormatException>(async Coroutine () => await Loop.CreateDatagramEndpoint<RecordingDatagramProtocol>(() => throw new FormatException(), s_anywhere));
        await Throws<InvalidOperationException>(async Coroutine () => await Loop.CreateDatagramEndpoint<RecordingDatagramProtocol>(() => null!, s_anywhere));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await Throws<FormatException>(async Coroutine () => await Loop.CreateDatagramEndpoint<RecordingDatagramProtocol>(() => throw new FormatException(), socket));
        Assert.False(socket.SafeHandle.IsClosed);
        Assert.Empty(Selector.Keys);
    });

    [Fact(Timeout = 30000)]
    public void Loop_ClosedBeforeTheEndpoint_ClosesAndReportsIt()
    {
        Run(async Coroutine () => await Open(s_anywhere));
        Loop.Close();
        Assert.Contains("unclosed transport", TakeReport().Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Exchange_InSteadyState_AllocatesNothing() => Run(async Coroutine () =>
    {
        (DatagramTransport server, RecordingDatagramProtocol serving)
            = await Loop.CreateDatagramEndpoint(() => new RecordingDatagramProtocol { IsEcho = true, Measured = (1000, 3000) }, s_anywhere);
        (DatagramTransport client, RecordingDatagramProtocol asking) = await Loop.CreateDatagramEndpoint(() => new RecordingDatagramProtocol { IsEcho = true }, s_anywhere);
        client.SendTo("ping"u8, server.LocalEndPoint);
        await serving.IsMeasured;
        server.Close();
        client.Close();
        await asking.Lost;
        await serving.Lost;

        // One object per datagram would be at least 48,000.
        Assert.InRange(serving.Allocated, 0, 5_000);
    });

    private Coroutine<(DatagramTransport Transport, RecordingDatagramProtocol Protocol)> Open(EndPoint? local, EndPoint? remote = null)
        => Loop.CreateDatagramEndpoint(() => new RecordingDatagramProtocol(), local, remote);

    private sealed class StrangeEndPoint : EndPoint;
}

/// <summary>On epoll.</summary>
public sealed class EpollDatagramEndpointTests() : DatagramEndpointContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollDatagramEndpointTests() : DatagramEndpointContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectDatagramEndpointTests() : DatagramEndpointContract(new SelectSelector());
