using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CodeSearch;

/// <summary>GET /search?q=words. Kestrel is Task code with threads of its own, so this file is written in its style, not the loop's.</summary>
internal sealed class Server : IHostLifetime
{
    internal static async Task<WebApplication> StartAsync(int port, EventLoop loop, Func<string, Coroutine<Hit[]>> search, CancellationToken cancellation)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddSingleton<IHostLifetime, Server>(); // in place of one that takes Ctrl-C for itself: it is the loop's
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        WebApplication application = builder.Build();
        application.MapGet("/search", async (string? q, CancellationToken hungUp) =>
        {
            if (string.IsNullOrWhiteSpace(q))
            {
                return Results.BadRequest("Put words to search for after ?q=");
            }

            // On a request thread, and coroutines run on the loop only: this starts one there and gives a future that is safe anywhere.
            // Cancelling that one cancels the coroutine, so a client that hangs up stops its search.
            ConcurrentFuture<Hit[]> hits = loop.RunCoroutineThreadSafe(() => search(q));
            using CancellationTokenRegistration link = hungUp.Register(() => hits.Cancel());
            return Results.Json(await hits);
        });
        await application.StartAsync(cancellation);
        return application;
    }

    Task IHostLifetime.WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostLifetime.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
