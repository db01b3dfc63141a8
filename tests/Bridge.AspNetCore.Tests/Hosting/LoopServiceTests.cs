using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.AspNetCore.Tests.Hosting;

/// <summary>Scenario 15: services that run on a loop of the application.</summary>
public sealed class LoopServiceTests
{
    [Fact(Timeout = 30000)]
    public async Task Service_HostStartsAndStops_RunsOnTheLoopAndIsCancelledBeforeTheLoopEnds()
    {
        HostApplicationBuilder builder = TestHost.Builder();
        builder.Services.AddEventLoop("devices").AddLoopService<Poller>("devices");
        using IHost host = builder.Build();
        await host.StartAsync();
        EventLoop loop = host.Services.GetRequiredKeyedService<EventLoop>("devices");
        Poller poller = host.Services.GetRequiredService<Poller>();
        await poller.Polled.Task;
        Assert.Same(loop, poller.RanOn);
        await host.StopAsync();
        Assert.Equal((true, true, true), (poller.WasCancelled, poller.TokenFired, poller.LoopRanAtTheEnd));
        Assert.True(loop.IsClosed);
    }

    [Fact(Timeout = 30000)]
    public async Task Service_BlocksBeforeItsFirstAwait_DoesNotHoldUpTheStart()
    {
        HostApplicationBuilder builder = TestHost.Builder();
        builder.Services.AddEventLoop("devices").AddLoopService<Blocking>("devices");
        using IHost host = builder.Build();
        await host.StartAsync();
        host.Services.GetRequiredService<Blocking>().Release.Set();
        await host.StopAsync();
    }

    [Theory(Timeout = 30000)]
    [InlineData(BackgroundServiceExceptionBehavior.StopHost, true)]
    [InlineData(BackgroundServiceExceptionBehavior.StopHost, false)]
    [InlineData(BackgroundServiceExceptionBehavior.Ignore, true)]
    public async Task Service_Fails_IsLoggedOnceAndStopsTheHostByPolicy(BackgroundServiceExceptionBehavior behavior, bool failsAtOnce)
    {
        var loggers = new RecordingLoggers();
        HostApplicationBuilder builder = TestHost.Builder(loggers);
        builder.Services.Configure<HostOptions>(options => options.BackgroundServiceExceptionBehavior = behavior);
        builder.Services.AddEventLoop("devices").AddSingleton(new Failing(failsAtOnce)).AddLoopService<Failing>("devices");
        using IHost host = builder.Build();
        IHostApplicationLifetime lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        await host.StartAsync();
        if (behavior == BackgroundServiceExceptionBehavior.StopHost)
        {
            await host.WaitForShutdownAsync();
        }
        else
        {
            await Conditions.Until(() => loggers.Records.Any(record => record.Level == LogLevel.Critical));
            Assert.False(lifetime.ApplicationStopping.IsCancellationRequested);
            await host.StopAsync();
        }

        LogRecord record = Assert.Single(loggers.Records, record => record.Exception is InvalidDataException);
        Assert.Equal(("Bridge.Loop.devices", LogLevel.Critical), (record.Category, record.Level));
        Assert.StartsWith("Service Failing on event loop 'devices' failed.", record.Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public async Task Service_EndsByItself_TheHostGoesOn()
    {
        var loggers = new RecordingLoggers();
        HostApplicationBuilder builder = TestHost.Builder(loggers);
        builder.Services.AddEventLoop("devices").AddLoopService<Brief>("devices");
        using IHost host = builder.Build();
        await host.StartAsync();
        await host.Services.GetRequiredService<Brief>().Ended.Task;
        Assert.False(host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        await host.StopAsync();
        Assert.Empty(loggers.Errors);
    }

    [Fact(Timeout = 30000)]
    public async Task Start_NoLoopOfThatName_FailsAndNamesIt()
    {
        HostApplicationBuilder builder = TestHost.Builder();
        builder.Services.AddLoopService<Brief>("devices");
        using IHost host = builder.Build();
        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());
        Assert.Contains("AddEventLoop(\"devices\")", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddLoopService_TwiceOrWithoutAName_Throws()
    {
        var services = new ServiceCollection();
        services.AddLoopService<Brief>("devices");
        Assert.Contains("Brief", Assert.Throws<InvalidOperationException>(() => services.AddLoopService<Brief>("other")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => services.AddLoopService<Poller>(""));
    }

    [Fact(Timeout = 30000)]
    public async Task RunAsync_RequestIsAborted_CancelsItsTaskOnTheLoop()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebServer server = await WebServer.Start(
            app => Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions.MapGet(
                app, "/", ([FromKeyedServices("devices")] EventLoop loop, CancellationToken aborted) => loop.RunAsync(Work, aborted)),
            static _ => { },
            build: static builder => builder.Services.AddEventLoop("devices"));
        using HttpClient client = server.Client();
        using var abort = new CancellationTokenSource();
        Task<string> request = client.GetStringAsync("/", abort.Token);
        await begun.Task;
        await abort.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        Assert.True(await ended.Task);

        async Coroutine<string> Work()
        {
            begun.SetResult();
            try
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                ended.SetResult(LoopTask.Current!.CancelRequests > 0);
            }

            return "";
        }
    }

    private sealed class Poller : ILoopService
    {
        internal TaskCompletionSource Polled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal EventLoop? RanOn { get; private set; }

        internal bool WasCancelled { get; private set; }

        internal bool TokenFired { get; private set; }

        internal bool LoopRanAtTheEnd { get; private set; }

        public async Coroutine RunAsync(CancellationToken stoppingToken)
        {
            RanOn = EventLoop.Running;
            try
            {
                Polled.SetResult();
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            catch (OperationCanceledException)
            {
                WasCancelled = true;
                throw;
            }
            finally
            {
                await LoopTask.Yield();
                TokenFired = stoppingToken.IsCancellationRequested;
                LoopRanAtTheEnd = RanOn.IsRunning;
            }
        }
    }

    private sealed class Blocking : ILoopService, IDisposable
    {
        internal ManualResetEventSlim Release { get; } = new();

        public async Coroutine RunAsync(CancellationToken stoppingToken)
        {
            Release.Wait(CancellationToken.None);
            await LoopTask.Yield();
        }

        public void Dispose() => Release.Dispose();
    }

    private sealed class Failing(bool atOnce) : ILoopService
    {
        public Coroutine RunAsync(CancellationToken stoppingToken) => atOnce ? throw new InvalidDataException("seeded") : FailLater();

        private static async Coroutine FailLater()
        {
            await LoopTask.Yield();
            throw new InvalidDataException("seeded");
        }
    }

    private sealed class Brief : ILoopService
    {
        internal TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Coroutine RunAsync(CancellationToken stoppingToken)
        {
            await LoopTask.Yield();
            Ended.SetResult();
        }
    }
}
