using System.Diagnostics;
using System.Reflection;
using Bridge.TestKit;

namespace Bridge.Tests.Loop;

/// <summary>What the hot paths allocate once they are warm. Bytes, so the numbers are the same on every machine.</summary>
[Collection(nameof(MemoryCollection))]
public sealed class AllocationTests : LoopTest
{
    private const int Rounds = 2000;

    [Fact(Timeout = 30000)]
    public void CallSoonAndTimers_SteadyState_AllocateNothing()
    {
        Action nothing = () => { };
        Assert.Equal(0, Measure(() => Loop.CallSoon(nothing)));
        Assert.Equal(0, Measure(() => Loop.CallSoon(nothing).Cancel()));
        Assert.Equal(0, Measure(() => Loop.CallSoonThreadSafe(nothing)));
        Assert.Equal(0, Measure(() => Loop.CallLater(TimeSpan.FromSeconds(1), nothing).Cancel()));
        Assert.Equal(0, Measure(() => Loop.CallLater(TimeSpan.Zero, nothing)));
    }

    [Fact(Timeout = 30000)]
    public void CallSoonThreadSafe_FromAnotherThread_AllocatesNothing()
    {
        Action nothing = () => { };
        long bytes = -1;
        void Post()
        {
            for (int i = 0; i < Rounds; i++)
            {
                Loop.CallSoonThreadSafe(nothing);
            }
        }

        for (int warm = 0; warm < 3; warm++)
        {
            OtherThread.Run(Post);
            RunTurns(2);
        }

        OtherThread.Run(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Post();
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        RunTurns(2);
        Assert.Equal(0, bytes);
    }

    [Fact(Timeout = 30000)]
    public void AwaitsOfYieldAndFutures_SteadyState_CostTheFutureOnly()
    {
        Assert.SkipWhen(
            typeof(EventLoop).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true },
            "Unoptimized code boxes the awaiter for a type test that vanishes otherwise.");
        const int FutureSize = 40;
        long yields = -1;
        long futures = -1;
        Run(async Coroutine () =>
        {
            LoopFuture<int>? next = null;
            Action complete = () => next!.SetResult(1);
            for (int warm = 0; warm < 3; warm++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < Rounds; i++)
                {
                    await LoopTask.Yield();
                }

                yields = GC.GetAllocatedBytesForCurrentThread() - before;
                before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < Rounds; i++)
                {
                    next = Loop.CreateFuture<int>();
                    Loop.CallSoon(complete);
                    await next;
                }

                futures = GC.GetAllocatedBytesForCurrentThread() - before;
                Selector.Waits.Clear();
            }
        });
        Assert.Equal(0, yields);
        Assert.Equal(Rounds * FutureSize, futures);
    }

    [Fact(Timeout = 30000)]
    public void CreateTask_RunAndAwaited_CostsTheTaskAndItsCoroutineOnly()
    {
        Assert.SkipWhen(
            typeof(EventLoop).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true },
            "Unoptimized code boxes the awaiter for a type test that vanishes otherwise.");
        long bytes = -1;
        Run(async Coroutine () =>
        {
            for (int warm = 0; warm < 3; warm++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < Rounds; i++)
                {
                    await Loop.CreateTask(NothingToDo());
                }

                bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;
            }
        });
        Assert.InRange(bytes, 1, 144);
    }

    [Fact(Timeout = 30000)]
    public void RunInExecutor_CostsOneObjectOf64Bytes()
    {
        long bytes = long.MaxValue;
        Func<int> seven = static () => 7;
        Run(async Coroutine () =>
        {
            for (int i = 0; i < 100; i++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                LoopFuture<int> call = Loop.RunInExecutor(null, seven);
                bytes = Math.Min(bytes, GC.GetAllocatedBytesForCurrentThread() - before);
                Assert.Equal(7, await call);
            }
        });
        Assert.Equal(64, bytes);
    }

#pragma warning disable CS1998 // A coroutine need not await.
    private static async Coroutine NothingToDo()
    {
    }
#pragma warning restore CS1998

    [Fact(Timeout = 30000)]
    public void SleepingTask_CostsAtMost300Bytes()
    {
        const int Tasks = 10_000;
        long before = GC.GetTotalMemory(true);
        for (int i = 0; i < Tasks; i++)
        {
            Loop.CreateTask(LoopTask.Sleep(TimeSpan.FromHours(1)));
        }

        RunTurns(2);
        long each = (GC.GetTotalMemory(true) - before) / Tasks;
        Loop.Close();
        Assert.Equal(Tasks, Reports.Count);
        Reports.Clear();
        Assert.InRange(each, 100, 300);
    }

    private long Measure(Action action)
    {
        long bytes = -1;
        for (int warm = 0; warm < 3; warm++)
        {
            Loop.CallSoon(() =>
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < Rounds; i++)
                {
                    action();
                }

                bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            });
            RunTurns(3);
        }

        return bytes;
    }
}
