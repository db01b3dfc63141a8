using System.Diagnostics;
using Bridge.Net;

namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/process-output.md</summary>
public sealed class ProcessOutputPage
{
    [Fact(Timeout = 30000)]
    public void ReadLines_GrandchildHoldsThePipes_AllLinesAndTheReturnCode()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "No selector of Windows watches pipes.");
        EventLoop.Run(async Coroutine () =>
        {
            List<string> lines = [];
            Assert.Equal(3, await Run("/bin/sh", ["-c", "sleep 1000 & echo $!; echo one; echo two >&2; echo three; exit 3"], lines, CancellationToken.None));
            using (Process grandchild = Process.GetProcessById(int.Parse(lines.Single(line => char.IsDigit(line[0])), null)))
            {
                grandchild.Kill();
            }

            Assert.Equal(["one", "three", "two"], lines.Where(line => !char.IsDigit(line[0])).Order());
        });
    }

    [Fact(Timeout = 30000)]
    public void KillToken_Cancelled_EndsTheTree()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "No selector of Windows watches pipes.");
        EventLoop.Run(async Coroutine () =>
        {
            using var stop = new CancellationTokenSource();
            LoopTask<int> run = LoopTask.Create(Run("/bin/sh", ["-c", "sleep 100; exit 1"], [], stop.Token));
            await LoopTask.Yield();
            await stop.CancelAsync();
            Assert.Equal(-9, await run);
        });
    }

    private static async Coroutine<int> Run(string tool, string[] arguments, List<string> lines, CancellationToken token)
    {
        #region process-output
        await using LoopProcess process = await LoopProcess.StartAsync(tool, arguments, new ProcessOptions
        {
            StandardOutput = Stdio.Pipe,
            StandardError = Stdio.Pipe,
            NewSession = true,
            DrainTime = TimeSpan.FromMilliseconds(500),
            KillToken = token,
        });
        await foreach (ProcessLine line in process.ReadLines())
        {
            lines.Add(line.Text);
        }

        int code = await process.WaitAsync();
        #endregion
        return code;
    }
}
