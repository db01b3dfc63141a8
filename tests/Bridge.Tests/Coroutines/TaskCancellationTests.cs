using Bridge.TestKit;

namespace Bridge.Tests.Coroutines;

/// <summary>Rows K2, K3, K10 to K16.</summary>
public sealed class TaskCancellationTests : LoopTest
{
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    [Fact(Timeout = 30000)]
    public void Cancel_BeforeTheFirstStep_NeverEntersTheBody()
    {
        LoopTask task = Loop.CreateTask(Body());
        Assert.True(task.Cancel("early"));
        RunTurns();
        Assert.Equal("early", Assert.Throws<LoopCanceledException>(() => task.GetException()).CancelMessage);
        Assert.False(task.Cancel());

        static async Coroutine Body()
        {
            Assert.Fail("ran");
            await LoopTask.Yield();
        }
    }

    [Fact(Timeout = 30000)]
    public void Cancel_DownAChainOfTasks_EndsTheInnermostWait()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        LoopTask inner = Loop.CreateTask(Wait(future));
        LoopTask outer = Loop.CreateTask(Wait(inner));
        RunTurns();
        Assert.True(outer.Cancel("chain"));
        Assert.True(future.IsCancelled);
        RunTurns(3);
        Assert.True(inner.IsCancelled && outer.IsCancelled);
        Assert.Equal((1, 1), (inner.CancelRequests, outer.CancelRequests));
        Assert.Equal("chain", Assert.Throws<LoopCanceledException>(() => outer.GetException()).CancelMessage);
    }

    [Fact(Timeout = 60000)]
    public void Cancel_ChainLongerThanTheStack_ReachesTheInnermost()
    {
        LoopTask last = Loop.CreateTask(LoopTask.Sleep(s_day));
        for (int i = 0; i < 100_000; i++)
        {
            last = Loop.CreateTask(Wait(last));
        }

        RunTurns();
        Assert.Equal(1, Loop.TimerCount);
        Assert.True(last.Cancel());
        Assert.Equal(0, Loop.TimerCount);

        // Not run to the end: one exception that passes through so many methods collects a stack trace as long.
        Loop.Close();
        Assert.Equal(100_001, Reports.Count);
        Reports.Clear();
    }

    [Fact(Timeout = 30000)]
    public void Cancel_TasksThatWaitForEachOther_EndsBoth()
    {
        LoopTask? second = null;
        LoopTask first = Loop.CreateTask(WaitLater(() => second!));
        second = Loop.CreateTask(Wait(first));
        RunTurns(2);
        Assert.True(first.Cancel());
        RunTurns(4);
        Assert.True(first.IsCancelled && second.IsCancelled);

        static async Coroutine WaitLater(Func<LoopTask> task)
        {
            await LoopTask.Yield();
            await task();
        }
    }

    [Fact(Timeout = 30000)]
    public void Cancel_Twice_TheFirstMessageStandsWhereTheWaitTookIt()
    {
        foreach (Coroutine wait in new[] { LoopTask.Sleep(s_day), Wait(Loop.CreateFuture<int>()) })
        {
            LoopTask task = Loop.CreateTask(wait);
            RunTurns();
            Assert.True(task.Cancel("first"));
            Assert.True(task.Cancel("second"));
            RunTurns();
            Assert.Equal(2, task.CancelRequests);
            Assert.Equal("first", Assert.Throws<LoopCanceledException>(() => task.GetException()).CancelMessage);
        }
    }

    [Fact(Timeout = 30000)]
    public void Cancel_TwiceWhileAnotherSleepGotTheTimer_LeavesThatSleepAlone()
    {
        LoopTask first = Loop.CreateTask(LoopTask.Sleep(s_day));
        RunTurns();
        LoopTask? second = null;
        Loop.CallSoon(() =>
        {
            first.Cancel();
            second = Loop.CreateTask(LoopTask.Sleep(s_day), new TaskOptions { EagerStart = true });
            first.Cancel();
        });
        RunTurns(3);
        Assert.True(first.IsCancelled);
        Assert.False(second!.IsDone);
        Assert.Equal(1, Loop.TimerCount);
        second.Cancel();
        RunTurns();
    }

    [Fact(Timeout = 30000)]
    public void Cancel_AtATaskYield_DoesNotLeakIntoOtherTasks()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        LoopTask yielding = Loop.CreateTask(YieldOnce());
        LoopTask innocent = Loop.CreateTask(Wait(future));
        RunTurns();
        yielding.Cancel();
        future.SetResult(1);
        RunTurns(2);
        Assert.True(yielding.IsCancelled, "Asked to cancel in its last step, so its value is lost.");
        Assert.Null(innocent.GetException());

        static async Coroutine YieldOnce() => await Task.Yield();
    }

    [Fact(Timeout = 30000)]
    public void Cancel_CaughtAndIgnored_TaskGoesOn()
    {
        LoopTask<int> task = Loop.CreateTask(Ignore());
        RunTurns();
        Assert.True(task.Cancel());
        Assert.Equal(5, Loop.RunUntilComplete(task));
        Assert.Equal(1, task.CancelRequests);
        Assert.Equal(s_day, Loop.Now);

        static async Coroutine<int> Ignore()
        {
            try
            {
                await LoopTask.Sleep(s_day);
            }
            catch (LoopCanceledException)
            {
            }

            await LoopTask.Sleep(s_day);
            return 5;
        }
    }

    [Fact(Timeout = 30000)]
    public void Cancel_ByItself_IsThrownAtTheNextAwait()
    {
        bool went = false;
        LoopTask task = Loop.CreateTask(Body());
        RunTurns(3);
        Assert.True(task.IsCancelled);
        Assert.False(went);
        Assert.Equal(0, Loop.TimerCount);

        async Coroutine Body()
        {
            LoopTask.Current!.Cancel("self");
            await LoopTask.Sleep(s_day);
            went = true;
        }
    }

    [Fact(Timeout = 30000)]
    public void Cancel_InTheLastStep_LosesTheValue()
    {
        LoopTask<int> task = Loop.CreateTask(Body());
        RunTurns();
        Assert.True(task.IsCancelled);

        static async Coroutine<int> Body()
        {
            LoopTask.Current!.Cancel();
            await Task.CompletedTask;
            return 1;
        }
    }

    [Fact(Timeout = 30000)]
    public void Cancel_AfterTheAwaitedFutureIsDone_StillArrives()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        LoopTask<Exception?> task = Loop.CreateTask(Outcome.Of(future));
        RunTurns();
        future.SetException(new FormatException());
        Assert.True(task.Cancel("late"));
        Assert.Equal("late", Assert.IsType<LoopCanceledException>(Loop.RunUntilComplete(task)).CancelMessage);
    }

    [Fact(Timeout = 30000)]
    public void Uncancel_CountsDownAndWithdrawsWhatWasNotDelivered()
    {
        LoopTask<int> task = Loop.CreateTask(LoopTask.Sleep(TimeSpan.Zero, 1));
        task.Cancel();
        task.Cancel();
        Assert.Equal(2, task.CancelRequests);
        Assert.Equal(1, task.Uncancel());
        Assert.Equal(0, task.Uncancel());
        Assert.Equal(0, task.Uncancel());
        Assert.Equal(1, Loop.RunUntilComplete(task));
    }

    [Fact(Timeout = 30000)]
    public void Uncancel_SleepEndedByTheRequest_StillThrows()
    {
        LoopTask<Exception?> task = Loop.CreateTask(Outcome.Of(LoopTask.Sleep(s_day)));
        RunTurns();
        task.Cancel("gone");
        Assert.Equal(0, task.Uncancel());
        Assert.Equal("gone", Assert.IsType<LoopCanceledException>(Loop.RunUntilComplete(task)).CancelMessage);
        Assert.Equal(TimeSpan.Zero, Loop.Now);
    }

    [Fact(Timeout = 30000)]
    public void CancellationToken_FiresOnCancelAndIsFreshAfterUncancel()
    {
        LoopTask task = Loop.CreateTask(LoopTask.Sleep(TimeSpan.Zero));
        CancellationToken token = task.CancellationToken;
        Assert.False(token.IsCancellationRequested);
        task.Cancel();
        Assert.True(token.IsCancellationRequested);
        task.Uncancel();
        Assert.False(task.CancellationToken.IsCancellationRequested);
        task.Cancel();
        Assert.True(task.CancellationToken.IsCancellationRequested);
        RunTurns();
    }

    [Fact(Timeout = 30000)]
    public void CancelThreadSafe_FromAnotherThread_Arrives()
    {
        LoopTask task = Loop.CreateTask(LoopTask.Sleep(s_day));
        using (Time.Hold())
        {
            Loop.CallSoon(() => OtherThread.Run(() => Assert.True(task.CancelThreadSafe("there"))));
            Assert.Equal("there", Assert.Throws<LoopCanceledException>(() => Loop.RunUntilComplete((LoopFuture)task)).CancelMessage);
        }

        Loop.Close();
        Assert.False(task.CancelThreadSafe());
    }

    private static async Coroutine Wait(LoopFuture future) => await future;
}
