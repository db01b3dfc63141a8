using System.Diagnostics;
using System.Runtime.InteropServices;
using Bridge.Net;
using Bridge.Selectors;
using Bridge.Tests.Signals;

namespace Bridge.Tests.Processes;

/// <summary>Row AE5, with a pidfd and with a thread.</summary>
[Collection(ProcessesCollection.Name)]
public abstract partial class ChildExitContract(ISelector selector) : ProcessTest(selector)
{
    [Theory(Timeout = 60000)]
    [InlineData(false)]
    [InlineData(true)]
    public void Exit_OfManyChildren_IsSeenOnceEachWithItsCode(bool byThread)
    {
        Run(async Coroutine () =>
        {
            var options = new ProcessOptions { WatchesByThread = byThread };
            var children = new List<(SubprocessTransport Transport, SubprocessEvents Events)>();
            for (int i = 0; i < 20; i++)
            {
                children.Add(await Shell($"exit {i}", options));
            }

            for (int i = 0; i < 20; i++)
            {
                await children[i].Events.Lost;
                Assert.Equal(i, children[i].Transport.ReturnCode);
                Assert.Single(children[i].Events.Log, "exited");
                Assert.False(Exists(children[i].Transport.Id));
            }
        });
    }

    [Theory(Timeout = 60000)]
    [InlineData(false)]
    [InlineData(true)]
    public void Exit_StatusTakenBySomebodyElse_Is255WithAWarning(bool byThread)
    {
        var logger = new RecordingLogger();
        using var loop = new SelectorEventLoop(Selector.Another(), new EventLoopOptions { Logger = logger });
        loop.RunUntilComplete(Body());

        async Coroutine Body()
        {
            (SubprocessTransport transport, SubprocessEvents events) = await loop.SubprocessShell(() => new SubprocessEvents(), "read x", new ProcessOptions { WatchesByThread = byThread });
            transport.Kill();
            Assert.Equal(transport.Id, TakeStatus(transport.Id));
            await events.Lost;
            Assert.Equal(255, transport.ReturnCode);
            Assert.Contains($"pid {transport.Id}", Assert.Single(logger.Records).Text, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 60000)]
    public void Exit_BesideProcessesOfDotNet_BothGetTheirOwn()
    {
        Run(async Coroutine () =>
        {
            var ours = new List<(SubprocessTransport Transport, SubprocessEvents Events)>();
            var theirs = new List<Process>();
            for (int i = 0; i < 10; i++)
            {
                ours.Add(await Shell($"exit {i}"));
                theirs.Add(Process.Start("/bin/sh", ["-c", $"exit {i + 50}"]));
            }

            for (int i = 0; i < 10; i++)
            {
                await theirs[i].WaitForExitAsync();
                Assert.Equal(i + 50, theirs[i].ExitCode);
                await ours[i].Events.Lost;
                Assert.Equal(i, ours[i].Transport.ReturnCode);
                theirs[i].Dispose();
            }
        });
    }

    [Fact(Timeout = 60000)]
    public void Exit_AmongSignalsOfOtherKinds_IsNotMissed()
    {
        int signals = 0;

        // SIGURG: one that comes when the handler is gone again does nothing.
        Loop.AddSignalHandler((PosixSignal)23, () => signals++);
        Run(async Coroutine () =>
        {
            for (int i = 0; i < 10; i++)
            {
                (SubprocessTransport transport, SubprocessEvents events) = await Shell("kill -URG $PPID; head -c 100000 /dev/zero; kill -URG $PPID; exit 9", new ProcessOptions { WatchesByThread = i % 2 == 0 });
                await events.Lost;
                Assert.Equal(100_000, events.Output.Length);
                Assert.Equal(9, transport.ReturnCode);
            }

            // A signal that is not taken yet merges with the next of its kind, so there may be fewer.
            Assert.InRange(signals, 0, 20);
            Assert.Equal(0, TestSignals.Kill(Environment.ProcessId, 23));
            while (signals == 0)
            {
                await LoopTask.Yield();
            }
        });
    }

    [Theory(Timeout = 60000)]
    [InlineData(false)]
    [InlineData(true)]
    public void LoopClose_ChildRuns_KillsItTakesItsStatusAndReportsIt(bool byThread)
    {
        int pid = 0;
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, _) = await Exec("cat", [], new ProcessOptions { WatchesByThread = byThread });
            pid = transport.Id;
        });
        Loop.Close();
        Assert.True(SpinWait.SpinUntil(() => !Exists(pid), TimeSpan.FromSeconds(20)));
        Assert.StartsWith($"unclosed transport <SubprocessTransport pid={pid} running", TakeReport().Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60000)]
    [InlineData(false)]
    [InlineData(true)]
    public void LoopClose_ChildHasEndedUnseen_LeavesNoZombie(bool byThread)
    {
        int pid = 0;
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, _) = await Shell("exit 0", new ProcessOptions { WatchesByThread = byThread });
            pid = transport.Id;
            Assert.True(SpinWait.SpinUntil(() => !IsAlive(pid), TimeSpan.FromSeconds(20)));
        });
        Loop.Close();
        Assert.False(Exists(pid));
        Reports.Clear();
    }

    private static unsafe int TakeStatus(int pid)
    {
        int status;
        return WaitPid(pid, &status, 0);
    }

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static unsafe partial int WaitPid(int pid, int* status, int options);
}

/// <summary>On epoll.</summary>
public sealed class EpollChildExitTests() : ChildExitContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollChildExitTests() : ChildExitContract(new PollSelector());
