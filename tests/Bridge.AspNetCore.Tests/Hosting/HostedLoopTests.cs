using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Bridge.AspNetCore.Tests.Hosting;

public sealed class HostedLoopTests
{
    [Fact(Timeout = 30000)]
    public async Task Start_TwoLoops_RunOnThreadsOfTheirOwnAndEndWithTheHost()
    {
        HostApplicationBuilder builder = TestHost.Builder();
        builder.Services.AddEventLoop("a").AddEventLoop("b");
        using IHost host = builder.Build();
        await host.StartAsync();
        EventLoop a = host.Services.GetRequiredKeyedService<EventLoop>("a");
        EventLoop b = host.Services.GetRequiredKeyedService<EventLoop>("b");

        Assert.Equal(("a", true), (a.Name, a.IsRunning));
        Assert.Equal(("b", true), (b.Name, b.IsRunning));
        await host.StopAsync();
        Assert.True(a.IsClosed);
        Assert.True(b.IsClosed);
    }

    [Fact(Timeout = 30000)]
    public async Task Services_AnotherHostedService_FindsTheLoopRunningAtStartAndStop()
    {
        HostApplicationBuilder builder = TestHost.Builder();
        builder.Services.AddHostedService<Watcher>().AddEventLoop("orders");
        using IHost host = builder.Build();

        await host.StartAsync();
        await host.StopAsync();

        Watcher watcher = host.Services.GetServices<IHostedService>().OfType<Watcher>().Single();
        Assert.True(watcher.RanAtStart);
        Assert.True(watcher.RanAtStop);
        Assert.True(watcher.Loop.IsClosed);
    }

    [Fact(Timeout = 30000)]
    public async Task Stop_TaskWaits_IsCancelledAndWaitedFor()
    {
        HostApplicationBuilder builder = TestHost.Builder();
        builder.Services.AddEventLoop("orders");
        using IHost host = builder.Build();
        await host.StartAsync();
        EventLoop loop = host.Services.GetRequiredKeyedService<EventLoop>("orders");
        bool cleanedUp = false;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = loop.RunCoroutineThreadSafe(Wait);
        await started.Task;

        await host.StopAsync();

        Assert.True(cleanedUp);

        async Coroutine Wait()
        {
            started.SetResult();
            try
            {
                await LoopTask.Sleep(TimeSpan.FromDays(1));
            }
            finally
            {
                await LoopTask.Yield();
                cleanedUp = true;
            }
        }
    }

    [Fact(Timeout = 30000)]
    public async Task Stop_TaskDoesNotEnd_IsLoggedAndTheHostStops()
    {
        var loggers = new RecordingLoggers();
        HostApplicationBuilder builder = TestHost.Builder(loggers);
        builder.Services.AddEventLoop("orders", static options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(50));
        IHost host = builder.Build();
        await host.StartAsync();
        EventLoop loop = host.Services.GetRequiredKeyedService<EventLoop>("orders");
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource();
        _ = loop.RunCoroutineThreadSafe(Insist);
        await started.Task;

        await host.StopAsync();

        LogRecord stuck = Assert.Single(loggers.Records, static record => record.Text.Contains("did not stop", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Error, stuck.Level);
        Assert.Contains("Insist", stuck.Text, StringComparison.Ordinal);
        release.SetResult();
        await Conditions.Until(() => loop.IsClosed);
        host.Dispose();

        async Coroutine Insist()
        {
            started.SetResult();
            while (!release.Task.IsCompleted)
            {
                try
                {
                    await LoopTask.Sleep(TimeSpan.FromMilliseconds(1));
                }
                catch (OperationCanceledException)
                {
                    // That is what is wrong with it.
                }
            }
        }
    }

    [Fact(Timeout = 30000)]
    public async Task Start_AnotherServiceFails_LoopIsEndedByDispose()
    {
        HostApplicationBuilder builder = TestHost.Builder();
        builder.Services.AddEventLoop("orders").AddHostedService<Failing>();
        EventLoop loop;
        using (IHost host = builder.Build())
        {
            loop = host.Services.GetRequiredKeyedService<EventLoop>("orders");
            InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());
            Assert.Equal("seeded", thrown.Message);
        }

        Assert.True(loop.IsClosed);
    }

    [Fact(Timeout = 30000)]
    public async Task Initialize_SetsTheExceptionHandler_BeforeTheLoopRuns()
    {
        var reported = new TaskCompletionSource<LoopErrorContext>(TaskCreationOptions.RunContinuationsAsynchronously);
        HostApplicationBuilder builder = TestHost.Builder();
        builder.Services.AddEventLoop("orders", options => options.Initialize = loop => loop.ExceptionHandler = (_, context) => reported.SetResult(context));
        using IHost host = builder.Build();
        await host.StartAsync();

        host.Services.GetRequiredKeyedService<EventLoop>("orders").CallSoonThreadSafe(static () => throw new InvalidOperationException("seeded"));

        Assert.Equal("seeded", (await reported.Task).Exception!.Message);
        await host.StopAsync();
    }

