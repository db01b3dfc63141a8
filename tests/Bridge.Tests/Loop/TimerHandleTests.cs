using Bridge.TestKit;

namespace Bridge.Tests.Loop;

/// <summary>Rows C7 to C10, D7, E5.</summary>
public sealed class TimerHandleTests : LoopTest
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact(Timeout = 30000)]
    public void Cancel_Scheduled_IsGoneAtOnce()
    {
        TimerHandle timer = Loop.CallLater(s_second, () => Assert.Fail("ran"));
        Assert.Equal(1, Loop.TimerCount);
        Assert.True(timer.IsPending);
        Assert.True(timer.Cancel());
        Assert.False(timer.Cancel());
        Assert.False(timer.IsPending);
        Assert.Equal(0, Loop.TimerCount);
        Assert.Equal(s_second, timer.When);
    }

    [Fact(Timeout = 30000)]
    public void Cancel_DueInTheSameTurn_IsInTime()
    {
        TimerHandle second = default;
        Loop.CallLater(s_second, () =>
        {
            Assert.True(second.IsPending);
            Assert.True(second.Cancel());
            Assert.False(second.IsPending);
            Assert.False(second.Cancel());
        });
        second = Loop.CallLater(s_second, () => Assert.Fail("ran"));
        Loop.CallLater(2 * s_second, Loop.Stop);
        Loop.RunForever();
        Assert.Equal(0, Loop.TimerCount);
    }

    [Fact(Timeout = 30000)]
    public void Cancel_StaleHandleOfAReusedNode_DoesNotTouchTheNewTimer()
    {
        TimerHandle stale = Loop.CallLater(s_second, () => Assert.Fail("ran"));
        stale.Cancel();
        int ran = 0;
        TimerHandle fresh = Loop.CallLater(s_second, () => ran++);
        Assert.False(stale.Cancel());
        Assert.False(stale.IsPending);
        Assert.True(fresh.IsPending);
        Assert.True(stale != fresh);
        Loop.CallLater(2 * s_second, Loop.Stop);
        Loop.RunForever();
        Assert.Equal(1, ran);
        Assert.False(fresh.Cancel());
        Assert.Equal(s_second, fresh.When);
    }

    [Fact(Timeout = 30000)]
    public void Cancel_FromItsOwnCallback_IsTooLate()
    {
        TimerHandle timer = default;
        bool? cancelled = null;
        timer = Loop.CallLater(s_second, () =>
        {
            cancelled = timer.Cancel();
            Loop.Stop();
        });
        Loop.RunForever();
        Assert.False(cancelled);
    }

    [Fact(Timeout = 30000)]
    public void Cancel_ManyOfMany_LeavesNoneBehind()
    {
        TimerHandle[] timers = [.. Enumerable.Range(0, 500).Select(i => Loop.CallLater(TimeSpan.FromMinutes(i + 1), () => { }))];
        for (int i = 0; i < timers.Length; i += 2)
        {
            Assert.True(timers[i].Cancel());
        }

        Assert.Equal(250, Loop.TimerCount);
    }

    [Fact(Timeout = 30000)]
    public void Callback_Throws_IsReportedByItsName()
    {
        var failure = new FormatException();
        Loop.CallLater(TimeSpan.Zero, () => throw failure);
        RunTurns();
        LoopErrorContext report = TakeReport();
        Assert.Same(failure, report.Exception);
        Assert.Contains(nameof(Callback_Throws_IsReportedByItsName), report.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void CompareTo_OrdersByDeadline()
    {
        TimerHandle early = Loop.CallAt(s_second, () => { });
        TimerHandle late = Loop.CallAt(2 * s_second, () => { });
        TimerHandle same = Loop.CallAt(s_second, () => { });
        Assert.True(early < late && late > early && early <= same && early >= same);
        Assert.Equal(0, early.CompareTo(same));
        Assert.True(early != same, "Equality means the same timer, not the same deadline.");
        TimerHandle copy = early;
        Assert.True(early == copy && early.Equals((object)copy));
        Assert.Equal(early.GetHashCode(), copy.GetHashCode());
    }

    [Fact(Timeout = 30000)]
    public void ToString_ShowsTheDeadline()
    {
        Assert.Equal("<TimerHandle none>", default(TimerHandle).ToString());
        Assert.Contains("when=00:00:01", Loop.CallAt(s_second, () => { }).ToString(), StringComparison.Ordinal);
        Assert.False(default(TimerHandle).IsPending);
        Assert.False(default(TimerHandle).Cancel());
    }

    [Fact(Timeout = 30000)]
    public void Cancel_OnAnotherThreadWhileRunning_Throws()
    {
        Loop.CallSoon(() =>
        {
            TimerHandle mine = Loop.CallLater(s_second, () => { });
            OtherThread.Throws<InvalidOperationException>(() => mine.Cancel());
            Assert.True(mine.Cancel());
        });
        RunTurns();
        Assert.Empty(Reports);
    }
}
