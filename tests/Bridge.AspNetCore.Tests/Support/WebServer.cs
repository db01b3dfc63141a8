using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bridge.AspNetCore.Tests;

/// <summary>An application on the transport, listening on a port of its own. Disposing stops it, and fails if a loop's thread is left.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly List<EventLoop> _loops = [];

    private WebServer(WebApplication application, RecordingLoggers loggers)
    {
        Application = application;
        Loggers = loggers;
    }

    internal WebApplication Application { get; }

    internal RecordingLoggers Loggers { get; }

    internal Uri Address => new(Application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    internal IPEndPoint EndPoint => new(IPAddress.Loopback, Address.Port);

    /// <summary>Starts one.</summary>
    /// <param name="map">Adds the endpoints.</param>
    /// <param name="transport">Sets the transport's options.</param>
    /// <param name="kestrel">Sets Kestrel's; null: one plain endpoint.</param>
    /// <param name="build">Sets anything else.</param>
    internal static async Task<WebServer> Start(
        Action<WebApplication> map,
        Action<BridgeTransportOptions>? transport = null,
        Action<KestrelServerOptions>? kestrel = null,
        Action<WebApplicationBuilder>? build = null)
    {
        var loggers = new RecordingLoggers();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddProvider(loggers);
        builder.WebHost.UseBridgeTransport(transport);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel ?? (static options => options.Listen(IPAddress.Loopback, 0)));
        build?.Invoke(builder);
        WebApplication application = builder.Build();
        var server = new WebServer(application, loggers);
        application.Use(server.NoteLoop);
        application.UseRouting();
        map(application);
        await application.StartAsync();
        return server;
    }

    /// <summary>A connection without HTTP.</summary>
    internal async Task<NetworkStream> Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(EndPoint);
        return new NetworkStream(socket, ownsSocket: true);
    }

    internal HttpClient Client(int? connections = null)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (connections is { } count)
        {
            handler.MaxConnectionsPerServer = count;
        }

        return new HttpClient(handler) { BaseAddress = Address };
    }

    /// <summary>Done when the threads of all loops that served have ended.</summary>
    internal Task LoopsClosed() => Conditions.Until(() => _loops.TrueForAll(static loop => loop.IsClosed));

    public async ValueTask DisposeAsync()
    {
        await Application.StopAsync();
        await Application.DisposeAsync();
        lock (_loops)
        {
            Assert.All(_loops, static loop => Assert.True(loop.IsClosed, $"{loop} still runs"));
        }
    }

    private Task NoteLoop(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IEventLoopFeature>()?.Loop is { } loop)
        {
            lock (_loops)
            {
                if (!_loops.Contains(loop))
                {
                    _loops.Add(loop);
                }
            }
        }

        return next(context);
    }
}
