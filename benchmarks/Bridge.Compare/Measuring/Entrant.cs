using System.Diagnostics;
using Bridge.Benchmarks.Workloads;
using Bridge.Benchmarks.Worlds;
using Bridge.Compare.Results;

namespace Bridge.Compare.Measuring;

/// <summary>One workload in a contest. What goes wrong with it is kept, so that the others go on.</summary>
internal sealed class Entrant(string name, Func<Workload> make, int most, bool isWhole) : IDisposable
{
    private readonly List<double> _figures = [];
    private readonly List<double> _otherFigures = [];
    private readonly List<double> _bytes = [];
    private Workload? _workload;
    private int _operations;
    private string? _missing;

    /// <summary>Where another figure is found after each run, if there is one.</summary>
    internal Func<Workload, double>? ReadOther { get; init; }

    /// <summary>Makes the workload, warms it up and finds how many operations fill a run.</summary>
    internal void Prepare(Pace pace) => Try(() =>
    {
        _workload = make();
        _workload.Setup();
        _operations = WarmUp(_workload, pace);
    });

    /// <summary>One run, as one round has it.</summary>
    internal void Run() => Try(() =>
    {
        GC.Collect();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        double elapsed = Time(_workload!, _operations);
        _bytes.Add(_workload!.Bytes ?? (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / _operations);
        _figures.Add(_workload.Figure ?? elapsed / _operations);
        if (ReadOther is { } read)
        {
            _otherFigures.Add(read(_workload));
        }
    });

    /// <summary>What came of it.</summary>
    internal ContenderResult Result()
    {
        ContenderResult? result = null;
        Try(() => result = new ContenderResult(name, [.. _figures], _workload!.CountsBytes ? [.. _bytes] : [])
        {
            SideFigures = [.. _workload.SideFigures],
            Remark = _workload.Remark,
            Operations = _operations,
        });
        return result ?? new ContenderResult(name, [], []) { Missing = _missing };
    }

    /// <summary>What came of the other figure; bytes, side figures and remarks stand in the first result.</summary>
    internal ContenderResult OtherResult()
        => _missing is null ? new ContenderResult(name, [.. _otherFigures], []) { Operations = _operations } : new ContenderResult(name, [], []) { Missing = _missing };

    public void Dispose()
    {
        try
        {
            _workload?.Dispose();
        }
        catch (Exception exception)
        {
            // What it measured stands; that it does not end properly is for the tests of what it runs.
            Console.Error.WriteLine($"{name} does not end: {exception.Message}");
        }
    }

    private int WarmUp(Workload workload, Pace pace)
    {
        int trial = isWhole ? Math.Min(most, pace.MostAtOnce) : Math.Max(1, most / 50);
        double best = double.MaxValue;
        long start = Stopwatch.GetTimestamp();
        do
        {
            double elapsed = Time(workload, trial);
            best = Math.Min(best, workload.Figure * trial ?? elapsed);
        }
        while (!pace.IsWarm(Stopwatch.GetElapsedTime(start), workload.WarmUp));

        return isWhole ? trial : (int)Math.Clamp(trial * pace.Run.TotalNanoseconds / best, trial, most);
    }

    private static double Time(Workload workload, int operations)
    {
        long start = Stopwatch.GetTimestamp();
        workload.RunOnce(operations);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds;
    }

    private void Try(Action action)
    {
        if (_missing is not null)
        {
            return;
        }

        try
        {
            action();
        }
        catch (Exception exception)
        {
            // Whatever it is, the row is missing, the table says so, and the exit code is 1.
            Exception cause = exception.GetBaseException();
            _missing = cause is MissingPeerException ? cause.Message : $"threw {cause.GetType().Name}: {cause.Message}";
        }
    }
}
