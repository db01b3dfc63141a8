using System.Globalization;
using Bridge.Net;
using Bridge.Selectors;
using Bridge.Tests.Selectors;

namespace Bridge.Tests.Processes;

/// <summary>Children that misbehave, and a system that refuses. Runs alone: it counts descriptors.</summary>
[Collection(DescriptorsCollection.Name)]
public abstract class SubprocessFaultContract(ISelector selector) : ProcessTest(selector)
{
    [Fact(Timeout = 60000)]
    public void Child_ClosesItsPipesEarly_LivesOn()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Shell("trap 'exit 6' TERM; exec <&- >&- 2>&-; while :; do sleep 0.01; done");
            while (events.Log.Count < 4)
            {
                await LoopTask.Yield();
            }

            Assert.Equal(["made", "pipe 0 lost", "pipe 1 lost", "pipe 2 lost"], events.Log.Order(StringComparer.Ordinal));
            Assert.Null(transport.ReturnCode);
            transport.Terminate();
            await events.Lost;
            Assert.Equal(6, transport.ReturnCode);
        });
    }

    [Fact(Timeout = 60000)]
    public void Child_ThatReadsNothing_LosesItsInputWithAnError()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Shell("exit 0");
            ((WritePipeTransport)transport.GetPipeTransport(0)!).Write(new byte[1_000_000]);
            await events.Lost;
            Assert.Contains("pipe 0 lost IOException", events.Log);
            Assert.Equal(0, transport.ReturnCode);
        });
    }

    [Fact(Timeout = 60000)]
    public void Child_IgnoresSigTerm_DiesByKill()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Shell("trap '' TERM; echo ready; while read line; do echo got $line; done");
            await events.WaitForOutput("ready\n");
            transport.Terminate();
            ((WritePipeTransport)transport.GetPipeTransport(0)!).Write("this\n"u8);
            await events.WaitForOutput("got this\n");
            Assert.Null(transport.ReturnCode);
            transport.Kill();
            await events.Lost;
            Assert.Equal(-9, transport.ReturnCode);
        });
    }

    [Fact(Timeout = 60000)]
    public void Grandchild_HoldsThePipes_ExitIsSeenAndDrainTimeEndsThem()
    {
        int grandchild = 0;
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Shell("sleep 1000 & echo $!; exit 3", new ProcessOptions { DrainTime = TimeSpan.FromSeconds(0.5) });
            Assert.Equal(3, await transport.WaitForExit());
            Assert.Equal(3, await transport.WaitForExit());
            await events.Lost;
            grandchild = int.Parse(events.Output, CultureInfo.InvariantCulture);
            Assert.True(IsAlive(grandchild));
            Assert.True(events.Log.IndexOf("exited") < events.Log.IndexOf("pipe 1 lost"));
            Assert.Equal(TimeSpan.FromSeconds(0.5), Time.Elapsed);
        });
        EndStranger(grandchild);
    }

    [Fact(Timeout = 60000)]
    public void Grandchild_HoldsThePipesWithoutDrainTime_OutputGoesOnUntilItEnds()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Shell("exec 3<&0; (read x; echo late) <&3 & exit 3");
            Assert.Equal(3, await transport.WaitForExit());
            Assert.Equal("", events.Output);
            ((WritePipeTransport)transport.GetPipeTransport(0)!).Write("go\n"u8);
            await events.Lost;
            Assert.Equal("late\n", events.Output);
        });
    }

    [Fact(Timeout = 60000)]
    public void Grandchild_HoldsThePipes_NoLineOfThePausedChildIsLost()
    {
        int grandchild = 0;
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Shell("sleep 1000 & echo $!; seq 5000", new ProcessOptions { DrainTime = TimeSpan.Zero });
            var output = (ReadPipeTransport)transport.GetPipeTransport(1)!;
            output.PauseReading();
            await transport.WaitForExit();
            await LoopTask.Sleep(TimeSpan.FromSeconds(5));
            output.ResumeReading();
            await events.Lost;
            string[] lines = events.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(5001, lines.Length);
            Assert.Equal("5000", lines[^1]);
            grandchild = int.Parse(lines[0], CultureInfo.InvariantCulture);
        });
        EndStranger(grandchild);
    }

    [Fact(Timeout = 60000)]
    public void Kill_EntireTree_EndsTheGroup()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Shell("sleep 1000 & echo $!; wait", new ProcessOptions { NewSession = true });
            int grandchild = int.Parse(await events.WaitForOutput("\n"), CultureInfo.InvariantCulture);
            transport.Kill(entireTree: true);

            // Its pipes end only when the grandchild has let them go as well.
            await events.Lost;
            Assert.True(SpinWait.SpinUntil(() => !IsAlive(grandchild), TimeSpan.FromSeconds(20)));
            (SubprocessTransport plain, events) = await Exec("cat", []);
            Assert.Contains("NewSession", Assert.Throws<InvalidOperationException>(() => plain.Kill(entireTree: true)).Message, StringComparison.Ordinal);
            plain.Close();
            await events.Lost;
        });
    }

    [Fact(Timeout = 60000)]
    public void KillToken_CancelledOnAnotherThread_EndsTheTree()
    {
        using var cancel = new CancellationTokenSource();
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Shell("sleep 1000 & echo $!; wait", new ProcessOptions { ProcessGroup = 0, KillToken = cancel.Token });
            int grandchild = int.Parse(await events.WaitForOutput("\n"), CultureInfo.InvariantCulture);
            ThreadPool.QueueUserWorkItem(_ => cancel.Cancel());
            await events.Lost;
            Assert.Equal(-9, transport.ReturnCode);
            Assert.True(SpinWait.SpinUntil(() => !IsAlive(grandchild), TimeSpan.FromSeconds(20)));
            Assert.IsType<OperationCanceledException>(await Outcome.Of(Shell("true", new ProcessOptions { KillToken = cancel.Token })));
        });
    }

    [Fact(Timeout = 120000)]
    public void Children_TwoHundredAtOnce_AllEndAndNothingIsLeft()
    {
        Run(async Coroutine () => await OutputOf("true", []));
        HashSet<int> before = TestLibC.OpenDescriptors();
        Run(async Coroutine () =>
        {
            var children = new List<(SubprocessTransport Transport, SubprocessEvents Events)>();
            for (int i = 0; i < 200; i++)
            {
                children.Add(await Shell($"read x; echo {i} $x; exit {i % 100}"));
            }

            foreach ((SubprocessTransport transport, _) in children)
            {
                ((WritePipeTransport)transport.GetPipeTransport(0)!).Write("go\n"u8);
            }

            for (int i = 0; i < 200; i++)
            {
                await children[i].Events.Lost;
                Assert.Equal($"{i} go\n", children[i].Events.Output);
                Assert.Equal(i % 100, children[i].Transport.ReturnCode);
                Assert.False(Exists(children[i].Transport.Id));
            }
        });
        Assert.Subset(before, TestLibC.OpenDescriptors());
    }

    [Fact(Timeout = 120000)]
    public void Start_WithFewDescriptorsLeft_WorksOrThrowsAndLeaksNothing()
    {
        // Everything that opens files when it is first used.
        Run(async Coroutine () => await OutputOf("true", []));
        HashSet<int> before = TestLibC.OpenDescriptors();
        int failures = 0;
        int successes = 0;
        Run(async Coroutine () =>
        {
            for (int free = 0; free < 10; free++)
            {
                Exception? failure;
                SubprocessTransport? started = null;
                using (TestLibC.AllowMoreDescriptors(free))
                {
                    (failure, started) = await TryStart();
                }

                if (failure is not null)
                {
                    Assert.Equal(24, Assert.IsType<IOException>(failure).HResult);
                    failures++;
                    continue;
                }

                successes++;
                await started!.WaitForExit();
                await ((SubprocessEvents)started.Protocol).Lost;
                Assert.Equal(0, started.ReturnCode);
            }
        });
        Assert.True(failures >= 5 && successes >= 2, $"{failures} failures, {successes} successes");
        Assert.Subset(before, TestLibC.OpenDescriptors());
    }

    [Fact(Timeout = 60000)]
    public void Start_ThatFails_LeaksNothing()
    {
        Run(async Coroutine () => await OutputOf("true", []));
        HashSet<int> before = TestLibC.OpenDescriptors();
        Run(async Coroutine () =>
        {
            for (int i = 0; i < 10; i++)
            {
                Assert.IsType<FileNotFoundException>(await Outcome.Of(Exec("no-such-program-here", [])));
            }
        });
        Assert.Subset(before, TestLibC.OpenDescriptors());
    }

    [Fact(Timeout = 60000)]
    public void LoopClose_ChildrenAndPipesOpen_ReleasesAll()
    {
        HashSet<int> before = TestLibC.OpenDescriptors();
        var pids = new List<int>();
        using (var loop = new SelectorEventLoop(Selector.Another()) { ExceptionHandler = (_, _) => { } })
        {
            loop.RunUntilComplete(Body());

            async Coroutine Body()
            {
                for (int i = 0; i < 5; i++)
                {
                    (SubprocessTransport transport, _) = await loop.SubprocessExec(() => new SubprocessEvents(), "cat", []);
                    ((WritePipeTransport)transport.GetPipeTransport(0)!).Write(new byte[500_000]);
                    pids.Add(transport.Id);
                }
            }
        }

        Assert.All(pids, pid => Assert.True(SpinWait.SpinUntil(() => !Exists(pid), TimeSpan.FromSeconds(20))));
        Assert.Subset(before, TestLibC.OpenDescriptors());
    }

    private async Coroutine<(Exception? Failure, SubprocessTransport? Started)> TryStart()
    {
        try
        {
            (SubprocessTransport transport, _) = await Exec("true", []);
            return (null, transport);
        }
        catch (IOException exception)
        {
            return (exception, null);
        }
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollSubprocessFaultTests() : SubprocessFaultContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollSubprocessFaultTests() : SubprocessFaultContract(new PollSelector());
