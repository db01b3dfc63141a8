using System.Diagnostics;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>A whole program, started and run to its end, one after the other. The figure is the median wall time.</summary>
/// <param name="program">Its name among the <see cref="Peers"/>. A .dll is started with <c>dotnet</c>.</param>
public sealed class ProcessStarts(string program) : Workload
{
    private readonly Samples _samples = new();
    private string _path = "";

    public override double? Figure => _samples.Median;

    public override bool CountsBytes => false;

    public override IEnumerable<SideFigure> SideFigures => [new(IsManaged ? "MB without the runtime" : "MB in one file", Size / 1e6)];

    private bool IsManaged => _path.EndsWith(".dll", StringComparison.Ordinal);

    private long Size => !IsManaged
        ? new FileInfo(_path).Length
        : Directory.EnumerateFiles(Path.GetDirectoryName(_path)!, "*.dll").Sum(file => new FileInfo(file).Length);

    public override void Setup() => _path = Peers.Find(program);

    public override void RunOnce(int operations)
    {
        _samples.Begin(operations);
        for (int i = 0; i < operations; i++)
        {
            long start = Stopwatch.GetTimestamp();
            using Process process = Process.Start(IsManaged ? Silent("dotnet", _path) : Silent(_path))!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            _samples.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{program} ended with exit code {process.ExitCode}.");
            }
        }
    }

    private static ProcessStartInfo Silent(string file, params string[] arguments) => new(file, arguments) { RedirectStandardOutput = true };
}
