using System.Net;
using System.Net.Sockets;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Rows Z10, AF18 and AF19 over real sockets, on each selector.</summary>
public abstract class DatagramContract(ISelector selector) : IoTest(selector)
{
    [Theory(Timeout = 30000)]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void CreateDatagramEndpoint_ClientAndServer_TalkToEachOther(string host) => Run(async Coroutine () =>
    {
        (DatagramTransport server, RecordingDatagramProtocol serving) = await Open(new IPEndPoint(IPAddress.Parse(host), 0));
        EndPoint address = server.LocalEndPoint!;
        (DatagramTransport client, RecordingDatagramProtocol asking) = await Open(null, address);
        Assert.Equal(["made"], asking.Heard);
        Assert.Equal(address, client.RemoteEndPoint);
        Assert.Null(server.RemoteEndPoint);

        client.SendTo("one"u8);
        client.SendTo("two"u8, address);
        await Until(() => serving.Senders.Count == 2);
        Assert.Equal(["made", "data one", "data two"], serving.Heard);
        Assert.Equal(client.LocalEndPoint, serving.Senders[0]);
        Assert.Same(serving.Senders[0], serving.Senders[1]);

        server.SendTo("answer"u8, serving.Senders[0]);
        await Until(() => asking.Senders.Count == 1);
        Assert.Equal(address, asking.Senders[0]);
        await Close(server, serving);
        await Close(client, asking);
        Assert.Null(asking.Failure);
    });

    [Fact(Timeout = 30000)]
    public void SendTo_Nothing_SendsAnEmptyDatagram() => Run(async Coroutine () =>
    {
        (DatagramTransport server, RecordingDatagramProtocol serving) = await Open(s_anywhere);
        (DatagramTransport client, RecordingDatagramProtocol asking) = await Open(null, server.LocalEndPoint);
        client.SendTo([]);
        await Until(() => serving.Senders.Count == 1);
        Assert.Equal("data ", serving.Heard[^1]);
        server.SendTo([], serving.Senders[0]);
        await Until(() => asking.Senders.Count == 1);
        await Close(server, serving);
        await Close(client, asking);
    });

