using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.AspNetCore.Tests;

/// <summary>The transport without a web server: the test is the server. Disposing fails if a loop's thread is left.</summary>
internal sealed class BoundTransport : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly List<EventLoop> _loops = [];

    private BoundTransport(IHost host, IConnectionListener listener, RecordingLoggers loggers)
    {
        _host = host;
        Listener = listener;
        Loggers = loggers;
    }

    internal IConnectionListener Listener { get; }

    internal RecordingLoggers Loggers { get; }

    internal IConnectionListenerFactory Factory => _host.Services.GetRequiredService<IConnectionListenerFactory>();

    internal static async Task<BoundTransport> Bind(Action<BridgeTransportOptions>? options = null, EndPoint? endPoint = null, Action<IServiceCollection>? services = null)
    {
        var loggers = new RecordingLoggers();
        IHost host = new HostBuilder()
            .ConfigureLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(loggers))
            .ConfigureServices(collection => services?.Invoke(collection))
            .ConfigureWebHost(web => web.UseBridgeTransport(options))
            .Build();
        IConnectionListenerFactory factory = host.Services.GetRequiredService<IConnectionListenerFactory>();
        return new BoundTransport(host, await factory.BindAsync(endPoint ?? new IPEndPoint(IPAddress.Loopback, 0)), loggers);
    }

    internal IServiceProvider Services => _host.Services;

    /// <summary>A client, connected.</summary>
    internal async Task<Socket> Connect()
    {
        EndPoint address = Listener.EndPoint;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, address is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        await socket.ConnectAsync(address);
        return socket;
    }

    /// <summary>A client and the connection that the transport made of it.</summary>
    internal async Task<(Socket Client, ConnectionContext Connection)> ConnectAndAccept()
    {
        Socket client = await Connect();
        return (client, await Accept());
    }

    internal async Task<ConnectionContext> Accept()
    {
        ConnectionContext connection = (await Listener.AcceptAsync())!;
        Assert.NotNull(connection);
        _loops.Add(connection.Features.Get<IEventLoopFeature>()!.Loop);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        Assert.All(_loops, static loop => Assert.True(loop.IsClosed, $"{loop} still runs"));
    }
}
