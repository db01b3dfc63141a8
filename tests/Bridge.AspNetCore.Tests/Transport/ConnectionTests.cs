using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Bridge.AspNetCore.Tests.Transport;

public sealed class ConnectionTests
{
    [Fact(Timeout = 30000)]
    public async Task Accept_BytesBothWays_Arrive()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            await client.SendAsync("ping"u8.ToArray());
            Assert.Equal("ping", await connection.Transport.Input.ReadText(4));

            await connection.Transport.Output.WriteAsync("pong"u8.ToArray());
            var answer = new byte[8];
            Assert.Equal(4, await client.ReceiveAsync(answer));
            Assert.Equal("pong"u8, answer.AsSpan(0, 4));

            await connection.DisposeAsync();
            Assert.Equal(0, await client.ReceiveAsync(answer));
        }
    }

    [Fact(Timeout = 30000)]
    public async Task Features_OfConnection_AreThoseOfKestrelsTransport()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            Assert.Equal(client.LocalEndPoint, connection.RemoteEndPoint);
            Assert.Equal(transport.Listener.EndPoint, connection.LocalEndPoint);
            Assert.Equal(connection.ConnectionId, connection.Features.Get<IConnectionIdFeature>()!.ConnectionId);
            Assert.Equal(connection.RemoteEndPoint, connection.Features.Get<IConnectionEndPointFeature>()!.RemoteEndPoint);
            Assert.Equal(connection.RemoteEndPoint, connection.Features.Get<IConnectionSocketFeature>()!.Socket.RemoteEndPoint);
            Assert.False(connection.Features.Get<IConnectionInherentKeepAliveFeature>()!.HasInherentKeepAlive);
            Assert.NotNull(connection.Features.Get<IMemoryPoolFeature>()!.MemoryPool);
            Assert.Same(connection.Transport, connection.Features.Get<IConnectionTransportFeature>()!.Transport);
            Assert.Same(connection.Items, connection.Features.Get<IConnectionItemsFeature>()!.Items);
            Assert.Equal(connection.ConnectionClosed, connection.Features.Get<IConnectionLifetimeFeature>()!.ConnectionClosed);
            Assert.True(connection.Features.Get<IConnectionSocketFeature>()!.Socket.NoDelay);
            await connection.DisposeAsync();
        }
    }

    [Fact(Timeout = 30000)]
    public async Task ConnectionId_TwoConnections_Differ()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        (Socket one, ConnectionContext first) = await transport.ConnectAndAccept();
        (Socket two, ConnectionContext second) = await transport.ConnectAndAccept();
        using (one)
        using (two)
        {
            Assert.NotEqual(first.ConnectionId, second.ConnectionId);
            await first.DisposeAsync();
            await second.DisposeAsync();
        }
    }

    [Fact(Timeout = 30000)]
    public async Task NoDelay_Off_StaysOff()
    {
        await using BoundTransport transport = await BoundTransport.Bind(static options => options.NoDelay = false);
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            Assert.False(connection.Features.Get<IConnectionSocketFeature>()!.Socket.NoDelay);
            await connection.DisposeAsync();
        }
    }

    [Fact(Timeout = 30000)]
    public async Task PeerEnds_InputCompletesAndClosedFires_OutputStillArrives()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            client.Shutdown(SocketShutdown.Send);

            Assert.Empty(await connection.Transport.Input.ReadBytes());
            await Closed(connection);
            await connection.Transport.Output.WriteAsync("late"u8.ToArray());
            var answer = new byte[8];
            Assert.Equal(4, await client.ReceiveAsync(answer));
            await connection.DisposeAsync();
        }
    }

    [Fact(Timeout = 30000)]
    public async Task PeerResets_ReadThrowsConnectionReset()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        client.Close(0);

        ConnectionResetException thrown = await Assert.ThrowsAsync<ConnectionResetException>(() => connection.Transport.Input.ReadBytes());

        Assert.IsType<SocketException>(thrown.InnerException);
        await Closed(connection);
        await connection.DisposeAsync();
        FlushResult flush = await connection.Transport.Output.FlushAsync();
        Assert.True(flush.IsCompleted);
    }

    [Fact(Timeout = 30000)]
    public async Task Abort_ReadThrowsTheReason_PeerSeesReset()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            var reason = new ConnectionAbortedException("enough");
            Task<byte[]> reading = connection.Transport.Input.ReadBytes();
            connection.Abort(reason);
            connection.Abort(new ConnectionAbortedException("too late"));

            Assert.Same(reason, await Assert.ThrowsAsync<ConnectionAbortedException>(() => reading));
            SocketException reset = await Assert.ThrowsAsync<SocketException>(() => client.ReceiveAsync(new byte[8]));
            Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
            await Closed(connection);
            await connection.DisposeAsync();
        }
    }

    [Fact(Timeout = 30000)]
    public async Task Abort_NullAsKestrelDoes_PeerSeesTheEnd()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            connection.Abort(null!);

            Assert.Equal(0, await client.ReceiveAsync(new byte[8]));
            await Assert.ThrowsAsync<ConnectionAbortedException>(() => connection.Transport.Input.ReadBytes());
            await connection.DisposeAsync();
        }
    }

    [Fact(Timeout = 30000)]
    public async Task Abort_WhileSendingWaitsForThePeer_EndsIt()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            // More than pipe, transport and system take.
            Task<FlushResult> flush = connection.Transport.Output.WriteAsync(new byte[32 * 1024 * 1024]).AsTask();
            await Task.Yield();
            Assert.False(flush.IsCompleted);
            connection.Abort();

            Assert.True((await flush).IsCompleted);
            await connection.DisposeAsync();
        }
    }

    [Fact(Timeout = 60000)]
    public async Task Write_PeerReadsLate_EverythingArrivesUnchanged()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            byte[] sent = RandomNumberGenerator.GetBytes(32 * 1024 * 1024);
            Task<FlushResult> flush = connection.Transport.Output.WriteAsync(sent).AsTask();
            await Task.Yield();
            Assert.False(flush.IsCompleted);

            using var received = new MemoryStream();
            Task reading = new NetworkStream(client).CopyToAsync(received);
            await flush;
            await connection.DisposeAsync();
            await reading;
            Assert.Equal(sent, received.ToArray());
        }
    }

    [Fact(Timeout = 60000)]
    public async Task Receive_ApplicationReadsLate_PausesAndLosesNothing()
    {
        await using BoundTransport transport = await BoundTransport.Bind(static options => options.MaxReadBufferSize = 10_000);
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            byte[] sent = RandomNumberGenerator.GetBytes(16 * 1024 * 1024);
            Task sending = client.SendAsync(sent).ContinueWith(_ => client.Shutdown(SocketShutdown.Send), TaskScheduler.Default);
            await Conditions.Until(() => transport.Loggers.Records.Any(static record => record.Text.Contains("paused", StringComparison.Ordinal)));
            Assert.False(sending.IsCompleted);

            Assert.Equal(sent, await connection.Transport.Input.ReadBytes());
            await sending;
            await connection.DisposeAsync();
        }
    }

    [Fact(Timeout = 30000)]
    public async Task OutputFails_PeerSeesReset()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            await connection.Transport.Output.CompleteAsync(new InvalidOperationException("half a response"));

            await Assert.ThrowsAsync<SocketException>(() => client.ReceiveAsync(new byte[8]));
            await connection.DisposeAsync();
        }
    }

    [Theory(Timeout = 30000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_ContinuesOnLoopOrPool_AsTheOptionSays(bool onLoop)
    {
        await using BoundTransport transport = await BoundTransport.Bind(options => options.RunHandlersOnLoop = onLoop);
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            EventLoop loop = connection.Features.Get<IEventLoopFeature>()!.Loop;
            ValueTask<ReadResult> reading = connection.Transport.Input.ReadAsync();
            Assert.False(reading.IsCompleted);
            Task<bool> where = Where(reading, loop);
            await client.SendAsync("x"u8.ToArray());

            Assert.Equal(onLoop, await where);
            await connection.DisposeAsync();
        }

        static async Task<bool> Where(ValueTask<ReadResult> reading, EventLoop loop)
        {
            await reading.ConfigureAwait(false);
            return loop.IsOnLoopThread;
        }
    }

    [Fact(Timeout = 30000)]
    public async Task CancelPendingRead_FromAnotherThread_ContinuesOnTheLoop()
    {
        await using BoundTransport transport = await BoundTransport.Bind();
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            EventLoop loop = connection.Features.Get<IEventLoopFeature>()!.Loop;
            Task<(bool, bool)> reading = Read();
            connection.Transport.Input.CancelPendingRead();

            Assert.Equal((true, true), await reading);
            await connection.DisposeAsync();

            async Task<(bool IsCanceled, bool IsOnLoop)> Read()
            {
                ReadResult result = await connection.Transport.Input.ReadAsync().ConfigureAwait(false);
                return (result.IsCanceled, loop.IsOnLoopThread);
            }
        }
    }

    [Fact(Timeout = 30000)]
    public async Task Pool_IdleConnection_HoldsNoBuffer()
    {
        await using BoundTransport transport = await BoundTransport.Bind(null, null, CountingPool.Register);
        var pools = (CountingPool)transport.Services.GetService(typeof(IMemoryPoolFactory<byte>))!;
        (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
        using (client)
        {
            await client.SendAsync("ping"u8.ToArray());
            Assert.Equal("ping", await connection.Transport.Input.ReadText(4));
            await connection.Transport.Output.WriteAsync("pong"u8.ToArray());
            Assert.Equal(4, await client.ReceiveAsync(new byte[8]));

            await Conditions.Until(() => pools.Rented == 0);
            Assert.True(pools.Total > 0);
            await connection.DisposeAsync();
        }
    }

    [Fact(Timeout = 30000)]
    public async Task Bind_UnixDomainSocket_Serves()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using (BoundTransport transport = await BoundTransport.Bind(null, new UnixDomainSocketEndPoint(path)))
        {
            (Socket client, ConnectionContext connection) = await transport.ConnectAndAccept();
            using (client)
            {
                await client.SendAsync("ping"u8.ToArray());
                Assert.Equal("ping", await connection.Transport.Input.ReadText(4));
                await connection.DisposeAsync();
            }
        }

        Assert.False(File.Exists(path));
    }

    private static async Task Closed(ConnectionContext connection)
    {
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = connection.ConnectionClosed.Register(fired.SetResult);
        await fired.Task;
    }
}
