using System.Net.Sockets;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Connections without a Socket, served by callbacks, on each selector.</summary>
public abstract class SocketDescriptorContract(ISelector selector) : IoTest(selector)
{
    [Theory(Timeout = 30000)]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public void Connection_ServedByCallbacks_EchoesUntilTheEnd(AddressFamily family) => Run(async Coroutine () =>
    {
        SkipUnlessLinux();
        using Socket listener = Listen(family);
        using Socket client = NewSocket(family);
        var buffer = new byte[100];
        SocketDescriptor? connection = null;
        Loop.AddReader(listener, () =>
        {
            Assert.True(SocketDescriptor.TryAccept(listener, out connection, out _));
            Loop.AddReader(connection, Receive);
        });

        await Loop.SockConnect(client, listener.LocalEndPoint!);
        await Loop.SockSendAll(client, "hello"u8.ToArray());
        var reply = new byte[100];
        Assert.Equal(5, await Loop.SockReceive(client, reply));
        Assert.Equal("hello"u8.ToArray(), reply[..5]);
        Assert.Equal(client.LocalEndPoint, connection!.RemoteEndPoint);
        Assert.Equal(client.RemoteEndPoint, connection.LocalEndPoint);

        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await Loop.SockReceive(client, reply));
        Assert.True(connection.IsClosed);
        Loop.RemoveReader(listener);

        void Receive()
        {
            int count = connection!.Receive(buffer, out SocketError error);
            Assert.Equal(SocketError.Success, error);
            if (count > 0)
            {
                Assert.Equal(count, connection.Send(buffer.AsSpan(0, count), out error));
                return;
            }

            connection.ShutdownSend();
            Loop.RemoveReader(connection);
            connection.Dispose();
        }
    });

    [Fact(Timeout = 30000)]
    public void Calls_NothingToDo_SayWhy() => Run(async Coroutine () =>
    {
        SkipUnlessLinux();
        using Socket listener = Listen();
        Assert.False(SocketDescriptor.TryAccept(listener, out SocketDescriptor? none, out SocketError error));
        Assert.Null(none);
        Assert.Equal(SocketError.WouldBlock, error);

        using Socket client = NewSocket();
        await Loop.SockConnect(client, listener.LocalEndPoint!);
        Assert.True(listener.Poll(TimeSpan.FromSeconds(20), SelectMode.SelectRead));
        Assert.True(SocketDescriptor.TryAccept(listener, out SocketDescriptor? connection, out _));
        var buffer = new byte[64 * 1024];
        Assert.Equal(0, connection.Receive(buffer, out error));
        Assert.Equal(SocketError.WouldBlock, error);
        do
        {
            connection.Send(buffer, out error);
        }
        while (error == SocketError.Success);
        Assert.Equal(SocketError.WouldBlock, error);

        connection.Dispose();
        Assert.Equal(0, connection.Receive(buffer, out error));
        Assert.Equal(SocketError.OperationAborted, error);
        Assert.Equal(0, connection.Send(buffer, out error));
        Assert.Equal(SocketError.OperationAborted, error);
        connection.ShutdownSend();
        Assert.Null(connection.RemoteEndPoint);
        Assert.Throws<ObjectDisposedException>(connection.ToSocket);
    });

    [Fact(Timeout = 30000)]
    public void TryAccept_WrongListener_IsRefusedOrSaysWhy()
    {
        SkipUnlessLinux();
        Assert.Throws<ArgumentNullException>("listener", () => SocketDescriptor.TryAccept(null!, out _, out _));
        using var blocking = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Throws<ArgumentException>("listener", () => SocketDescriptor.TryAccept(blocking, out _, out _));
        Socket idle = NewSocket();
        Assert.False(SocketDescriptor.TryAccept(idle, out _, out SocketError error));
        Assert.Equal(SocketError.InvalidArgument, error);
        idle.Dispose();
        Assert.False(SocketDescriptor.TryAccept(idle, out _, out error));
        Assert.Equal(SocketError.OperationAborted, error);
    }

    [Fact(Timeout = 30000)]
    public void ToSocket_HandsTheConnectionOver() => Run(async Coroutine () =>
    {
        SkipUnlessLinux();
        using Socket listener = Listen();
        using Socket client = NewSocket();
        await Loop.SockConnect(client, listener.LocalEndPoint!);
        Assert.True(listener.Poll(TimeSpan.FromSeconds(20), SelectMode.SelectRead));
        Assert.True(SocketDescriptor.TryAccept(listener, out SocketDescriptor? connection, out _));
        using Socket server = connection.ToSocket();
        Assert.True(connection.IsClosed);
        connection.Dispose();
        Assert.False(server.Blocking);
        await Loop.SockSendAll(server, "x"u8.ToArray());
        Assert.Equal(1, await Loop.SockReceive(client, new byte[10]));
    });

    private static void SkipUnlessLinux() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Bare descriptors are for Linux.");
}

/// <summary>On epoll.</summary>
public sealed class EpollSocketDescriptorTests() : SocketDescriptorContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollSocketDescriptorTests() : SocketDescriptorContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectSocketDescriptorTests() : SocketDescriptorContract(new SelectSelector());
