using System.Globalization;
using System.Text;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Processes;

/// <summary>Rows AE4 and AE6.</summary>
[Collection(ProcessesCollection.Name)]
public abstract class LoopProcessContract(ISelector selector) : ProcessTest(selector)
{
    private static readonly ProcessOptions s_pipes = new() { StandardInput = Stdio.Pipe, StandardOutput = Stdio.Pipe, StandardError = Stdio.Pipe };

    [Fact(Timeout = 60000)]
    public void StartAsync_StandardInputAndOutput_AreStreams()
    {
        Run(async Coroutine () =>
        {
            LoopProcess process = await LoopProcess.StartAsync("cat", options: s_pipes);
            Assert.Null(process.ReturnCode);
            Assert.Equal(process.Transport.Id, process.Id);
            process.StandardInput!.Write("some data\nmore"u8);
            await process.StandardInput.DrainAsync();
            Assert.Equal("some data\n", Text(await process.StandardOutput!.ReadLineAsync()));
            process.StandardInput.Close();
            Assert.Equal("more", Text(await process.StandardOutput.ReadAsync(-1)));
            Assert.Equal(0, await process.WaitAsync());
            Assert.Equal(0, process.ReturnCode);
            await process.StandardInput.WaitClosedAsync();
            Assert.True(process.StandardOutput.AtEof);
        });
    }

