using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Bridge.AspNetCore;

/// <summary>A loop of the application: made when the application starts, or when somebody asks for it before; ended when everything else has stopped.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class HostedEventLoop
{
    private readonly string _name;
    private readonly IServiceProvider _services;

    /// <summary>Guards the fields below.</summary>
    private readonly Lock _lock = new();
    private OwnedLoop? _loop;
    private TimeSpan _budget;
    private Task<bool>? _stopping;

    internal HostedEventLoop(string name, IServiceProvider services)
    {
        _name = name;
        _services = services;
    }

    /// <summary>The loop, running until <see cref="StopAsync"/>, closed after it.</summary>
    /// <exception cref="ObjectDisposedException">The application has stopped, and never had the loop.</exception>
    internal EventLoop Loop
    {
        get
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_loop is null && _stopping is not null, this);
                return (_loop ??= Start()).Loop;
            }
        }
    }

    /// <summary>Ends the loop within its budget. Asked again, gives the same answer.</summary>
    internal Task<bool> StopAsync(CancellationToken hurry)
    {
        lock (_lock)
        {
            return _stopping ??= _loop is null ? Task.FromResult(true) : _loop.StopAsync(_budget, hurry);
        }
    }

    private OwnedLoop Start()
    {
        EventLoopHostOptions options = _services.GetRequiredService<IOptionsMonitor<EventLoopHostOptions>>().Get(_name);
        _budget = options.ShutdownTimeout;
        ILogger logger = _services.GetRequiredService<ILoggerFactory>().CreateLogger($"Bridge.Loop.{_name}");
        var loopOptions = new EventLoopOptions
        {
            Name = _name,
            Logger = logger,
            TimeProvider = options.TimeProvider ?? _services.GetService<TimeProvider>() ?? TimeProvider.System,
            Debug = options.Debug,
            StrictPolling = options.StrictPolling,
            MaximumSpin = options.MaximumSpin,
            MeasureTurns = options.MeasureTurns,
        };
        return new OwnedLoop(loopOptions, logger, _services.GetService<EventLoopMetrics>(), options.Initialize);
    }
}

/// <summary>Starts and ends a loop with the host: before all other services start, after all have stopped.</summary>
/// <remarks>
/// It is made after the loop, hence disposed before it. That matters where the application fails to start: nobody is told to stop then, and
/// the container disposes of everything, of the loop too, which must not run any more by that time.
/// </remarks>
internal sealed class HostedEventLoopService : IHostedLifecycleService, IDisposable, IAsyncDisposable
{
    private readonly HostedEventLoop _hosted;

    internal HostedEventLoopService(HostedEventLoop hosted) => _hosted = hosted;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => _hosted.StopAsync(cancellationToken);

    public void Dispose() => _hosted.StopAsync(CancellationToken.None).GetAwaiter().GetResult();

    public async ValueTask DisposeAsync() => await _hosted.StopAsync(CancellationToken.None).ConfigureAwait(false);
}
