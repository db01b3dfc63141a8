using Bridge.TestKit;

namespace Bridge.Tests.Coroutines;

/// <summary>Rows O12, O13.</summary>
public sealed class WaitForTests : LoopTest
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    [Fact(Timeout = 30000)]
    public void WaitFor_InTime_GivesTheResult() => Run(async Coroutine () =>
    {
        Assert.Equal(3, await LoopTask.WaitFor(LoopTask.Sleep(s_second, 3), s_hour));
        Assert.Equal(4, await LoopTask.WaitFor(LoopTask.Sleep(s_second, 4), null));
        Assert.Equal(5, await LoopTask.WaitFor(LoopTask.Create(LoopTask.Sleep(s_second, 5)), s_hour));
        await LoopTask.WaitFor(LoopTask.Sleep(s_second), s_hour);
        Assert.Equal(0, Loop.TimerCount);
        ILoopAwaitable<object> wide = LoopTask.Sleep(TimeSpan.Zero, "text");
        Assert.Equal("text", await LoopTask.WaitFor(wide, s_hour));
    });

    [Fact(Timeout = 30000)]
    public void WaitFor_TooSlow_CancelsAndThrowsTimeout() => Run(async Coroutine () =>
    {
        LoopTask<int> slow = LoopTask.Create(LoopTask.Sleep(s_hour, 1));
        Assert.IsType<LoopCanceledException>(Assert.IsType<TimeoutException>(await Caught.By(LoopTask.WaitFor(slow, s_second))).InnerException);
        Assert.True(slow.IsCancelled);
        Assert.Equal(s_second, Loop.Now);
        Assert.Equal(0, LoopTask.Current!.CancelRequests);
    });

    [Theory(Timeout = 30000)]
    [InlineData(0)]
    [InlineData(-1)]
    public void WaitFor_NoTime_TakesWhatIsDone(int seconds) => Run(async Coroutine () =>
    {
        LoopFuture<int> done = Loop.CreateFuture<int>();
        done.SetResult(1);
        Assert.Equal(1, await LoopTask.WaitFor(done, TimeSpan.FromSeconds(seconds)));
    });

    [Theory(Timeout = 30000)]
    [InlineData(0)]
    [InlineData(-1)]
    public void WaitFor_NoTime_NeverStartsACoroutine(int seconds) => Run(async Coroutine () =>
    {
        bool ran = false;
        async Coroutine Body()
        {
            ran = true;
            await LoopTask.Yield();
        }

        Assert.IsType<TimeoutException>(await Caught.By(LoopTask.WaitFor(Body(), TimeSpan.FromSeconds(seconds))));
        Assert.False(ran);
    });

    [Fact(Timeout = 30000)]
    public void WaitFor_NoTime_WaitsForTheCancellationToEnd() => Run(async Coroutine () =>
    {
        bool cleaned = false;
        LoopTask<int> task = LoopTask.Create(Stubborn());
        await LoopTask.Yield();
        Assert.IsType<TimeoutException>(await Caught.By(LoopTask.WaitFor(task, TimeSpan.Zero)));
        Assert.True(cleaned);

        async Coroutine<int> Stubborn()
        {
            try
            {
                return await LoopTask.Sleep(s_hour, 1);
            }
            finally
            {
                await LoopTask.Sleep(s_second);
                cleaned = true;
            }
        }
    });

    [Fact(Timeout = 30000)]
    public void WaitFor_SwallowedCancellation_GivesTheResult() => Run(async Coroutine () =>
    {
        Assert.Equal("kept", await LoopTask.WaitFor(Swallow(), s_second));
        LoopTask<string> task = LoopTask.Create(Swallow());
        await LoopTask.Yield();
        Assert.Equal("kept", await LoopTask.WaitFor(task, TimeSpan.Zero));
        Assert.Equal(0, LoopTask.Current!.CancelRequests);

        static async Coroutine<string> Swallow()
        {
            await Caught.By(LoopTask.Sleep(s_hour));
            return "kept";
        }
    });

    [Fact(Timeout = 30000)]
    public void WaitFor_FailsDuringCancellation_ThrowsThat() => Run(async Coroutine () =>
    {
        Assert.IsType<ArithmeticException>(await Caught.By(LoopTask.WaitFor(LoopTask.Create(Fail()), s_second)));
        static async Coroutine Fail()
        {
            await Caught.By(LoopTask.Sleep(s_hour));
            throw new ArithmeticException();
        }
    });

    [Fact(Timeout = 30000)]
    public void WaitFor_CancelledOutside_CancelsWhatItWaitsFor() => Run(async Coroutine () =>
    {
        LoopFuture<int> inner = Loop.CreateFuture<int>();
        LoopTask<int> waiting = LoopTask.Create(LoopTask.WaitFor(inner, s_hour));
        await LoopTask.Yield();
        waiting.Cancel();
        Assert.IsType<LoopCanceledException>(await Caught.By(waiting));
        Assert.True(inner.IsCancelled);
        Assert.Equal(0, Loop.TimerCount);
    });

    [Fact(Timeout = 30000)]
    public void WaitFor_ResultAndCancelInTheSameTurn_IsCancelled() => Run(async Coroutine () =>
    {
        LoopFuture<int> inner = Loop.CreateFuture<int>();
        LoopTask<int> waiting = LoopTask.Create(LoopTask.WaitFor(inner, s_hour));
        await LoopTask.Yield();
        inner.SetResult(1);
        waiting.Cancel();
        Assert.IsType<LoopCanceledException>(await Caught.By(waiting));
    });

    [Fact(Timeout = 30000)]
    public void WaitFor_ResultAndTimeoutInTheSameTurn_GivesTheResult() => Run(async Coroutine () =>
    {
        LoopFuture<int> inner = Loop.CreateFuture<int>();
        Loop.CallLater(s_second, () => inner.SetResult(1));
        Assert.Equal(1, await LoopTask.WaitFor(inner, TimeSpan.FromSeconds(1.5)));
    });

    [Fact(Timeout = 30000)]
    public void WaitFor_InnerCancelsItself_IsCancelledNotTimedOut() => Run(async Coroutine () =>
    {
        LoopFuture<int> inner = Loop.CreateFuture<int>();
        Loop.CallSoon(() => inner.Cancel());
        Assert.IsType<LoopCanceledException>(await Caught.By(LoopTask.WaitFor(inner, s_hour)));
    });

    [Fact(Timeout = 30000)]
    public void WaitFor_Shielded_LeavesTheInnerOneRunning() => Run(async Coroutine () =>
    {
        LoopTask<int> inner = LoopTask.Create(LoopTask.Sleep(TimeSpan.FromSeconds(5), 9));
        Assert.IsType<TimeoutException>(await Caught.By(LoopTask.WaitFor(LoopTask.Shield(inner), s_second)));
        Assert.IsType<TimeoutException>(await Caught.By(LoopTask.WaitFor(LoopTask.Shield(inner), TimeSpan.Zero)));
        Assert.False(inner.IsDone);
        Assert.Equal(9, await LoopTask.WaitFor(LoopTask.Shield(inner), null));
    });
}