    [Fact(Timeout = 30000)]
    public void CreateDatagramEndpoint_UnixDomain_TalksAndKnowsWhoHasNoName() => Run(async Coroutine () =>
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has Unix-domain streams only.");
        using var path = new TemporaryPath();
        using var other = new TemporaryPath();
        (DatagramTransport server, RecordingDatagramProtocol serving) = await Open(new UnixDomainSocketEndPoint(path.Name));
        (DatagramTransport named, RecordingDatagramProtocol first) = await Open(new UnixDomainSocketEndPoint(other.Name), new UnixDomainSocketEndPoint(path.Name));
        (DatagramTransport nameless, RecordingDatagramProtocol second) = await Open(null, new UnixDomainSocketEndPoint(path.Name));
        named.SendTo("a"u8);
        await Until(() => serving.Senders.Count == 1);
        nameless.SendTo("b"u8);
        await Until(() => serving.Senders.Count == 2);
        Assert.Equal(other.Name, serving.Senders[0]!.ToString());
        Assert.Null(serving.Senders[1]);
        server.SendTo("back"u8, serving.Senders[0]);
        await Until(() => first.Senders.Count == 1);
        await Close(server, serving);
        await Close(named, first);
        await Close(nameless, second);
        Assert.True(File.Exists(path.Name));

        (server, serving) = await Open(new UnixDomainSocketEndPoint(path.Name));
        await Close(server, serving);
    });

    [Fact(Timeout = 30000)]
    public void SendTo_NobodyListens_ErrorReceivedAndStaysOpen() => Run(async Coroutine () =>
    {
        (DatagramTransport server, RecordingDatagramProtocol serving) = await Open(new IPEndPoint(OwnLoopback(), 0));
        EndPoint address = server.LocalEndPoint!;
        await Close(server, serving);
        (DatagramTransport client, RecordingDatagramProtocol asking) = await Open(null, address);
        client.SendTo("a"u8);
        await Until(() => asking.Errors.Count > 0);
        Assert.Equal(SocketError.ConnectionRefused, asking.Errors[0]);
        Assert.False(client.IsClosing);

        // The port is used again: so is the endpoint.
        (server, serving) = await Open(address);
        client.SendTo("b"u8);
        await Until(() => serving.Senders.Count == 1);
        await Close(server, serving);
        await Close(client, asking);
    });

    [Fact(Timeout = 30000)]
    public void SendTo_TooLong_ErrorReceivedAtOnceAndStaysOpen() => Run(async Coroutine () =>
    {
        (DatagramTransport client, RecordingDatagramProtocol asking) = await Open(s_anywhere);
        client.SendTo(new byte[70_000], client.LocalEndPoint);
        Assert.Equal([SocketError.MessageSize], asking.Errors);
        client.SendTo("to myself"u8, client.LocalEndPoint);
        await Until(() => asking.Senders.Count == 1);
        await Close(client, asking);
    });

    [Fact(Timeout = 30000)]
    public void SendTo_FullSocket_BuffersPausesAndSendsInOrder() => Run(async Coroutine () =>
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has Unix-domain streams only.");

        // Unix-domain datagrams wait for their receiver; UDP would drop them.
        using var path = new TemporaryPath();
        using Socket receiver = UnixSockets.Bind(new UnixDomainSocketEndPoint(path.Name), SocketType.Dgram, Loop);
        (DatagramTransport client, RecordingDatagramProtocol asking) = await Open(null, new UnixDomainSocketEndPoint(path.Name));
        var data = new byte[1000];
        int sent = 0;
        while (client.WriteBufferSize == 0)
        {
            data[0] = (byte)sent++;
            client.SendTo(data);
        }

        Assert.Equal(1008, client.WriteBufferSize);
        data[0] = (byte)sent++;
        client.SendTo(data);
        data[0] = 0;
        client.SendTo([]);
        sent++;
        Assert.Equal(2024, client.WriteBufferSize);
        client.SetWriteBufferLimits(high: 2000);
        Assert.Equal("pause", asking.Heard[^1]);

        for (int i = 0; i < sent - 1; i++)
        {
            Assert.Equal(1000, await Loop.SockReceive(receiver, data));
            Assert.Equal((byte)i, data[0]);
        }

        Assert.Equal(0, await Loop.SockReceive(receiver, data));
        await Until(() => client.WriteBufferSize == 0);
        Assert.Equal("resume", asking.Heard[^1]);
        await Close(client, asking);
        Assert.Empty(asking.Errors);
    });

    [Fact(Timeout = 30000)]
    public void Close_WhileDatagramsWait_SendsThemFirst() => Run(async Coroutine () =>
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has Unix-domain streams only.");
        using var path = new TemporaryPath();
        using Socket receiver = UnixSockets.Bind(new UnixDomainSocketEndPoint(path.Name), SocketType.Dgram, Loop);
        (DatagramTransport client, RecordingDatagramProtocol asking) = await Open(null, new UnixDomainSocketEndPoint(path.Name));
        var data = new byte[1000];
        int sent = 0;
        for (; client.WriteBufferSize == 0; sent++)
        {
            client.SendTo(data);
        }

        client.Close();
        client.SendTo(data);
        await LoopTask.Yield();
        Assert.False(asking.Lost.IsDone);
        for (int i = 0; i < sent; i++)
        {
            Assert.Equal(1000, await Loop.SockReceive(receiver, data));
        }

        await asking.Lost;
        Assert.Null(asking.Failure);
        Assert.Equal(0, receiver.Available);
    });

    [Fact(Timeout = 30000)]
    public void Abort_WhileDatagramsWait_DropsThem() => Run(async Coroutine () =>
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has Unix-domain streams only.");
        using var path = new TemporaryPath();
        using Socket receiver = UnixSockets.Bind(new UnixDomainSocketEndPoint(path.Name), SocketType.Dgram, Loop);
        (DatagramTransport client, RecordingDatagramProtocol asking) = await Open(null, new UnixDomainSocketEndPoint(path.Name));
        while (client.WriteBufferSize == 0)
        {
            client.SendTo(new byte[1000]);
        }

        client.Abort();
        Assert.Equal(0, client.WriteBufferSize);
        await asking.Lost;
        Assert.Empty(Selector.Keys);
    });

    private protected static readonly IPEndPoint s_anywhere = new(IPAddress.Loopback, 0);

    private protected Coroutine<(DatagramTransport Transport, RecordingDatagramProtocol Protocol)> Open(EndPoint? local, EndPoint? remote = null)
        => Loop.CreateDatagramEndpoint(() => new RecordingDatagramProtocol(), local, remote);

    private protected static async Coroutine Close(DatagramTransport transport, RecordingDatagramProtocol protocol)
    {
        transport.Close();
        await protocol.Lost;
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollDatagramTests() : DatagramContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollDatagramTests() : DatagramContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectDatagramTests() : DatagramContract(new SelectSelector());
