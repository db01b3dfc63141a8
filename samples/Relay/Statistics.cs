using System.Text.Json;
using System.Text.Json.Serialization;

namespace RelaySample;

/// <summary>What happened so far.</summary>
internal sealed class Statistics
{
    private readonly EventLoop _loop = EventLoop.Running;
    private readonly TimeSpan _began = EventLoop.Running.Now;

    internal SortedDictionary<int, Connection> Open { get; } = [];

    internal int Accepted { get; set; }

    internal int Refused { get; set; }

    internal int Completed { get; set; }

    internal int Failed { get; set; }

    internal long BytesUp { get; set; }

    internal long BytesDown { get; set; }

    internal string ToJson() => JsonSerializer.Serialize(
        new Snapshot(Math.Round((_loop.Now - _began).TotalSeconds, 3), Open.Count, Accepted, Refused, Completed, Failed, BytesUp, BytesDown),
        SnapshotJson.Default.Snapshot);

    internal async Coroutine PrintEverySecond()
    {
        (long up, long down) = (0, 0);
        for (TimeSpan next = _loop.Now; ; up = BytesUp, down = BytesDown)
        {
            // To a point in time, not for a second: so the lines do not drift.
            next += TimeSpan.FromSeconds(1);
            await LoopTask.Sleep(next - _loop.Now);
            Console.WriteLine($"open {Open.Count}, accepted {Accepted}, up {(BytesUp - up) / 1e6:N2} MB/s, down {(BytesDown - down) / 1e6:N2} MB/s");
        }
    }
}

/// <summary>The statistics as one line of JSON.</summary>
internal sealed record Snapshot(double Seconds, int Open, int Accepted, int Refused, int Completed, int Failed, long BytesUp, long BytesDown);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Snapshot))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
