using System.Diagnostics;

namespace Bridge.Benchmarks.Worlds;

internal static class ProcessPipes
{
    /// <summary>Gives back the pipes of a program that has ended. <see cref="Process.Dispose()"/> leaves those that somebody asked for to their finalizers.</summary>
    internal static void ClosePipes(this Process process)
    {
        process.StandardInput.BaseStream.Dispose();
        process.StandardOutput.Dispose();
        process.StandardError.Dispose();
    }
}
