using Bridge.TestKit;

namespace Bridge.Tests.Loop;

/// <summary>Rows B1 to B4, B7.</summary>
public sealed class RunningLoopTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void Running_OutsideALoop_Throws()
    {
        Assert.Throws<InvalidOperationException>(() => EventLoop.Running);
        Assert.False(EventLoop.TryGetRunning(out EventLoop? loop));
        Assert.Null(loop);
    }

    [Fact(Timeout = 30000)]
    public void Running_InEveryKindOfCode_IsTheLoop()
    {
        var seen = new List<EventLoop>();
        Loop.ExceptionHandler = (_, _) => seen.Add(EventLoop.Running);
        Loop.CallSoon(() => seen.Add(EventLoop.Running));
        Loop.CallSoon(() => throw new FormatException());
        Loop.CallLater(TimeSpan.Zero, () => seen.Add(EventLoop.Running));
        Loop.CreateTask(Look(seen)).AddDoneCallback(_ => seen.Add(EventLoop.Running));
        RunTurns(3);
        Assert.Equal(5, seen.Count);
        Assert.All(seen, loop => Assert.Same(Loop, loop));
        Assert.False(EventLoop.TryGetRunning(out _));

        static async Coroutine Look(List<EventLoop> seen)
        {
            await LoopTask.Yield();
            seen.Add(EventLoop.Running);
        }
    }

    [Fact(Timeout = 30000)]
    public void Running_OnAnotherThreadMeanwhile_IsNone()
    {
        bool foundElsewhere = true;
        Loop.CallSoon(() => OtherThread.Run(() => foundElsewhere = EventLoop.TryGetRunning(out _)));
        RunTurns();
        Assert.False(foundElsewhere);
    }

    [Fact(Timeout = 30000)]
    public void RunForever_InsideAnotherLoop_ThrowsNamingBoth()
    {
        using var inner = new SelectorEventLoop(null, new EventLoopOptions { Name = "inner" });
        InvalidOperationException? thrown = null;
        Loop.CallSoon(() => thrown = Assert.Throws<InvalidOperationException>(inner.RunForever));
        RunTurns();
        Assert.Contains("'inner'", thrown!.Message, StringComparison.Ordinal);
        Assert.Contains("'test'", thrown.Message, StringComparison.Ordinal);
        Assert.Same(Loop, RunAndGetRunning());
    }

    [Fact(Timeout = 30000)]
    public void RunForever_OnTwoThreads_EachSeesItsOwn()
    {
        using var other = new SelectorEventLoop();
        EventLoop? seenByOther = null;
        Loop.CallSoon(() => OtherThread.Run(() =>
        {
            other.CallSoon(() =>
            {
                seenByOther = EventLoop.Running;
                other.Stop();
            });
            other.RunForever();
        }));
        RunTurns();
        Assert.Same(other, seenByOther);
    }

    [Fact(Timeout = 30000)]
    public void Running_AfterAFatalException_IsNone()
    {
        Loop.CallSoon(() => throw new FatalTestException());
        Assert.Throws<FatalTestException>(() => RunTurns());
        Assert.False(EventLoop.TryGetRunning(out _));
        Assert.False(Loop.IsRunning);
        RunTurns();
    }

    [Fact(Timeout = 30000)]
    public void Current_NoneSet_ThrowsNamingTheThread()
    {
        OtherThread.Run(() =>
        {
            var thrown = Assert.Throws<InvalidOperationException>(() => EventLoop.Current);
            Assert.Contains($"thread {Environment.CurrentManagedThreadId}", thrown.Message, StringComparison.Ordinal);
        });
    }

    [Fact(Timeout = 30000)]
    public void Current_SetCurrent_IsPerThreadAndYieldsToTheRunningOne()
    {
        using var other = new SelectorEventLoop();
        EventLoop.SetCurrent(other);
        try
        {
            Assert.Same(other, EventLoop.Current);
            Assert.False(EventLoop.TryGetRunning(out _));
            EventLoop? insideRun = null;
            Loop.CallSoon(() => insideRun = EventLoop.Current);
            RunTurns();
            Assert.Same(Loop, insideRun);
            Assert.Same(other, EventLoop.Current);
            OtherThread.Throws<InvalidOperationException>(() => _ = EventLoop.Current);
        }
        finally
        {
            EventLoop.SetCurrent(null);
        }

        Assert.Throws<InvalidOperationException>(() => EventLoop.Current);
    }

    private EventLoop? RunAndGetRunning()
    {
        EventLoop? running = null;
        Loop.CallSoon(() => running = EventLoop.Running);
        RunTurns();
        return running;
    }
}
