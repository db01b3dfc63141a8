using System.Diagnostics;
using System.Globalization;

namespace Bridge.Samples.Tests;

/// <summary>Needs 3, 10 and 34, which are about whole processes: how they end, on Ctrl-C and with blocked threads.</summary>
public sealed class ProcessEndTests : IDisposable
{
    private readonly SampleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 240000)]
    public async Task CtrlC_IdleLoop_CancelsMainWithin100MsRunsEveryFinallyAndExits130()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Sends a Unix signal.");

        // A machine that is busy with other things may be late; a program that does not keep the promise always is.
        for (int attempt = 1; await PressOnce() > TimeSpan.FromMilliseconds(100); attempt++)
        {
            Assert.True(attempt < 10, "Ten times in a row, Ctrl-C took longer than 100 ms to cancel the main code of an idle loop.");
        }
    }

    [Fact(Timeout = 120000)]
    public async Task CtrlC_Twice_EndsAtOnceWhateverTheProgramDoes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Sends a Unix signal.");
        using SampleProcess process = Start("stubborn");
        await process.ReadUntil("ready");
        process.PressCtrlC();
        await process.ReadUntil("no");
        process.PressCtrlC();
        Assert.Equal(130, (await process.End()).ExitCode);
    }

    [Fact(Timeout = 120000)]
    public async Task ShutdownAsync_JobThatNeverReturns_IsReportedAndTheProcessExits()
    {
        using SampleProcess process = Start("stuck-job");
        var (exitCode, output, errors) = await process.End();
        Assert.True(exitCode == 0, $"{exitCode}\n{output}\n{errors}");
        Assert.Contains("1 jobs running", output, StringComparison.Ordinal);
        Assert.Contains("Exits.StuckJob", output.Replace("<StuckJob>", "StuckJob", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120000)]
    public async Task PoolStarved_LoopTimersWakeUpsAndExecutors_MakeProgress()
    {
        using SampleProcess process = Start("starved-pool");
        var (exitCode, output, errors) = await process.End();
        Assert.True(exitCode == 0, $"{exitCode}\n{output}\n{errors}");
        Assert.Equal("timer\nexecutor 1\naffine 2\npost 3\nloop 4\nshut down True\npool still blocked\n", output.ReplaceLineEndings("\n"));
    }

    private async Task<TimeSpan> PressOnce()
    {
        using SampleProcess process = Start("idle");
        await process.ReadUntil("ready");
        long pressed = Stopwatch.GetTimestamp();
        process.PressCtrlC();
        string line = await process.ReadUntil("cancelled at ");
        TimeSpan took = Stopwatch.GetElapsedTime(pressed, long.Parse(line["cancelled at ".Length..], CultureInfo.InvariantCulture));
        var (exitCode, output, errors) = await process.End();
        Assert.True(exitCode == 130, $"{exitCode}\n{output}\n{errors}");
        Assert.Contains("main cleaned up\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("other cleaned up\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        return took;
    }

    private SampleProcess Start(string program) => SampleProcess.StartOther("Bridge.TestPrograms", _folder, program);
}