    [Fact(Timeout = 30000)]
    public async Task Initialize_Throws_FailsTheStart()
    {
        HostApplicationBuilder builder = TestHost.Builder();
        builder.Services.AddEventLoop("orders", static options => options.Initialize = static _ => throw new InvalidOperationException("seeded"));
        using IHost host = builder.Build();

        Assert.Equal("seeded", (await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync())).Message);
    }

    [Fact(Timeout = 30000)]
    public async Task Log_CallbackFails_IsWrittenUnderTheLoopsName()
    {
        var loggers = new RecordingLoggers();
        HostApplicationBuilder builder = TestHost.Builder(loggers);
        builder.Services.AddEventLoop("orders");
        using IHost host = builder.Build();
        await host.StartAsync();
        EventLoop loop = host.Services.GetRequiredKeyedService<EventLoop>("orders");

        loop.CallSoonThreadSafe(static () => throw new InvalidOperationException("seeded"));
        await host.StopAsync();

        LogRecord error = Assert.Single(loggers.Errors);
        Assert.Equal("Bridge.Loop.orders", error.Category);
        Assert.Equal("seeded", error.Exception!.Message);
        Assert.Contains(loggers.Records, static record => record.Text == "Event loop 'orders' started.");
        Assert.Contains(loggers.Records, static record => record.Text == "Event loop 'orders' stopped.");
    }

    [Fact(Timeout = 30000)]
    public async Task Options_OutOfRange_FailTheStart()
    {
        HostApplicationBuilder builder = TestHost.Builder();
        builder.Services.AddEventLoop("good").AddEventLoop("bad", static options =>
        {
            options.ShutdownTimeout = TimeSpan.FromSeconds(-1);
            options.MaximumSpin = TimeSpan.FromMinutes(1);
        });
        using IHost host = builder.Build();

        OptionsValidationException thrown = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(
            [
                "ShutdownTimeout of event loop 'bad' is -00:00:01; it must be zero to 01:00:00.",
                "MaximumSpin of event loop 'bad' is 00:01:00; it must be zero to 00:00:01.",
            ],
            thrown.Failures);
    }

    [Fact]
    public void Add_SameNameTwice_Throws()
    {
        var services = new ServiceCollection();
        services.AddEventLoop("orders");

        Assert.Contains("'orders'", Assert.Throws<InvalidOperationException>(() => services.AddEventLoop("orders")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => services.AddEventLoop(""));
        Assert.Throws<ArgumentNullException>(() => services.AddEventLoop(null!));
    }

    [Fact(Timeout = 30000)]
    public async Task Transport_OnNamedLoop_HandlersShareItWithTheRestOfTheApplication()
    {
        await using WebServer server = await WebServer.Start(
            static app => Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions.MapGet(
                app, "/", static ([FromKeyedServices("orders")] EventLoop loop) => $"{loop.Name} {loop.IsOnLoopThread}"),
            static options => options.EventLoopNames.Add("orders"),
            build: static builder => builder.Services.AddEventLoop("orders"));
        using HttpClient client = server.Client();

        Assert.Equal("orders True", await client.GetStringAsync("/"));
    }

    [Fact(Timeout = 30000)]
    public async Task Transport_NamedLoopStopsFirst_ConnectionsEndAndAcceptGivesNull()
    {
        await using BoundTransport transport = await BoundTransport.Bind(
            static options => options.EventLoopNames.Add("orders"), services: static services => services.AddEventLoop("orders"));
        var (client, connection) = await transport.ConnectAndAccept();
        using (client)
        {
            await transport.Services.GetRequiredKeyedService<HostedEventLoop>("orders").StopAsync(CancellationToken.None);

            await Assert.ThrowsAnyAsync<Exception>(() => client.ReceiveAsync(new byte[8]));
            Assert.Null(await transport.Listener.AcceptAsync());
            await connection.DisposeAsync();
        }
    }

    private sealed class Watcher([FromKeyedServices("orders")] EventLoop loop) : IHostedService
    {
        internal EventLoop Loop => loop;

        internal bool RanAtStart { get; private set; }

        internal bool RanAtStop { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            RanAtStart = loop.IsRunning;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            RanAtStop = loop.IsRunning;
            return Task.CompletedTask;
        }
    }

    private sealed class Failing : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("seeded");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
