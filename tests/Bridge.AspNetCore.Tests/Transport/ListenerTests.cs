using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Bridge.AspNetCore.Tests.Transport;

public sealed class ListenerTests
{
    [Fact(Timeout = 30000)]
    public async Task Unbind_NothingWaits_AcceptGivesNull()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        ValueTask<ConnectionContext?> accepting = transport.Listener.AcceptAsync();

        await transport.Listener.UnbindAsync();
        await transport.Listener.UnbindAsync();

        Assert.Null(await accepting);
        Assert.Null(await transport.Listener.AcceptAsync());
        await Assert.ThrowsAsync<SocketException>(transport.Connect);
    }

    [Fact(Timeout = 30000)]
    public async Task Unbind_ConnectionsOpen_TheyGoOn()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            await transport.Listener.UnbindAsync();

            await client.SendAsync("ping"u8.ToArray());
            Assert.Equal("ping", await connection.Transport.Input.ReadText(4));
            await connection.DisposeAsync();
        }
    }

    [Fact(Timeout = 30000)]
    public async Task Accept_TokenFires_Throws()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        using var stop = new CancellationTokenSource();
        ValueTask<ConnectionContext?> accepting = transport.Listener.AcceptAsync(stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await accepting);
    }

    [Fact(Timeout = 30000)]
    public async Task Dispose_ConnectionNobodyDisposed_IsAborted()
    {
        BoundTransport transport = await BoundTransport.Bind();
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            await transport.DisposeAsync();

            await Assert.ThrowsAsync<SocketException>(() => client.ReceiveAsync(new byte[8]));
            await connection.DisposeAsync();
            await Assert.ThrowsAsync<InvalidOperationException>(() => connection.Transport.Input.ReadAsync().AsTask());
        }
    }

    [Fact(Timeout = 30000)]
    public async Task Dispose_ConnectionNobodyTook_IsAborted()
    {
        BoundTransport transport = await BoundTransport.Bind();
        using Socket client = await transport.Connect();
        await transport.DisposeAsync();

        await Assert.ThrowsAsync<SocketException>(() => client.ReceiveAsync(new byte[8]));
    }

    [Fact(Timeout = 30000)]
    public async Task Bind_AddressInUse_ThrowsThat()
    {
        await using BoundTransport transport = await BoundTransport.Bind();

        await Assert.ThrowsAsync<AddressInUseException>(async () => await transport.Factory.BindAsync(transport.Listener.EndPoint));
    }

    [Fact(Timeout = 30000)]
    public async Task Bind_UnknownEndPoint_NamesIt()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        var endPoint = new DnsEndPoint("example.org", 80);

        Assert.False(((IConnectionListenerFactorySelector)transport.Factory).CanBind(endPoint));
        NotSupportedException thrown = await Assert.ThrowsAsync<NotSupportedException>(async () => await transport.Factory.BindAsync(endPoint));
        Assert.Contains("DnsEndPoint", thrown.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public async Task Bind_FileHandle_Serves()
    {
        // As for Kestrel's own transport, the descriptor stays with whoever made it.
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var endPoint = new FileHandleEndPoint((ulong)listening.Handle, FileHandleType.Auto);
        await using BoundTransport transport = await BoundTransport.Bind(null, endPoint);
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            await client.SendAsync("ping"u8.ToArray());
            Assert.Equal("ping", await connection.Transport.Input.ReadText(4));
            await connection.DisposeAsync();
        }
    }

    [Fact(Timeout = 30000)]
    public async Task Bind_ThreeLoops_ShareConnectionsEvenly()
    {
        await using BoundTransport transport = await BoundTransport.Bind(static options => options.LoopCount = 3);
        var loops = new List<EventLoop>();
        for (int i = 0; i < 9; i++)
        {
            (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
            using (client)
            {
                loops.Add(connection.Features.Get<IEventLoopFeature>()!.Loop);
                await connection.DisposeAsync();
            }
        }

        Assert.Equal([3, 3, 3], loops.GroupBy(static loop => loop).Select(static group => group.Count()));
    }

    [Fact(Timeout = 30000)]
    public async Task Bind_TwiceThenDisposeOne_OtherGoesOnOnTheSameLoops()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        IConnectionListener second = await transport.Factory.BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        await second.DisposeAsync();
        await second.DisposeAsync();

        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            Assert.False(connection.Features.Get<IEventLoopFeature>()!.Loop.IsClosed);
            await connection.DisposeAsync();
        }
    }

    [Fact(Timeout = 30000)]
    public async Task Bind_AfterAllListenersWereDisposed_StartsLoopsAnew()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        client.Dispose();
        await connection.DisposeAsync();
        await transport.Listener.DisposeAsync();
        Assert.True(connection.Features.Get<IEventLoopFeature>()!.Loop.IsClosed);

        IConnectionListener again = await transport.Factory.BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await other.ConnectAsync(again.EndPoint);
        ConnectionContext served = (await again.AcceptAsync())!;
        await served.DisposeAsync();
        await again.DisposeAsync();
    }

    [Fact(Timeout = 30000)]
    public async Task Bind_NamedLoopMissing_NamesItAndTheRemedy()
    {
        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(
            () => BoundTransport.Bind(static options => options.EventLoopNames.Add("orders")));

        Assert.Contains("'orders'", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("AddEventLoop(\"orders\")", thrown.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public async Task Options_OutOfRange_AreAllNamed()
    {
        OptionsValidationException thrown = await Assert.ThrowsAsync<OptionsValidationException>(() => BoundTransport.Bind(static options =>
        {
            options.LoopCount = 0;
            options.Backlog = -1;
            options.MaxReadBufferSize = 0;
            options.MaxWriteBufferSize = 0;
            options.LoopShutdownTimeout = TimeSpan.FromDays(1);
            options.EventLoopNames.Add("a");
            options.EventLoopNames.Add("a");
        }));

        Assert.Equal(
            ["LoopCount is 0", "Backlog is -1", "MaxReadBufferSize is 0", "MaxWriteBufferSize is 0", "LoopShutdownTimeout is 1.00:00:00", "EventLoopNames has 'a' twice"],
            thrown.Failures.Select(static failure => failure.Split(';', '.')[0] is var start && failure.StartsWith("LoopShutdown", StringComparison.Ordinal) ? failure.Split(';')[0] : start));
    }
}
