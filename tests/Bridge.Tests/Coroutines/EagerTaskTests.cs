using Bridge.TestKit;

namespace Bridge.Tests.Coroutines;

/// <summary>Rows L1 to L4.</summary>
public sealed class EagerTaskTests : LoopTest
{
    private static readonly TaskOptions s_eager = new() { EagerStart = true, Name = "eager" };

    [Fact(Timeout = 30000)]
    public void EagerStart_NeverSuspends_IsDoneOnReturn()
    {
        Run(async Coroutine () =>
        {
            string? name = null;
            LoopTask<int> task = LoopTask.Create(Body(), s_eager);
            Assert.True(task.IsDone);
            Assert.Null(task.Coroutine);
            Assert.Equal("eager", name);
            Assert.DoesNotContain(task, LoopTask.All());
            bool called = false;
            task.AddDoneCallback(_ => called = true);
            Assert.False(called);
            await LoopTask.Yield();
            Assert.True(called);
            Assert.Equal(4, await task);

            async Coroutine<int> Body()
            {
                name = LoopTask.Current!.Name;
                Assert.Contains(LoopTask.Current, LoopTask.All());
                await Task.CompletedTask;
                return 4;
            }
        });
    }

    [Fact(Timeout = 30000)]
    public void EagerStart_Suspends_GoesOnAsANormalTask()
    {
        Run(async Coroutine () =>
        {
            LoopTask me = LoopTask.Current!;
            LoopTask task = LoopTask.Create(LoopTask.Sleep(TimeSpan.FromSeconds(1)), s_eager);
            Assert.Same(me, LoopTask.Current);
            Assert.Equal(1, Loop.TimerCount);
            Assert.Contains(task, LoopTask.All());
            task.Cancel();
            Assert.IsType<LoopCanceledException>(await Outcome.Of(task));
        });
    }

    [Fact(Timeout = 30000)]
    public void EagerStart_Throws_IsStoredNotThrown()
    {
        Run(async Coroutine () =>
        {
            LoopTask task = LoopTask.Create(Fail(new FormatException()), s_eager);
            Assert.IsType<FormatException>(task.GetException());
            await LoopTask.Yield();
        });
        Loop.CallSoon(() =>
        {
            LoopTask? fatal = null;
            Assert.Throws<FatalTestException>(() => fatal = Loop.CreateTask(Fail(new FatalTestException()), s_eager));
            Assert.Null(LoopTask.Current);
        });
        RunTurns();
        Assert.Empty(Reports);
        Garbage.Collect();
        Reports.Clear();

        static async Coroutine Fail(Exception exception)
        {
            await Task.CompletedTask;
            throw exception;
        }
    }

    [Fact(Timeout = 30000)]
    public void EagerStart_LoopNotRunning_StartsWithTheLoop()
    {
        LoopTask task = Loop.CreateTask(LoopTask.Sleep(TimeSpan.Zero), s_eager);
        Assert.Null(task.WaitingFor);
        Assert.False(task.IsDone);
        Loop.RunUntilComplete(task);
    }

    [Fact(Timeout = 30000)]
    public void TaskFactoriesEager_PerCallOverrideWins()
    {
        Loop.TaskFactory = TaskFactories.Eager;
        Run(async Coroutine () =>
        {
            Assert.True(LoopTask.Create(Nothing()).IsDone);
            LoopTask later = LoopTask.Create(Nothing(), new TaskOptions { EagerStart = false });
            Assert.False(later.IsDone);
            await later;
        });

        static async Coroutine<int> Nothing()
        {
            await Task.CompletedTask;
            return 0;
        }
    }

    [Fact(Timeout = 30000)]
    public void EagerStart_ChangesOfContext_StayInside()
    {
        var local = new AsyncLocal<int> { Value = 1 };
        Run(async Coroutine () =>
        {
            _ = LoopTask.Create(Change(), s_eager);
            Assert.Equal(1, local.Value);
            using (ExecutionContext.SuppressFlow())
            {
                _ = LoopTask.Create(Change(), s_eager);
                Assert.True(ExecutionContext.IsFlowSuppressed());
                Assert.Equal(1, local.Value);
            }

            await LoopTask.Yield();
            Assert.Equal(1, local.Value);
        });

        async Coroutine Change()
        {
            local.Value = 2;
            await Task.CompletedTask;
        }
    }

    [Fact(Timeout = 60000)]
    public void EagerStart_InsideEagerStarts_IsBoundedByMemoryNotByTheStack()
    {
        int deepest = 0;
        Run(async Coroutine () => await Dive(20_000));
        Assert.Equal(20_000, deepest);

        async Coroutine Dive(int left)
        {
            deepest++;
            if (left > 1)
            {
                await LoopTask.Create(Dive(left - 1), s_eager);
            }
        }
    }
}
