using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bridge.AspNetCore.Tests.Transport;

public sealed class ShutdownTests
{
    [Fact(Timeout = 30000)]
    public async Task Stop_RequestInFlight_ItIsAnsweredFirst()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebServer server = await WebServer.Start(app => app.MapGet("/", async () =>
        {
            started.SetResult();
            await release.Task;
            return "done";
        }));
        using HttpClient client = server.Client();
        Task<string> answer = client.GetStringAsync("/");
        await started.Task;

        Task stopping = server.Application.StopAsync();
        Assert.False(stopping.IsCompleted);
        release.SetResult();

        Assert.Equal("done", await answer);
        await stopping;
    }

    [Fact(Timeout = 30000)]
    public async Task Stop_RequestDoesNotEnd_IsAbortedAfterTheBudget()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebServer server = await WebServer.Start(
            app => app.MapGet("/", async (HttpContext context) =>
            {
                context.RequestAborted.Register(aborted.SetResult);
                started.SetResult();
                await aborted.Task;
            }),
            build: static builder => builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(200)));
        using HttpClient client = server.Client();
        Task<HttpResponseMessage> answer = client.GetAsync("/");
        await started.Task;

        await server.Application.StopAsync();

        await aborted.Task;
        await Assert.ThrowsAsync<HttpRequestException>(() => answer);
    }

    [Fact(Timeout = 60000)]
    public async Task Stop_HandlerBlocksTheLoop_IsLoggedAndTheServerStops()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var release = new ManualResetEventSlim();
        WebServer server = await WebServer.Start(
            app => app.MapGet("/", () =>
            {
                started.SetResult();
                release.Wait();
            }),
            static options => options.LoopShutdownTimeout = TimeSpan.FromMilliseconds(50),
            build: static builder => builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(200)));
        using HttpClient client = server.Client();
        Task<HttpResponseMessage> answer = client.GetAsync("/");
        await started.Task;

        await server.Application.StopAsync();

        Assert.Single(server.Loggers.Errors, static record => record.Text.StartsWith("Event loop 'web-0' did not stop within 00:00:00.0500000", StringComparison.Ordinal));
        release.Set();
        await server.LoopsClosed();
        await server.DisposeAsync();
        await Record.ExceptionAsync(() => answer);
    }

    [Fact(Timeout = 30000)]
    public async Task Stop_IdleKeepAliveConnection_Ends()
    {
        await using WebServer server = await WebServer.Start(static app => app.MapGet("/", () => "x"));
        using NetworkStream stream = await server.Connect();
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        var answer = new byte[4096];
        int count = await stream.ReadAsync(answer);
        Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(answer, 0, count), StringComparison.Ordinal);

        await server.Application.StopAsync();

        while (await stream.ReadAsync(answer) > 0)
        {
            // What was still on its way.
        }
    }

    [Fact(Timeout = 30000)]
    public async Task Stop_ByAHandler_EndsTheServer()
    {
        await using WebServer server = await WebServer.Start(static app => app.MapPost("/stop", static (IHostApplicationLifetime lifetime) => lifetime.StopApplication()));
        using HttpClient client = server.Client();
        Task ended = server.Application.WaitForShutdownAsync();

        (await client.PostAsync("/stop", null)).Dispose();

        await ended;
    }

    [Fact(Timeout = 30000)]
    public async Task Upload_ClientVanishes_HandlerIsTold()
    {
        var outcome = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebServer server = await WebServer.Start(app => app.MapPost("/", async (HttpContext context) =>
        {
            started.SetResult();
            outcome.SetResult(await Record.ExceptionAsync(() => context.Request.Body.CopyToAsync(Stream.Null)));
        }));
        NetworkStream stream = await server.Connect();
        await stream.WriteAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nhello"u8.ToArray());
        await started.Task;

        stream.Socket.Close(0);

        Assert.IsType<IOException>(await outcome.Task, exactMatch: false);
        stream.Dispose();
    }

    [Theory(Timeout = 60000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Download_ClientVanishes_RequestIsAborted(bool resets)
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebServer server = await WebServer.Start(app => app.MapGet("/", async (HttpContext context) =>
        {
            context.RequestAborted.Register(aborted.SetResult);
            var block = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block);
            }
        }));
        NetworkStream stream = await server.Connect();
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        await stream.ReadExactlyAsync(new byte[100_000]);

        if (resets)
        {
            stream.Socket.Close(0);
        }

        stream.Dispose();

        await aborted.Task;
    }
}
