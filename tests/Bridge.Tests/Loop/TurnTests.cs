using System.Net.Sockets;
using Bridge.Testing;
using Bridge.TestKit;

namespace Bridge.Tests.Loop;

/// <summary>Rows D4, E1 to E4, E8.</summary>
public sealed class TurnTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void Turn_EverythingReady_RunsQueuedThenPostedThenIoThenTimers()
    {
        using var pair = new SocketPair();
        var order = new List<string>();
        pair.WriteToServer();
        Loop.AddReader(pair.Server, () => order.Add("io"));
        Loop.CallLater(TimeSpan.Zero, () => order.Add("timer"));
        OtherThread.Run(() => Loop.CallSoonThreadSafe(() => order.Add("posted")));
        Loop.CallSoon(() => order.Add("queued"));
        RunTurns();
        Assert.Equal(["queued", "posted", "io", "timer"], order);
        Loop.RemoveReader(pair.Server);
    }

    [Fact(Timeout = 30000)]
    public void Turn_SelfReschedulingCallback_StarvesNeitherIoNorTimersNorPosts()
    {
        using var pair = new SocketPair();
        pair.WriteToServer();
        var seen = new HashSet<string>();
        void Again()
        {
            Time.Advance(TimeSpan.FromTicks(1));
            if (seen.Count == 3)
            {
                Loop.Stop();
            }

            Loop.CallSoon(Again);
        }

        Loop.CallSoon(Again);
        RunTurns();
        Loop.AddReader(pair.Server, () => seen.Add("io"));
        Loop.CallLater(TimeSpan.FromTicks(100), () => seen.Add("timer"));
        OtherThread.Run(() => Loop.CallSoonThreadSafe(() => seen.Add("post")));
        Loop.RunForever();
        Assert.Equal(3, seen.Count);
        Loop.RemoveReader(pair.Server);
    }

    [Fact(Timeout = 30000)]
    public void Turn_NothingReady_WaitsUntilTheFirstTimer()
    {
        Loop.CallLater(TimeSpan.FromSeconds(7), Loop.Stop);
        Loop.CallLater(TimeSpan.FromSeconds(9), () => { });
        Loop.RunForever();
        Assert.Equal(TimeSpan.FromSeconds(7), Assert.Single(Selector.Waits));
    }

    [Fact(Timeout = 30000)]
    public void Turn_FarTimer_WaitsOneDayAtMost()
    {
        Loop.CallLater(TimeSpan.FromDays(3), Loop.Stop);
        Loop.RunForever();
        Assert.Equal(TimeSpan.FromHours(24), Selector.Waits.Max());
        Assert.Equal(TimeSpan.FromDays(3), Loop.Now);
    }

    [Fact(Timeout = 30000)]
    public void Turn_NoTimer_WaitsForOthersAsLongAsItTakes()
    {
        using var started = new ManualResetEventSlim();
        Loop.CallSoon(started.Set);
        Thread poster = OtherThread.Start(() =>
        {
            started.Wait();
            Loop.CallSoonThreadSafe(Loop.Stop);
        });
        Loop.RunForever();
        poster.Join();
        Assert.DoesNotContain(Selector.Waits, wait => wait is { } time && time > TimeSpan.Zero);
    }

    [Fact(Timeout = 30000)]
    public void Turn_OnlyCancelledTimers_DoesNotWaitForThem()
    {
        Loop.CallLater(TimeSpan.FromSeconds(1), () => Assert.Fail("ran")).Cancel();
        Loop.CallLater(TimeSpan.FromSeconds(2), Loop.Stop);
        Loop.RunForever();
        Assert.Equal(TimeSpan.FromSeconds(2), Assert.Single(Selector.Waits));
    }

    [Fact(Timeout = 30000)]
    public void Turn_TimerOneTickAhead_IsNotRunEarly()
    {
        int ran = 0;
        Loop.CallAt(TimeSpan.FromTicks(10), () => ran++);
        Time.Advance(TimeSpan.FromTicks(9));
        RunTurns();
        Assert.Equal(0, ran);
        Time.Advance(TimeSpan.FromTicks(1));
        RunTurns();
        Assert.Equal(1, ran);
    }

    [Fact(Timeout = 30000)]
    public void Turn_FatalException_LeavesTheRestForTheNextRun()
    {
        var order = new List<int>();
        OtherThread.Run(() =>
        {
            Loop.CallSoonThreadSafe(() => order.Add(2));
            Loop.CallSoonThreadSafe(() => throw new FatalTestException("posted"));
            Loop.CallSoonThreadSafe(() => order.Add(3));
        });
        Loop.CallSoon(() => order.Add(1));
        Loop.CallSoon(() => throw new FatalTestException("queued"));
        Loop.CallLater(TimeSpan.Zero, () => order.Add(4));
        Assert.Equal("queued", Assert.Throws<FatalTestException>(() => RunTurns()).Message);
        Assert.Equal([1], order);
        Assert.Equal("posted", Assert.Throws<FatalTestException>(() => RunTurns()).Message);
        RunTurns(2);
        Assert.Equal([1, 2, 3, 4], order.Order());
        Assert.Empty(Reports);
    }

    [Fact(Timeout = 30000)]
    public void LongestTurn_Measured_IsThatOfTheLongestCallback()
    {
        var time = new VirtualClock();
        using var loop = new SelectorEventLoop(null, new EventLoopOptions { TimeProvider = time, MeasureTurns = true });
        loop.CallSoon(() =>
        {
            time.Advance(TimeSpan.FromSeconds(3));
            loop.Stop();
        });
        loop.RunForever();
        Assert.Equal(TimeSpan.FromSeconds(3), loop.LongestTurn);
    }
}
