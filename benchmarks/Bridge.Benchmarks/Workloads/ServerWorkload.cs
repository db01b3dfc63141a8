using Bridge.Benchmarks.Harness;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>A server that somebody else asks. The figure is the time per request; its processor time, its bytes and how busy the asker was come besides.</summary>
public abstract class ServerWorkload(ServerKind kind) : Workload
{
    /// <summary>From here on the load may be what limits.</summary>
    private const double Saturated = 0.95;

    private readonly List<double> _busy = [];
    private double? _figure;
    private double? _bytes;

    public sealed override double? Figure => _figure;

    public sealed override double? Bytes => _bytes;

    public sealed override bool CountsBytes => kind.IsManaged;

    public sealed override TimeSpan WarmUp => kind.WarmUp;

    /// <summary>Nanoseconds of the server's processor time per request, in the last run.</summary>
    public double ProcessorTime { get; private set; }

    public override IEnumerable<SideFigure> SideFigures => [new("% load busy", 100 * Busy)];

    public override string? Remark => Busy < Saturated ? null : "the load is saturated: read the processor time";

    /// <summary>The share of its processor that the load used, median of all runs.</summary>
    private double Busy => Statistics.Median([.. _busy]);

    /// <summary>Has it asked, and takes down what that took.</summary>
    /// <param name="server">Who is asked.</param>
    /// <param name="ask">Asks and waits for all answers.</param>
    protected void Measure(ServerProcess server, Func<LoadResult> ask)
    {
        ServerUse before = server.Use();
        LoadResult result = ask();
        ServerUse after = server.Use();
        _figure = (double)result.Elapsed / result.Requests;
        ProcessorTime = (double)(after.Processor - before.Processor) / result.Requests;
        _bytes = (double?)(after.Allocated - before.Allocated) / result.Requests;
        _busy.Add((double)result.Processor / result.Elapsed);
    }
}

/// <summary>What somebody who asks a server tells afterwards.</summary>
/// <param name="Requests">How many were answered.</param>
/// <param name="Elapsed">Nanoseconds.</param>
/// <param name="Processor">Nanoseconds of the asker's own processor time.</param>
public readonly record struct LoadResult(long Requests, long Elapsed, long Processor);
