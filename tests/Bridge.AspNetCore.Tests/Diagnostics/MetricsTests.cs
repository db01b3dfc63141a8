using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.AspNetCore.Tests.Diagnostics;

public sealed class MetricsTests
{
    [Fact(Timeout = 30000)]
    public async Task Meter_LoopWithConnection_ShowsBoth()
    {
        await using WebServer server = await WebServer.Start(
            static app => app.MapGet("/", () => "x"),
            static options => options.EventLoopNames.Add("orders"),
            build: static builder => builder.Services.AddEventLoop("orders"));
        using var reading = new Reading(server.Application.Services.GetRequiredService<IMeterFactory>());
        using HttpClient client = server.Client(connections: 1);
        await client.GetStringAsync("/");

        IReadOnlyDictionary<string, double> figures = reading.Take("orders");

        Assert.True(figures["bridge.loop.callbacks"] > 0);
        Assert.True(figures["bridge.loop.posts"] > 0);
        Assert.Equal(1, figures["bridge.loop.connections"]);
        Assert.True(figures.ContainsKey("bridge.loop.ready.depth"));
        Assert.True(figures.ContainsKey("bridge.loop.inbox.depth"));
        Assert.True(figures.ContainsKey("bridge.loop.timers"));

        // Each look posts; one of the posts finds the loop asleep.
        await Conditions.Until(() => reading.Take("orders")["bridge.loop.wakeups"] > 0);

        // The lag of the post that the first look sent.
        await Conditions.Until(() => reading.Take("orders").TryGetValue("bridge.loop.lag", out double lag) && lag > 0);
    }

    [Fact(Timeout = 30000)]
    public async Task Lag_LoopIsHeldUp_GrowsMeanwhile()
    {
        await using WebServer server = await WebServer.Start(static app => app.MapGet("/", () => "x"), build: static builder => builder.Services.AddEventLoop("orders"));
        using var reading = new Reading(server.Application.Services.GetRequiredService<IMeterFactory>());
        EventLoop loop = server.Application.Services.GetRequiredKeyedService<EventLoop>("orders");
        using var release = new ManualResetEventSlim();
        loop.CallSoonThreadSafe(release.Wait);
        reading.Take("orders");

        double first = reading.Take("orders")["bridge.loop.lag"];
        double second = reading.Take("orders")["bridge.loop.lag"];

        Assert.True(first < second);
        release.Set();
    }

    [Fact(Timeout = 30000)]
    public async Task Meter_LoopEnded_ShowsItNoMore()
    {
        await using WebServer server = await WebServer.Start(static app => app.MapGet("/", () => "x"));
        using var reading = new Reading(server.Application.Services.GetRequiredService<IMeterFactory>());
        Assert.NotEmpty(reading.Take("web-0"));

        await server.Application.StopAsync();

        Assert.Empty(reading.Take("web-0"));
    }

    /// <summary>What the meter of one application says.</summary>
    private sealed class Reading : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentDictionary<(string Loop, string Instrument), double> _figures = new();

        internal Reading(IMeterFactory factory)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Bridge.Loop" && ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _listener.Start();
        }

        internal IReadOnlyDictionary<string, double> Take(string loop)
        {
            _figures.Clear();
            _listener.RecordObservableInstruments();
            return _figures.Where(figure => figure.Key.Loop == loop).ToDictionary(static figure => figure.Key.Instrument, static figure => figure.Value);
        }

        public void Dispose() => _listener.Dispose();

        private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            Assert.Equal("bridge.loop.name", tags[0].Key);
            _figures[((string)tags[0].Value!, instrument.Name)] = value;
        }
    }
}
