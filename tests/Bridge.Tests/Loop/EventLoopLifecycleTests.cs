using Bridge.Selectors;
using Bridge.TestKit;

namespace Bridge.Tests.Loop;

/// <summary>Rows A1 to A10, A12, A14.</summary>
public sealed class EventLoopLifecycleTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void Constructor_OnASelector_RegistersNothingThatUsersSee()
    {
        using var loop = new SelectorEventLoop(Bridge.Selectors.Selector.CreateDefault());
        Assert.False(loop.IsRunning);
        Assert.False(loop.IsClosed);
        Assert.NotEmpty(loop.SelectorName);
    }

    [Fact(Timeout = 30000)]
    public void Constructor_TwoLoops_AreIndependent()
    {
        using var other = new SelectorEventLoop();
        Assert.NotEqual(Loop.Name, other.Name);
        int ran = 0;
        other.CallSoon(() => ran++);
        RunTurns(2);
        Assert.Equal(0, ran);
        other.Close();
        Assert.False(Loop.IsClosed);
    }

    [Fact]
    public void Constructor_SpinOutOfRange_NamesTheValue()
    {
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(
            () => new SelectorEventLoop(null, new EventLoopOptions { MaximumSpin = TimeSpan.FromSeconds(2) }));
        Assert.Contains("00:00:02", thrown.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void RunForever_StopCalledBefore_RunsOneTurnWithoutWaiting()
    {
        int ran = 0;
        Loop.CallSoon(() =>
        {
            ran++;
            Loop.CallSoon(() => ran += 10);
        });
        Loop.Stop();
        Loop.RunForever();
        Assert.Equal(1, ran);
        Assert.Equal([TimeSpan.Zero], Selector.Waits);
    }

    [Fact(Timeout = 30000)]
    public void RunForever_StoppedAndRunAgain_GoesOnWhereItWas()
    {
        int ran = 0;
        void Next()
        {
            if (++ran % 3 == 0)
            {
                Loop.Stop();
            }

            Loop.CallSoon(Next);
        }

        Loop.CallSoon(Next);
        Loop.RunForever();
        Assert.Equal(3, ran);
        Loop.RunForever();
        Assert.Equal(6, ran);
    }

    [Fact(Timeout = 30000)]
    public void RunForever_Running_SaysSoFromBeginToEnd()
    {
        bool running = false;
        Loop.CallSoon(() =>
        {
            running = Loop.IsRunning && Loop.IsOnLoopThread;
            Loop.Stop();
        });
        Loop.RunForever();
        Assert.True(running);
        Assert.False(Loop.IsRunning);
        Assert.False(Loop.IsOnLoopThread);
    }

    [Fact(Timeout = 30000)]
    public void RunForever_FromInsideItself_Throws()
    {
        InvalidOperationException? thrown = null;
        Loop.CallSoon(() => thrown = Assert.Throws<InvalidOperationException>(Loop.RunForever));
        RunTurns();
        Assert.Contains("already running", thrown!.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void RunForever_Closed_Throws()
    {
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(Loop.RunForever);
    }

    [Fact(Timeout = 30000)]
    public void RunForever_FlowSuppressedByTheCaller_LeavesItSo()
    {
        using (ExecutionContext.SuppressFlow())
        {
            RunTurns(2);
            Assert.True(ExecutionContext.IsFlowSuppressed());
        }

        Assert.False(ExecutionContext.IsFlowSuppressed());
    }

    [Fact(Timeout = 30000)]
    public void RunForever_Ends_RestoresTheCallersContexts()
    {
        var mine = new SynchronizationContext();
        SynchronizationContext? outer = SynchronizationContext.Current;
        var local = new AsyncLocal<int> { Value = 1 };
        SynchronizationContext.SetSynchronizationContext(mine);
        try
        {
            Loop.CallSoon(() => local.Value = 2);
            RunTurns();
            Assert.Same(mine, SynchronizationContext.Current);
            Assert.Equal(1, local.Value);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    [Fact(Timeout = 30000)]
    public void Stop_InACallback_LetsTheTurnEndAndNothingMore()
    {
        var order = new List<int>();
        Loop.CallSoon(() =>
        {
            Loop.Stop();
            Loop.CallSoon(() => order.Add(3));
            order.Add(1);
        });
        Loop.CallSoon(() => order.Add(2));
        Loop.RunForever();
        Assert.Equal([1, 2], order);
        RunTurns();
        Assert.Equal([1, 2, 3], order);
    }

    [Fact]
    public void Stop_OnAClosedLoop_DoesNothing()
    {
        Loop.Close();
        Loop.Stop();
    }

    [Fact(Timeout = 30000)]
    public void Close_WhileRunning_Throws()
    {
        InvalidOperationException? thrown = null;
        Loop.CallSoon(() => thrown = Assert.Throws<InvalidOperationException>(Loop.Close));
        RunTurns();
        Assert.Contains("while it is running", thrown!.Message, StringComparison.Ordinal);
        Assert.False(Loop.IsClosed);
    }

    [Fact(Timeout = 30000)]
    public async Task Close_WithWorkLeft_DropsItAndMayBeRepeated()
    {
        Handle soon = Loop.CallSoon(() => Assert.Fail("ran"));
        TimerHandle timer = Loop.CallLater(TimeSpan.Zero, () => Assert.Fail("ran"));
        Loop.Close();
        Loop.Close();
        Loop.Dispose();
        await Loop.DisposeAsync();
        Assert.True(Loop.IsClosed);
        Assert.False(soon.IsPending);
        Assert.False(soon.Cancel());
        Assert.False(timer.IsPending);
        Assert.False(timer.Cancel());
        Assert.Equal(0, Loop.TimerCount);
    }

    [Fact(Timeout = 30000)]
    public void Close_DueTimersLeftByAFatalException_AreStale()
    {
        Loop.CallLater(TimeSpan.Zero, () => throw new FatalTestException());
        TimerHandle second = Loop.CallLater(TimeSpan.Zero, () => Assert.Fail("ran"));
        Assert.Throws<FatalTestException>(() => RunTurns());
        Assert.True(second.IsPending);
        Loop.Close();
        Assert.False(second.IsPending);
        Assert.False(second.Cancel());
    }

    [Fact(Timeout = 30000)]
    public void Close_ExceptionHandlerThrowsFatally_FreesTheSelectorAllTheSame()
    {
        var selector = new DisposalWatch(Bridge.Selectors.Selector.CreateDefault());
        var loop = new SelectorEventLoop(selector);
        loop.CreateTask(LoopTask.Sleep(TimeSpan.FromHours(1)));
        loop.ExceptionHandler = (_, _) => throw new FatalTestException();
        Assert.Throws<FatalTestException>(loop.Close);
        Assert.True(loop.IsClosed);
        Assert.True(selector.IsDisposed);
    }

    [Fact(Timeout = 30000)]
    public void Now_OnVirtualTime_IsTheOneClockOfAllTimers()
    {
        Assert.Equal(TimeSpan.Zero, Loop.Now);
        TimerHandle timer = Loop.CallAt(TimeSpan.FromSeconds(5), Loop.Stop);
        Assert.Equal(TimeSpan.FromSeconds(5), timer.When);
        Loop.RunForever();
        Assert.Equal(TimeSpan.FromSeconds(5), Loop.Now);
        Assert.Equal(TimeSpan.FromTicks(1), EventLoop.ClockResolution);
    }

    [Fact(Timeout = 30000)]
    public void ToString_ShowsNameAndState()
    {
        Assert.Equal("<SelectorEventLoop 'test' running=False closed=False debug=False>", Loop.ToString());
        Loop.Close();
        Assert.Contains("closed=True", Loop.ToString(), StringComparison.Ordinal);
    }
}
