using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Bridge.AspNetCore;

/// <summary>The meter <c>Bridge.Loop</c>: figures of every loop that this library made, and of the connections it serves.</summary>
/// <remarks>All instruments are observed: nothing is counted for them, and loops nobody measures pay nothing.</remarks>
internal sealed class EventLoopMetrics
{
    internal const string MeterName = "Bridge.Loop";
    internal const string LoopName = "bridge.loop.name";

    private readonly ConcurrentDictionary<object, MeasuredLoop> _loops = new();
    private readonly ConcurrentDictionary<object, ConnectionLoop> _connections = new();

    public EventLoopMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create(MeterName);
        meter.CreateObservableCounter("bridge.loop.callbacks", () => OfLoops(static loop => loop.Callbacks), "{callback}", "Callbacks that the loop took up.");
        meter.CreateObservableCounter("bridge.loop.posts", () => OfLoops(static loop => loop.Posts), "{post}", "Callbacks posted from other threads.");
        meter.CreateObservableCounter("bridge.loop.wakeups", () => OfLoops(static loop => loop.WakeUps), "{wakeup}", "Times a post had to wake the loop.");
        meter.CreateObservableGauge("bridge.loop.ready.depth", () => OfLoops(static loop => loop.ReadyDepth), "{callback}", "Callbacks that wait for their turn.");
        meter.CreateObservableGauge("bridge.loop.inbox.depth", () => OfLoops(static loop => loop.InboxDepth), "{post}", "Posts that the loop has not taken yet.");
        meter.CreateObservableGauge("bridge.loop.timers", () => OfLoops(static loop => loop.Timers), "{timer}", "Timers that are set.");
        meter.CreateObservableGauge("bridge.loop.lag", Lags, "s", "How late the loop came to the post of the last measurement.");
        meter.CreateObservableUpDownCounter("bridge.loop.connections", Connections, "{connection}", "Open connections of the web server.");
    }

    /// <summary>Measures a loop until the result is disposed. Any thread.</summary>
    internal Registration Add(EventLoop loop)
    {
        var key = new object();
        _loops[key] = new MeasuredLoop(loop, new LagProbe(loop));
        return new Registration(() => _loops.TryRemove(key, out _));
    }

    /// <summary>Counts the connections of a loop until the result is disposed. Any thread.</summary>
    internal Registration Add(ConnectionLoop connections)
    {
        var key = new object();
        _connections[key] = connections;
        return new Registration(() => _connections.TryRemove(key, out _));
    }

    private static KeyValuePair<string, object?> TagOf(EventLoop loop) => new(LoopName, loop.Name);

    private IEnumerable<Measurement<long>> OfLoops(Func<LoopStatistics, long> figure)
        => _loops.Values.Select(measured => new Measurement<long>(figure(measured.Loop.GetStatistics()), TagOf(measured.Loop)));

    private IEnumerable<Measurement<double>> Lags()
    {
        foreach (MeasuredLoop measured in _loops.Values)
        {
            if (measured.Lag.Observe() is { } lag)
            {
                yield return new Measurement<double>(lag.TotalSeconds, TagOf(measured.Loop));
            }
        }
    }

    private IEnumerable<Measurement<long>> Connections()
        => _connections.Values.Select(static connections => new Measurement<long>(connections.OpenConnections, TagOf(connections.Loop)));

    private sealed record MeasuredLoop(EventLoop Loop, LagProbe Lag);

    /// <summary>Ends a measurement.</summary>
    internal sealed class Registration(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
