using Bridge.TestKit;

namespace Bridge.Tests.Coroutines;

/// <summary>Row O15.</summary>
public sealed class ShieldTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void Shield_Outcome_IsTheInnerOnes() => Run(async Coroutine () =>
    {
        LoopFuture<int> inner = Loop.CreateFuture<int>(), failing = Loop.CreateFuture<int>();
        LoopFuture<int> outer = LoopTask.Shield(inner), bad = LoopTask.Shield(failing);
        Assert.NotSame(inner, outer);
        inner.SetResult(42);
        var failure = new ArithmeticException();
        failing.SetException(failure);
        Assert.Equal(42, await outer);
        Assert.Same(failure, await Caught.By(bad));
        await LoopTask.Shield(LoopTask.Sleep(TimeSpan.FromSeconds(1)));
    });

    [Fact(Timeout = 30000)]
    public void Shield_InnerCancelled_IsCancelled() => Run(async Coroutine () =>
    {
        LoopFuture<int> inner = Loop.CreateFuture<int>();
        LoopFuture<int> outer = LoopTask.Shield(inner);
        inner.Cancel("why");
        Assert.Equal("why", Assert.IsType<LoopCanceledException>(await Caught.By(outer)).CancelMessage);
        Assert.True(outer.IsCancelled);
    });

    [Fact(Timeout = 30000)]
    public void Cancel_Shield_LeavesTheInnerOneAlone() => Run(async Coroutine () =>
    {
        LoopFuture<int> inner = Loop.CreateFuture<int>();
        LoopFuture<int> outer = LoopTask.Shield(inner);
        Assert.True(outer.Cancel());
        await LoopTask.Yield();
        Assert.False(inner.IsDone);
        inner.SetResult(1);
        await LoopTask.Yield();
        Assert.True(outer.IsCancelled);
    });

    [Fact(Timeout = 30000)]
    public void Shield_DoneFuture_IsReturnedItself() => Run(async Coroutine () =>
    {
        LoopFuture<int> done = Loop.CreateFuture<int>();
        done.SetResult(1);
        Assert.Same(done, LoopTask.Shield(done));
        LoopTask<int> task = LoopTask.Create(LoopTask.Sleep(TimeSpan.Zero, 2));
        await task;
        LoopFuture<int> same = LoopTask.Shield(task);
        Assert.True(same.IsDone);
        Assert.Equal(2, same.GetResult());
        Assert.Same(task, LoopTask.Shield((ILoopAwaitable)task));
    });

    [Fact(Timeout = 30000)]
    public void Shield_WaiterCancelled_LetsTheWorkEnd() => Run(async Coroutine () =>
    {
        bool worked = false;
        LoopTask inner = LoopTask.Create(Work());
        LoopTask outer = LoopTask.Create(Outer());
        await LoopTask.Yield();
        outer.Cancel();
        Assert.IsType<LoopCanceledException>(await Caught.By(outer));
        Assert.False(worked);
        await inner;
        Assert.True(worked);

        async Coroutine Work()
        {
            await LoopTask.Sleep(TimeSpan.FromSeconds(1));
            worked = true;
        }

        async Coroutine Outer() => await LoopTask.Shield(inner);
    });

    [Fact(Timeout = 30000)]
    public void Shield_InnerFailsAfterCancel_IsReportedOnceAtOnce()
    {
        Run(async Coroutine () =>
        {
            LoopFuture<int> inner = Loop.CreateFuture<int>();
            LoopFuture<int> first = LoopTask.Shield(inner), second = LoopTask.Shield(inner);
            first.Cancel();
            second.Cancel();
            inner.SetException(new ArithmeticException("late"));
            await LoopTask.Yield();
        });
        LoopErrorContext report = TakeReport();
        Assert.Equal("ArithmeticException exception in shielded future", report.Message);
        Assert.Equal("late", report.Exception!.Message);
        Assert.NotNull(report.Future);
    }

    [Fact(Timeout = 30000)]
    public void Shield_CancelledAfterInnerFailed_ReportsIt()
    {
        Run(async Coroutine () =>
        {
            LoopFuture<int> inner = Loop.CreateFuture<int>();
            LoopFuture<int> outer = LoopTask.Shield(inner);
            inner.SetException(new ArithmeticException("just before"));
            Assert.True(outer.Cancel());
            await LoopTask.Yield();
        });
        Assert.Equal("just before", TakeReport().Exception!.Message);
    }

    [Fact(Timeout = 30000)]
    public void Shield_WithGather_EachKeepsItsRule() => Run(async Coroutine () =>
    {
        LoopFuture<int> a = Loop.CreateFuture<int>(), b = Loop.CreateFuture<int>();
        LoopFuture<int[]> shielded = LoopTask.Shield(LoopTask.Gather<int>([a, b]));
        shielded.Cancel();
        await LoopTask.Yield();
        Assert.False(a.IsDone || b.IsDone);

        LoopFuture<int> shield = LoopTask.Shield(a);
        LoopFuture<int[]> gathered = LoopTask.Gather<int>([shield, b]);
        gathered.Cancel();
        Assert.IsType<LoopCanceledException>(await Caught.By(gathered));
        Assert.False(a.IsDone);
        Assert.True(b.IsCancelled);
    });

    [Fact(Timeout = 30000)]
    public void Shield_CoroutineWithoutLoop_Throws()
        => Assert.Throws<InvalidOperationException>(() => LoopTask.Shield(LoopTask.Sleep(TimeSpan.Zero, 1)));
}
