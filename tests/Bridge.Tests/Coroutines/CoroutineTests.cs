using Bridge.TestKit;

namespace Bridge.Tests.Coroutines;

/// <summary>Rows N1 to N5, M1, M2, K24, and the depth of nesting.</summary>
public sealed class CoroutineTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void Call_RunsNothingUntilAwaitedAndThenWithoutATurn()
    {
        bool ran = false;
        Run(async Coroutine () =>
        {
            Coroutine<int> cold = Body();
            Assert.False(ran);
            bool turned = false;
            Loop.CallSoon(() => turned = true);
            Assert.Equal(1, await cold);
            Assert.True(ran);
            Assert.False(turned);
        });

        async Coroutine<int> Body()
        {
            ran = true;
            await Task.CompletedTask;
            return 1;
        }
    }

    [Fact(Timeout = 30000)]
    public void Await_Twice_Throws()
    {
        Run(async Coroutine () =>
        {
            Coroutine once = LoopTask.Sleep(TimeSpan.Zero);
            await once;
            Assert.Contains("reuse", (await Outcome.Of(once))!.Message, StringComparison.Ordinal);
            Coroutine busy = LoopTask.Sleep(TimeSpan.FromSeconds(1));
            LoopTask first = LoopTask.Create(Outcome.Of(busy));
            await LoopTask.Yield();
            Assert.Contains("being awaited", (await Outcome.Of(busy))!.Message, StringComparison.Ordinal);
            await first;
        });
    }

    [Fact(Timeout = 30000)]
    public void Close_Unstarted_GivesItUpOtherwiseThrows()
    {
        Coroutine coroutine = LoopTask.Sleep(TimeSpan.Zero);
        coroutine.Close();
        coroutine.Close();
        Assert.Throws<InvalidOperationException>(() => Loop.CreateTask(coroutine));
        Coroutine started = LoopTask.Sleep(TimeSpan.Zero);
        LoopTask task = Loop.CreateTask(started);
        Assert.Throws<InvalidOperationException>(started.Close);
        Loop.RunUntilComplete(task);
        started.Close();
    }

    [Fact(Timeout = 30000)]
    public void NeverAwaited_FirstOfAMethod_IsReportedOnce()
    {
        Loop.CallSoon(() => Garbage.Call(() => _ = OnlyHere()));
        RunTurns();
        Garbage.Collect();
        RunTurns();
        LoopErrorContext report = TakeReport();
        Assert.Matches("^coroutine '.*OnlyHere.*' was never awaited$", report.Message);
        Assert.Null(report.SourceStack);
        Garbage.Collect();

        static async Coroutine OnlyHere() => await LoopTask.Yield();
    }

    [Fact(Timeout = 30000)]
    public void NeverAwaited_DebugMode_ReportsEachWithItsStack()
    {
        Loop.Debug = true;
        Loop.CallSoon(() => Garbage.Call(() =>
        {
            for (int i = 0; i < 3; i++)
            {
                _ = LoopTask.Sleep(TimeSpan.Zero);
            }
        }));
        RunTurns();
        Garbage.Collect();
        RunTurns();
        Assert.Equal(3, Reports.Count);
        Assert.All(Reports, report => Assert.NotNull(report.SourceStack));
        Reports.Clear();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nesting_OfAHundredThousand_FitsASmallStack(bool suspended)
    {
        int result = 0;
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(() => result = Loop.RunUntilComplete(Dive(100_000, suspended))), 256 * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
        Assert.Equal(100_000, result);

        static async Coroutine<int> Dive(int depth, bool suspended)
        {
            if (depth > 0)
            {
                return 1 + await Dive(depth - 1, suspended);
            }

            if (suspended)
            {
                await LoopTask.Yield();
            }

            return 0;
        }
    }

    [Fact(Timeout = 30000)]
    public void Current_IsTheSteppedTaskAndNullInCallbacks()
    {
        Assert.Null(LoopTask.Current);
        LoopTask? one = null;
        LoopTask? two = null;
        one = Loop.CreateTask(Check(() => one));
        two = Loop.CreateTask(Check(() => two));
        Loop.CallSoon(() => Assert.Null(LoopTask.Current));
        RunTurns(4);
        Assert.Null(one.GetException());
        Assert.Null(two.GetException());

        static async Coroutine Check(Func<LoopTask?> self)
        {
            Assert.Same(self(), LoopTask.Current);
            await LoopTask.Yield();
            Assert.Same(self(), LoopTask.Current);
        }
    }

    [Fact(Timeout = 30000)]
    public void All_ListsWhatIsNotDone_AlsoForOtherThreads()
    {
        Assert.Throws<InvalidOperationException>(() => LoopTask.All());
        OtherThread.Run(() => Assert.Empty(LoopTask.All(Loop)));
        LoopTask[] tasks = [.. Enumerable.Range(0, 40).Select(_ => Loop.CreateTask(LoopTask.Sleep(TimeSpan.FromSeconds(1))))];
        OtherThread.Run(() => Assert.Equal(tasks.ToHashSet(), LoopTask.All(Loop).ToHashSet()));
        tasks[3].Cancel();
        RunTurns();
        Assert.Equal(39, LoopTask.All(Loop).Count);
        Loop.RunUntilComplete(tasks[39]);
        Assert.Empty(LoopTask.All(Loop));
    }
}
