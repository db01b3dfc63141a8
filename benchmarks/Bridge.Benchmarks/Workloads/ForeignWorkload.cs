using Bridge.Benchmarks.Harness;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>A row of a peer that is a program of its own. It measures itself, so the pipe to it costs nothing.</summary>
/// <param name="program">Its name among the <see cref="Peers"/>, or a path.</param>
/// <param name="row">What it is to do.</param>
/// <param name="argument">The row's parameter, such as a number of producers.</param>
public sealed class ForeignWorkload(string program, string row, string? argument = null) : Workload
{
    private PeerProcess? _process;
    private double? _figure;

    public override double? Figure => _figure;

    public override bool CountsBytes => false;

    public override void Setup() => _process = new PeerProcess(PeerCommand.Of(program, argument is null ? [row] : [row, argument]));

    public override void RunOnce(int operations)
    {
        long[] nanoseconds = _process!.Run(operations);

        // One number is the time of all operations; as many as there were operations are one of each.
        _figure = nanoseconds.Length == 1
            ? (double)nanoseconds[0] / operations
            : Statistics.Median([.. nanoseconds.Select(value => (double)value)]);
    }

    public override void Dispose() => _process?.Dispose();
}
