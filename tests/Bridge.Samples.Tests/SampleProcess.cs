using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Bridge.TestKit;

namespace Bridge.Samples.Tests;

/// <summary>A sample (CodeSearch unless another is named), running as a program of its own. Disposing ends it.</summary>
internal sealed partial class SampleProcess : IDisposable
{
    private const int SigInt = 2;
    private const int SigTerm = 15;

    private readonly RealPeer _process;

    /// <summary>A sample that hangs is ended before the test's own time limit, which would leave it running.</summary>
    private readonly CancellationTokenSource _guard = new(TimeSpan.FromSeconds(60));
    private readonly CancellationTokenRegistration _kill;

    internal SampleProcess(SampleFolder folder, params string[] arguments)
        : this("CodeSearch", folder, arguments)
    {
    }

    internal SampleProcess(string sample, SampleFolder folder, string[] arguments)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

        // A process started in the background may ignore Ctrl-C, and hands that on to its children; env undoes it and becomes the program.
        var start = OperatingSystem.IsLinux() ? new ProcessStartInfo("env", ["--default-signal=INT", dotnet]) : new ProcessStartInfo(dotnet);
        start.ArgumentList.Add(ProgramOf(sample));
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.WorkingDirectory = folder.Content;
        start.Environment["TMPDIR"] = folder.Temporary;
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // its pipes would lie among the temporary files
        _process = RealPeer.Start(start);
        _kill = _guard.Token.Register(_process.Kill);
    }

    /// <summary>Runs CodeSearch to its end.</summary>
    internal static async Task<(int ExitCode, string Output, string Errors)> Run(SampleFolder folder, params string[] arguments)
    {
        using var process = new SampleProcess(folder, arguments);
        return await process.End();
    }

    /// <summary>Runs another sample to its end.</summary>
    internal static async Task<(int ExitCode, string Output, string Errors)> RunOther(string sample, SampleFolder folder, params string[] arguments)
    {
        using var process = new SampleProcess(sample, folder, arguments);
        return await process.End();
    }

    /// <summary>Starts another sample.</summary>
    internal static SampleProcess StartOther(string sample, SampleFolder folder, params string[] arguments) => new(sample, folder, arguments);

    /// <summary>Reads on until a line with the text, and returns that line.</summary>
    internal Task<string> ReadUntil(string text) => _process.ReadUntil(text);

    /// <summary>What Ctrl-C in a terminal does.</summary>
    internal void PressCtrlC() => Assert.Equal(0, Kill(_process.Id, SigInt));

    /// <summary>What a service manager does.</summary>
    internal void Terminate() => Assert.Equal(0, Kill(_process.Id, SigTerm));

    internal Task<(int ExitCode, string Output, string Errors)> End() => _process.End();

    public void Dispose()
    {
        _kill.Dispose();
        _guard.Dispose();
        _process.Dispose();
    }

    /// <summary>Where the build put it; see the project file.</summary>
    private static string ProgramOf(string sample) => typeof(SampleProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == sample).Value!;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
