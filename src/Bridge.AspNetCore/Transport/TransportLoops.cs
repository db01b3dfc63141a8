using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Bridge.AspNetCore;

/// <summary>The loops of the web server: made or found when it begins to listen, ended when the last of its listeners is disposed.</summary>
internal sealed class TransportLoops
{
    private readonly BridgeTransportOptions _options;
    private readonly IServiceProvider _services;
    private readonly ILoggerFactory _loggers;
    private readonly EventLoopMetrics _metrics;

    /// <summary>Guards the field below and the uses in it. Any thread.</summary>
    private readonly Lock _lock = new();
    private Running? _running;

    public TransportLoops(IOptions<BridgeTransportOptions> options, IServiceProvider services, ILoggerFactory loggers, EventLoopMetrics metrics)
    {
        _options = options.Value;
        _services = services;
        _loggers = loggers;
        _metrics = metrics;
    }

    /// <summary>The loops, running, for one more listener.</summary>
    /// <exception cref="InvalidOperationException">A loop is named that is not registered.</exception>
    internal Lease Rent()
    {
        lock (_lock)
        {
            _running ??= Start();
            _running.Uses++;
            return new Lease(this, _running);
        }
    }

    private Running Start()
    {
        var running = new Running();
        try
        {
            if (_options.EventLoopNames.Count > 0)
            {
                foreach (string name in _options.EventLoopNames)
                {
                    EventLoop loop = _services.GetKeyedService<EventLoop>(name) ?? throw new InvalidOperationException(Messages.NoSuchLoop(name));
                    Add(running, loop);
                }
            }
            else
            {
                for (int i = 0; i < _options.LoopCount; i++)
                {
                    string name = string.Create(CultureInfo.InvariantCulture, $"web-{i}");
                    ILogger logger = _loggers.CreateLogger($"Bridge.Loop.{name}");
                    var owned = new OwnedLoop(new EventLoopOptions { Name = name, Logger = logger }, logger, _metrics);
                    running.Owned.Add(owned);
                    Add(running, owned.Loop);
                }
            }

            return running;
        }
        catch
        {
            _ = running.StopAsync(_options.LoopShutdownTimeout);
            throw;
        }
    }

    private void Add(Running running, EventLoop loop)
    {
        MemoryPool<byte>? pool = _services.GetService<IMemoryPoolFactory<byte>>()?.Create(new MemoryPoolOptions { Owner = "bridge" });
        var connections = new ConnectionLoop(loop, _options, pool);
        running.Loops.Add(connections);
        running.Measured.Add(_metrics.Add(connections));
        connections.Start();
    }

    private async ValueTask GiveBack(Running running)
    {
        lock (_lock)
        {
            if (--running.Uses > 0)
            {
                return;
            }

            if (ReferenceEquals(_running, running))
            {
                _running = null;
            }
        }

        await running.StopAsync(_options.LoopShutdownTimeout).ConfigureAwait(false);
    }

    /// <summary>One listener's hold on the loops.</summary>
    internal sealed class Lease(TransportLoops owner, Running running) : IAsyncDisposable
    {
        private int _isDisposed;

        internal IReadOnlyList<ConnectionLoop> Loops => running.Loops;

        internal TimeSpan ShutdownTimeout => owner._options.LoopShutdownTimeout;

        public ValueTask DisposeAsync() => Interlocked.Exchange(ref _isDisposed, 1) == 0 ? owner.GiveBack(running) : ValueTask.CompletedTask;

        public override string ToString() => string.Join(", ", Loops.Select(static loop => loop.Loop.Name));
    }

    /// <summary>A set of loops at work.</summary>
    internal sealed class Running
    {
        internal List<ConnectionLoop> Loops { get; } = [];

        internal List<OwnedLoop> Owned { get; } = [];

        internal List<IDisposable> Measured { get; } = [];

        internal int Uses { get; set; }

        internal async Task StopAsync(TimeSpan budget)
        {
            // Our own loops end their connections when they end; the application's loops go on without them.
            await (Owned.Count > 0
                ? Task.WhenAll(Owned.Select(loop => loop.StopAsync(budget, CancellationToken.None)))
                : Task.WhenAll(Loops.Select(loop => loop.EndConnectionsAsync(budget)))).ConfigureAwait(false);
            Measured.ForEach(static measured => measured.Dispose());
            Loops.ForEach(static loop => loop.Dispose());
        }
    }
}
