namespace Bridge.Testing.Tests;

/// <summary>A scenario that cannot go on, goes on for ever, or leaves errors behind, fails and says why.</summary>
public sealed class StuckTests
{
    private static readonly VirtualTimeOptions s_impatient = new() { StuckAfter = TimeSpan.Zero, Name = "scenario" };

    [Fact(Timeout = 30000)]
    public void Run_NobodyCanGoOn_SaysWhoWaitsForWhat()
    {
        string text = Assert.Throws<StuckException>(() => VirtualTime.Run(
            async Coroutine () =>
            {
                LoopFuture<int> never = EventLoop.Running.CreateFuture<int>();
                _ = EventLoop.Running.CreateTask(WaitForIt(never), new TaskOptions { Name = "the other one" });
                await LoopTask.Sleep(TimeSpan.FromMinutes(1));
                await never;
            },
            s_impatient)).Message;
        Assert.Contains("At virtual time 00:01:00 the scenario on event loop 'scenario' cannot go on", text, StringComparison.Ordinal);
        Assert.Contains("the other one", text, StringComparison.Ordinal);
        Assert.Contains(nameof(WaitForIt), text, StringComparison.Ordinal);
        Assert.Contains("Hold()", text, StringComparison.Ordinal);

        static async Coroutine WaitForIt(LoopFuture<int> future) => await future;
    }

    [Fact(Timeout = 30000)]
    public void Run_TwoTasksThatWaitForEachOther_Ends() => Assert.Throws<StuckException>(() => VirtualTime.Run(
        async Coroutine () =>
        {
            LoopTask? second = null;
            LoopTask first = EventLoop.Running.CreateTask(Join(() => second!));
            second = EventLoop.Running.CreateTask(Join(() => first));
            await first;

            static async Coroutine Join(Func<LoopTask> other)
            {
                await LoopTask.Yield();
                await other();
            }
        },
        s_impatient));

    [Fact(Timeout = 30000)]
    public void Run_PostsInTime_AreWaitedFor() => VirtualTime.Run(
        async Coroutine () =>
        {
            LoopFuture<int> future = EventLoop.Running.CreateFuture<int>();
            EventLoop loop = EventLoop.Running;
            ThreadPool.QueueUserWorkItem(_ => loop.CallSoonThreadSafe(() => future.SetResult(3)));
            Assert.Equal(3, await future);
        },
        new VirtualTimeOptions { StuckAfter = TimeSpan.FromSeconds(20) });

    [Fact(Timeout = 30000)]
    public void Run_TimersForEver_EndsAtTheRealTimeLimit()
    {
        string text = Assert.Throws<StuckException>(() => VirtualTime.Run(
            async Coroutine () =>
            {
                while (true)
                {
                    await LoopTask.Sleep(TimeSpan.FromSeconds(1));
                }
            },
            new VirtualTimeOptions { RealTimeLimit = TimeSpan.FromMilliseconds(20) })).Message;
        Assert.Contains("took more than 00:00:00.0200000 of real time", text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Run_BusyForEver_EndsAtTheRealTimeLimit() => Assert.Throws<StuckException>(() => VirtualTime.Run(
        async Coroutine () =>
        {
            while (true)
            {
                await LoopTask.Yield();
            }
        },
        new VirtualTimeOptions { RealTimeLimit = TimeSpan.FromMilliseconds(20) }));

    [Fact(Timeout = 30000)]
    public void Run_ExecutorCallAndHoldThatDoNotEnd_AreNamed()
    {
        using var go = new ManualResetEventSlim();
        var loop = new VirtualTimeLoop(new VirtualTimeOptions { RealTimeLimit = TimeSpan.FromMilliseconds(20) });
        IDisposable hold = loop.Clock.Hold("for the printer");
        string text = Assert.Throws<StuckException>(() => loop.Run(async Coroutine () => await LoopTask.ToThread(() => go.Wait()))).Message;
        Assert.Contains("1 executor call did not come back", text, StringComparison.Ordinal);
        Assert.Contains("The clock is held: for the printer", text, StringComparison.Ordinal);
        go.Set();
        hold.Dispose();
        loop.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void Run_MainThatNothingCancels_EndsWithTheFirstFailure()
    {
        StuckException failure = Assert.Throws<StuckException>(() => VirtualTime.Run(
            async Coroutine () =>
            {
                while (true)
                {
                    try
                    {
                        await EventLoop.Running.CreateFuture<int>();
                    }
                    catch (LoopCanceledException)
                    {
                        LoopTask.Current!.Uncancel();
                    }
                }
            },
            s_impatient));
        Assert.Contains("cannot go on", failure.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Run_ErrorsReported_FailUnlessTaken()
    {
        var failure = new FormatException();
        ReportedErrorsException error = Assert.Throws<ReportedErrorsException>(() => VirtualTime.Run(async Coroutine () =>
        {
            EventLoop.Running.CallSoon(() => throw failure);
            await LoopTask.Sleep(TimeSpan.FromSeconds(1));
        }));
        Assert.Same(failure, error.InnerException);
        Assert.Same(failure, Assert.Single(error.Reports).Exception);

        using var loop = new VirtualTimeLoop();
        loop.Run(async Coroutine () =>
        {
            EventLoop.Running.CallSoon(() => throw failure);
            await LoopTask.Yield();
            await LoopTask.Yield();
            Assert.Same(failure, Assert.Single(loop.TakeReports()).Exception);
        });
        Assert.Empty(loop.TakeReports());
    }

    [Fact(Timeout = 30000)]
    public void Dispose_ErrorsReportedMeanwhile_Throws()
    {
        var loop = new VirtualTimeLoop();
        loop.Run(async Coroutine () =>
        {
            _ = EventLoop.Running.CreateTask(FailsWhenCancelled());
            await LoopTask.Sleep(TimeSpan.FromSeconds(1));
        });
        Assert.IsType<FormatException>(Assert.Throws<ReportedErrorsException>(loop.Dispose).InnerException);
        loop.Dispose();
        Assert.True(loop.Loop.IsClosed);
        Assert.Throws<ObjectDisposedException>(() => loop.Run(async Coroutine () => await LoopTask.Yield()));

        static async Coroutine FailsWhenCancelled()
        {
            try
            {
                await LoopTask.Sleep(TimeSpan.FromDays(1));
            }
            catch (LoopCanceledException)
            {
                throw new FormatException();
            }
        }
    }

    [Fact]
    public void Options_NegativeLimit_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>("RealTimeLimit", () => new VirtualTimeLoop(new VirtualTimeOptions { RealTimeLimit = TimeSpan.FromSeconds(-1) }));
        Assert.Throws<ArgumentOutOfRangeException>("options.QuietTime", () => new VirtualTimeLoop(new VirtualTimeOptions { QuietTime = TimeSpan.FromSeconds(-1) }));
        Assert.Throws<ArgumentOutOfRangeException>("StuckAfter", () => new VirtualTimeLoop(new VirtualTimeOptions { StuckAfter = TimeSpan.FromSeconds(-1) }));
    }
}
