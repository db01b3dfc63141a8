using Bridge.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/hosted-service.md</summary>
public sealed class HostedServicePage
{
    [Fact(Timeout = 30000)]
    public async Task Service_PollsOnItsLoop_RequestsReadItsStateThere()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        #region hosted-service
        builder.Services
            .AddEventLoop("devices", options => options.ShutdownTimeout = TimeSpan.FromSeconds(5))
            .AddLoopService<Poller>("devices");
        WebApplication app = builder.Build();
        app.MapGet("/polls", ([FromKeyedServices("devices")] EventLoop loop, Poller poller, CancellationToken aborted)
            => loop.InvokeAsync(() => poller.Polls, aborted));
        #endregion
        await using (app)
        {
            await app.StartAsync();
            using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
            Assert.Equal("1", await client.GetStringAsync("/polls"));
            await app.StopAsync();
        }
    }

    #region hosted-service-poller
    public sealed class Poller : ILoopService
    {
        public int Polls { get; private set; }

        public async Coroutine RunAsync(CancellationToken stoppingToken)
        {
            while (true)
            {
                Polls++;
                await LoopTask.Sleep(TimeSpan.FromMinutes(1));
            }
        }
    }
    #endregion
}