    [Fact(Timeout = 60000)]
    public void StartAsync_ByDefault_HasOurStreams()
    {
        Run(async Coroutine () =>
        {
            await using LoopProcess process = await LoopProcess.StartAsync("true");
            Assert.Null(process.StandardInput);
            Assert.Null(process.StandardOutput);
            Assert.Null(process.StandardError);
            Assert.Equal(0, await process.WaitAsync());
            Assert.Contains("StandardInput = Stdio.Pipe", Assert.Throws<InvalidOperationException>(() => process.CommunicateAsync(new byte[1])).Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(process.ReadLines);
            Assert.Equal((null, null), await process.CommunicateAsync());
        });
    }

    [Fact(Timeout = 60000)]
    public void CommunicateAsync_InputAndBothOutputs_AreWhole()
    {
        byte[] input = new byte[1_000_000];
        Random.Shared.NextBytes(input);
        Run(async Coroutine () =>
        {
            LoopProcess process = await LoopProcess.StartShellAsync("cat; echo problem >&2; exit 5", s_pipes);
            (byte[]? output, byte[]? error) = await process.CommunicateAsync(input);
            Assert.Equal(input, output);
            Assert.Equal("problem\n", Text(error!));
            Assert.Equal(5, process.ReturnCode);
        });
    }

    [Fact(Timeout = 60000)]
    public void CommunicateAsync_NoInput_ClosesTheChildsInput()
    {
        Run(async Coroutine () =>
        {
            LoopProcess process = await LoopProcess.StartAsync("cat", options: s_pipes);
            Assert.Empty((await process.CommunicateAsync()).Output!);
            Assert.Equal(0, process.ReturnCode);
        });
    }

    [Fact(Timeout = 60000)]
    public void CommunicateAsync_ChildReadsNothing_IgnoresTheBrokenPipe()
    {
        Run(async Coroutine () =>
        {
            LoopProcess process = await LoopProcess.StartShellAsync("exec <&-; echo done", s_pipes);
            Assert.Equal("done\n", Text((await process.CommunicateAsync(new byte[1_000_000])).Output!));
            Assert.Equal(0, process.ReturnCode);
        });
    }

    [Fact(Timeout = 60000)]
    public void StandardInput_ChildIsGone_DrainThrows()
    {
        Run(async Coroutine () =>
        {
            // Whether the write finds it alive or gone already.
            foreach (bool isGone in new[] { false, true })
            {
                LoopProcess process = await LoopProcess.StartAsync("true", options: s_pipes);
                Assert.True(!isGone || SpinWait.SpinUntil(() => !IsAlive(process.Id), TimeSpan.FromSeconds(20)));
                process.StandardInput!.Write(new byte[1_000_000]);
                Assert.NotNull(await Outcome.Of((Coroutine)process.StandardInput.DrainAsync()));
                Assert.Equal(0, await process.WaitAsync());
                await process.DisposeAsync();
            }
        });
    }

    [Fact(Timeout = 60000)]
    public void WaitAsync_Cancelled_LeavesTheChildAlone()
    {
        Run(async Coroutine () =>
        {
            LoopProcess process = await LoopProcess.StartAsync("cat", options: s_pipes);
            LoopTask<int> first = Loop.CreateTask(process.WaitAsync());
            LoopTask<int> second = Loop.CreateTask(process.WaitAsync());
            await LoopTask.Yield();
            first.Cancel();
            Assert.IsType<LoopCanceledException>(await Outcome.Of(first));
            Assert.Null(process.ReturnCode);
            process.Kill();
            Assert.Equal(-9, await second);
            Assert.Equal(-9, await process.WaitAsync());
        });
    }

    [Fact(Timeout = 60000)]
    public void SendSignal_Terminate_Kill_EndIt()
    {
        Run(async Coroutine () =>
        {
            // Where the tests run under nohup, they and their children ignore SIGHUP; env undoes it and becomes cat, which answers when it is there.
            LoopProcess process = OperatingSystem.IsLinux()
                ? await LoopProcess.StartAsync("env", ["--default-signal=HUP", "cat"], s_pipes)
                : await LoopProcess.StartAsync("cat", options: s_pipes);
            process.StandardInput!.Write("there\n"u8);
            await process.StandardOutput!.ReadLineAsync();
            process.SendSignal(System.Runtime.InteropServices.PosixSignal.SIGHUP);
            Assert.Equal(-1, await process.WaitAsync());
            Assert.Throws<InvalidOperationException>(process.Terminate);
            await process.DisposeAsync();
            process = await LoopProcess.StartAsync("cat", options: s_pipes);
            process.Terminate();
            Assert.Equal(-15, await process.WaitAsync());
            Assert.Contains("returncode=-15", process.ToString(), StringComparison.Ordinal);
            await process.DisposeAsync();
        });
    }

    [Fact(Timeout = 60000)]
    public void DisposeAsync_ChildRuns_KillsItAndWaits()
    {
        Run(async Coroutine () =>
        {
            LoopProcess process = await LoopProcess.StartAsync("cat", options: s_pipes);
            await process.DisposeAsync();
            Assert.Equal(-9, process.ReturnCode);
            Assert.False(Exists(process.Id));
            await process.DisposeAsync();
        });
    }

    [Fact(Timeout = 60000)]
    public void StandardOutput_ReadAfterTheExit_HasEverything()
    {
        Run(async Coroutine () =>
        {
            LoopProcess process = await LoopProcess.StartShellAsync("seq 2000", s_pipes);
            Assert.Equal(0, await process.WaitAsync());
            string text = Text(await process.StandardOutput!.ReadAsync(-1));
            Assert.EndsWith("1999\n2000\n", text, StringComparison.Ordinal);
        });
    }

    [Fact(Timeout = 60000)]
    public void StandardOutput_MoreThanTheLimit_PausesTheChildAndLosesNothing()
    {
        Run(async Coroutine () =>
        {
            LoopProcess process = await LoopProcess.StartShellAsync("head -c 1000000 /dev/zero", s_pipes with { StreamLimit = 1000 });
            await LoopTask.Yield();
            int count = 0;
            byte[] buffer = new byte[7777];
            for (int read = await process.StandardOutput!.ReadAsync(buffer); read > 0; read = await process.StandardOutput.ReadAsync(buffer))
            {
                count += read;
                await LoopTask.Yield();
            }

            Assert.Equal(1_000_000, count);
            Assert.Equal(0, await process.WaitAsync());
        });
    }

    [Fact(Timeout = 60000)]
    public void StandardOutput_AwaitForeach_GivesTheLines()
    {
        Run(async Coroutine () =>
        {
            LoopProcess process = await LoopProcess.StartShellAsync("seq 3; printf end", s_pipes);
            var lines = new List<string>();
            await foreach (ReadOnlyMemory<byte> line in process.StandardOutput!)
            {
                lines.Add(Text(line.Span));
            }

            Assert.Equal(["1\n", "2\n", "3\n", "end"], lines);
            await process.WaitAsync();
        });
    }

    [Fact(Timeout = 60000)]
    public void ReadLines_BothOutputs_NeitherBlocksTheChild()
    {
        Run(async Coroutine () =>
        {
            LoopProcess process = await LoopProcess.StartShellAsync("for i in 1 2 3; do seq 20000 >&2; echo out $i; done; printf last", s_pipes);
            int errors = 0;
            var output = new List<string>();
            await foreach (ProcessLine line in process.ReadLines())
            {
                errors += line.IsError ? 1 : 0;
                if (!line.IsError)
                {
                    output.Add(line.Text);
                }
            }

            Assert.Equal(60_000, errors);
            Assert.Equal(["out 1", "out 2", "out 3", "last"], output);
            Assert.Equal(0, await process.WaitAsync());
        });
    }

    [Fact(Timeout = 60000)]
    public void ReadLines_LeftAndBegunAgain_LosesNoLine()
    {
        Run(async Coroutine () =>
        {
            LoopProcess process = await LoopProcess.StartShellAsync("seq 10", s_pipes);
            var lines = new List<string>();
            while (lines.Count < 10)
            {
                await foreach (ProcessLine line in process.ReadLines())
                {
                    lines.Add(line.Text);
                    break;
                }
            }

            Assert.Equal(Enumerable.Range(1, 10).Select(number => number.ToString(CultureInfo.InvariantCulture)), lines);
            await process.DisposeAsync();
        });
    }

    [Fact(Timeout = 60000)]
    public void ReadLines_GrandchildHoldsThePipe_EndAfterTheDrainTimeWithAllLinesOfTheChild()
    {
        int grandchild = 0;
        Run(async Coroutine () =>
        {
            LoopProcess process = await LoopProcess.StartShellAsync("sleep 1000 & echo $!; seq 1000", s_pipes with { DrainTime = TimeSpan.FromSeconds(0.5) });
            Assert.Equal(0, await process.WaitAsync());
            var lines = new List<string>();
            await foreach (ProcessLine line in process.ReadLines())
            {
                lines.Add(line.Text);
            }

            Assert.Equal(1001, lines.Count);
            Assert.Equal("1000", lines[^1]);
            grandchild = int.Parse(lines[0], CultureInfo.InvariantCulture);
        });
        EndStranger(grandchild);
    }

    [Fact(Timeout = 60000)]
    public void ReadLines_KillTokenCancelled_EndsTheTreeAndTheLines()
    {
        using var cancel = new CancellationTokenSource();
        Run(async Coroutine () =>
        {
            LoopProcess process = await LoopProcess.StartShellAsync("sleep 1000 & echo $!; wait", s_pipes with { NewSession = true, KillToken = cancel.Token });
            int grandchild = 0;
            await foreach (ProcessLine line in process.ReadLines())
            {
                grandchild = int.Parse(line.Text, CultureInfo.InvariantCulture);
                cancel.Cancel();
            }

            Assert.Equal(-9, await process.WaitAsync());
            Assert.True(SpinWait.SpinUntil(() => !IsAlive(grandchild), TimeSpan.FromSeconds(20)));
        });
    }

    [Fact(Timeout = 60000)]
    public void ReadLines_TaskCancelled_LeavesTheChildAndItsLines()
    {
        Run(async Coroutine () =>
        {
            LoopProcess process = await LoopProcess.StartAsync("cat", options: s_pipes);
            LoopTask<int> reading = Loop.CreateTask(CountLines(process));
            await LoopTask.Yield();
            await LoopTask.Yield();
            reading.Cancel();
            Assert.IsType<LoopCanceledException>(await Outcome.Of(reading));
            process.StandardInput!.Write("still here\n"u8);
            Assert.Equal("still here\n", Text(await process.StandardOutput!.ReadLineAsync()));
            await process.DisposeAsync();
        });

        static async Coroutine<int> CountLines(LoopProcess process)
        {
            int count = 0;
            await foreach (ProcessLine _ in process.ReadLines())
            {
                count++;
            }

            return count;
        }
    }

    [Fact(Timeout = 60000)]
    public void StartAsync_CannotStart_Throws()
    {
        Run(async Coroutine () =>
        {
            Assert.IsType<FileNotFoundException>(await Outcome.Of(LoopProcess.StartAsync("no-such-program-here", options: s_pipes)));
            Assert.Throws<ArgumentException>(() => LoopProcess.StartAsync(""));
        });
        Assert.Throws<InvalidOperationException>(() => LoopProcess.StartAsync("true"));
    }

    [Fact(Timeout = 60000)]
    public void CommunicateAsync_ManyAtOnce_EachGetsItsOwn()
    {
        Run(async Coroutine () =>
        {
            (byte[]? Output, byte[]? Error)[] results = await LoopTask.Gather(Enumerable.Range(0, 50).Select(Ask));
            for (int i = 0; i < 50; i++)
            {
                Assert.Equal($"{i} in\n", Text(results[i].Output!));
            }
        });

        static async Coroutine<(byte[]? Output, byte[]? Error)> Ask(int number)
        {
            LoopProcess process = await LoopProcess.StartShellAsync($"read x; echo {number} $x", s_pipes);
            return await process.CommunicateAsync("in\n"u8.ToArray());
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}

/// <summary>On epoll.</summary>
public sealed class EpollLoopProcessTests() : LoopProcessContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollLoopProcessTests() : LoopProcessContract(new PollSelector());
