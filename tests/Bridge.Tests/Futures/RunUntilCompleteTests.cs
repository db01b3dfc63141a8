using Bridge.TestKit;

namespace Bridge.Tests.LoopFutures;

/// <summary>Rows A5, A6.</summary>
public sealed class RunUntilCompleteTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void RunUntilComplete_EveryKind_GivesTheResult()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        Loop.CallSoon(() => future.SetResult(1));
        Assert.Equal(1, Loop.RunUntilComplete(future));
        Loop.RunUntilComplete((LoopFuture)future);
        Assert.Equal(2, Loop.RunUntilComplete(LoopTask.Sleep(TimeSpan.Zero, 2)));
        Assert.Equal(3, Loop.RunUntilComplete(Loop.CreateTask(LoopTask.Sleep(TimeSpan.Zero, 3))));
        Loop.RunUntilComplete(LoopTask.Sleep(TimeSpan.Zero));
    }

    [Fact(Timeout = 30000)]
    public void RunUntilComplete_AlreadyDone_CostsOneTurn()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        future.SetResult(1);
        bool ran = false;
        Loop.CallSoon(() => ran = true);
        Loop.RunUntilComplete(future);
        Assert.True(ran);
    }

    [Fact(Timeout = 30000)]
    public void RunUntilComplete_FutureOfAnotherLoop_Throws()
    {
        using var other = new SelectorEventLoop();
        Assert.Throws<ArgumentException>(() => Loop.RunUntilComplete(other.CreateFuture<int>()));
        Assert.Throws<ArgumentException>(() => Loop.RunUntilComplete((LoopFuture)other.CreateFuture<int>()));
    }

    [Fact(Timeout = 30000)]
    public void RunUntilComplete_StoppedBefore_ThrowsAndTheNextRunIsNotCutShort()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        Loop.CallSoon(Loop.Stop);
        var thrown = Assert.Throws<InvalidOperationException>(() => Loop.RunUntilComplete(future));
        Assert.Contains("stopped before", thrown.Message, StringComparison.Ordinal);
        future.SetResult(1);
        Loop.CallLater(TimeSpan.FromSeconds(1), Loop.Stop);
        Loop.RunForever();
        Assert.Equal(TimeSpan.FromSeconds(1), Loop.Now);
    }

    [Fact(Timeout = 30000)]
    public void RunUntilComplete_FatalOutcome_LeavesByExceptionAndDoesNotStopTheNextRun()
    {
        Assert.Throws<FatalTestException>(() => Loop.RunUntilComplete(Fail()));
        Loop.CallLater(TimeSpan.FromSeconds(1), Loop.Stop);
        Loop.RunForever();
        Assert.Equal(TimeSpan.FromSeconds(1), Loop.Now);

        static async Coroutine Fail()
        {
            await LoopTask.Yield();
            throw new FatalTestException();
        }
    }

    [Fact(Timeout = 30000)]
    public void RunUntilComplete_InsideTheLoop_ThrowsAndGivesTheCoroutineUp()
    {
        Loop.CallSoon(() =>
        {
            Coroutine coroutine = Outcome.Of(Loop.CreateFuture<int>());
            Assert.Throws<InvalidOperationException>(() => Loop.RunUntilComplete(coroutine));
            Assert.Contains("done", coroutine.ToString(), StringComparison.Ordinal);
        });
        RunTurns();
        Assert.Empty(Reports);
    }

    [Fact(Timeout = 30000)]
    public void RunUntilComplete_CancelledTask_Throws()
    {
        LoopTask<int> task = Loop.CreateTask(LoopTask.Sleep(TimeSpan.FromDays(1), 1));
        Loop.CallSoon(() => task.Cancel("no"));
        Assert.Equal("no", Assert.Throws<LoopCanceledException>(() => Loop.RunUntilComplete(task)).CancelMessage);
    }

    [Fact]
    public void RunUntilComplete_NullOrClosed_Throws()
    {
        Assert.Throws<ArgumentNullException>(() => Loop.RunUntilComplete((Coroutine)null!));
        Assert.Throws<ArgumentNullException>(() => Loop.RunUntilComplete((LoopFuture)null!));
        Assert.Throws<ArgumentNullException>(() => Loop.RunUntilComplete((LoopTask<int>)null!));
        LoopFuture<int> future = Loop.CreateFuture<int>();
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(() => Loop.RunUntilComplete(future));
        Assert.Throws<ObjectDisposedException>(() => Loop.RunUntilComplete(Outcome.Of(future)));
    }
}
