using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Compare.Results;

/// <summary>Where and with what was measured: pairs of what and its value, for the head of the report.</summary>
internal static class Machine
{
    internal static IReadOnlyDictionary<string, string> Describe() => new Dictionary<string, string>
    {
        ["processor"] = $"{ProcessorName()}, {Environment.ProcessorCount} cores for this process",
        ["kernel"] = First("/proc/sys/kernel/osrelease") is { } release ? $"Linux {release}" : RuntimeInformation.OSDescription,
        ["SDK"] = Answer("dotnet", "--version"),
        ["runtime"] = $"{RuntimeInformation.FrameworkDescription} ({RuntimeInformation.ProcessArchitecture})",
        ["GC"] = $"{(GCSettings.IsServerGC ? "server" : "workstation")}, {(GCSettings.LatencyMode == GCLatencyMode.Batch ? "not concurrent" : "concurrent")}",
        ["commit"] = Commit(),
        ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
        ["Python peers"] = First(Path.Combine(Peers.Root, "artifacts", "peers", "python.version")) ?? "none",
        ["C peer"] = First(Path.Combine(Peers.Root, "artifacts", "peers", "gcc.version")) ?? "none",
    };

    /// <summary>How busy the machine has been for the last minute, this process included; null where the system does not say.</summary>
    internal static double? Load()
        => First("/proc/loadavg") is { } line && double.TryParse(line.Split(' ')[0], CultureInfo.InvariantCulture, out double load) ? load : null;

    private static string ProcessorName()
    {
        const string Key = "model name";
        string? line = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(it => it.StartsWith(Key, StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static string Commit()
    {
        string commit = Answer("git", "-C", Peers.Root, "rev-parse", "--short", "HEAD");
        return Answer("git", "-C", Peers.Root, "status", "--porcelain", "--untracked-files=no").Length == 0 ? commit : commit + " with changes";
    }

    private static string? First(string file) => File.Exists(file) ? File.ReadLines(file).FirstOrDefault() : null;

    private static string Answer(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string answer = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? answer : "unknown";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Not installed; nothing but this line of the report needs it.
            return "unknown";
        }
    }
}
