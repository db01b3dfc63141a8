using Bridge.TestKit;

namespace Bridge.Tests.Loop;

/// <summary>Rows D1 to D3, D5: what may be scheduled, and in which order it runs.</summary>
public sealed class CallSoonTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void CallSoon_Several_RunInOrderEachOnce()
    {
        var order = new List<object?>();
        Loop.CallSoon(() => order.Add("a"));
        Loop.CallSoon(order.Add, "b");
        Loop.CallSoonThreadSafe(() => order.Add("c"));
        Loop.CallSoon(order.Add, null);
        RunTurns(3);
        Assert.Equal(["a", "b", null, "c"], order);
    }

    [Fact(Timeout = 30000)]
    public void CallSoonThreadSafe_OnTheLoopThread_KeepsItsPlace()
    {
        var order = new List<int>();
        Loop.CallSoon(() =>
        {
            Loop.CallSoon(() => order.Add(1));
            Loop.CallSoonThreadSafe(() => order.Add(2));
            Assert.True(Loop.TryCallSoonThreadSafe(() => order.Add(3)));
            Loop.SynchronizationContext.Post(_ => order.Add(4), null);
            Loop.CallSoon(() => order.Add(5));
        });
        RunTurns(2);
        Assert.Equal([1, 2, 3, 4, 5], order);
    }

    [Fact(Timeout = 30000)]
    public void CallSoon_FromACallback_WaitsForTheNextTurn()
    {
        var order = new List<int>();
        Loop.CallSoon(() =>
        {
            Loop.CallSoon(() => order.Add(3));
            order.Add(1);
        });
        Loop.CallSoon(() => order.Add(2));
        RunTurns();
        Assert.Equal([1, 2], order);
        RunTurns();
        Assert.Equal([1, 2, 3], order);
    }

    [Fact(Timeout = 30000)]
    public void CallSoon_ThousandsWhileRunning_KeepOrderAcrossGrowth()
    {
        var order = new List<int>();
        for (int i = 0; i < 1000; i++)
        {
            int number = i;
            Loop.CallSoon(() =>
            {
                order.Add(number);
                Loop.CallSoon(() => order.Add(number + 1000));
            });
        }

        RunTurns(2);
        Assert.Equal(Enumerable.Range(0, 2000), order);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void CallLater_NotInTheFuture_RunsInTheNextTurn(long ticks)
    {
        Time.Advance(TimeSpan.FromDays(1));
        int ran = 0;
        Loop.CallLater(TimeSpan.FromTicks(ticks), () => ran++);
        Loop.CallLater(TimeSpan.FromTicks(ticks), _ => ran++, null);
        RunTurns();
        Assert.Equal(2, ran);
    }

    [Fact(Timeout = 30000)]
    public void CallAt_DeadlineInTheFarPast_IsRunWithoutWaiting()
    {
        Time.Advance(TimeSpan.FromDays(1));
        Loop.CallAt(TimeSpan.MinValue, Loop.Stop);
        Loop.RunForever();
        Assert.Equal(TimeSpan.FromDays(1), Loop.Now);
    }

    [Fact(Timeout = 30000)]
    public void CallLater_LongestDelay_SaturatesInsteadOfOverflowing()
    {
        Time.Advance(TimeSpan.FromDays(1));
        TimerHandle never = Loop.CallLater(TimeSpan.MaxValue, () => Assert.Fail("ran"));
        Assert.Equal(TimeSpan.MaxValue, never.When);
        RunTurns(2);
        Assert.True(never.Cancel());
    }

    [Fact(Timeout = 30000)]
    public void CallAt_ManyDeadlines_RunByDeadlineThenByCall()
    {
        var order = new List<int>();
        Loop.CallAt(TimeSpan.FromMilliseconds(20), () => order.Add(3));
        Loop.CallAt(TimeSpan.FromMilliseconds(10), () => order.Add(1));
        Loop.CallAt(TimeSpan.FromMilliseconds(10), _ => order.Add(2), null);
        Loop.CallAt(TimeSpan.FromMilliseconds(30), Loop.Stop);
        Loop.RunForever();
        Assert.Equal([1, 2, 3], order);
        Assert.Equal(TimeSpan.FromMilliseconds(30), Loop.Now);
    }

    [Fact]
    public void EveryEntry_NullCallback_NamesIt()
    {
        Assert.All<Action>(
            [
                () => Loop.CallSoon(null!),
                () => Loop.CallSoon(null!, 1),
                () => Loop.CallSoonThreadSafe(null!),
                () => Loop.CallSoonThreadSafe(null!, 1),
                () => Loop.TryCallSoonThreadSafe(null!),
                () => Loop.TryCallSoonThreadSafe(null!, 1),
                () => Loop.CallLater(default, null!),
                () => Loop.CallLater(default, null!, 1),
                () => Loop.CallAt(default, null!),
                () => Loop.CallAt(default, null!, 1),
            ],
            call => Assert.Equal("callback", Assert.Throws<ArgumentNullException>(call).ParamName));
        Assert.Throws<ArgumentNullException>(() => Loop.SynchronizationContext.Post(null!, 1));
        Assert.Throws<ArgumentNullException>(() => Loop.SynchronizationContext.Send(null!, 1));
    }

    [Fact]
    public void EveryEntry_LoopClosed_SaysSo()
    {
        Loop.Close();
        Assert.All<Action>(
            [
                () => Loop.CallSoon(() => { }),
                () => Loop.CallSoon(_ => { }, 1),
                () => Loop.CallSoonThreadSafe(() => { }),
                () => Loop.CallSoonThreadSafe(_ => { }, 1),
                () => Loop.CallLater(default, () => { }),
                () => Loop.CallLater(default, _ => { }, 1),
                () => Loop.CallAt(default, () => { }),
                () => Loop.CallAt(default, _ => { }, 1),
                () => Loop.SynchronizationContext.Send(_ => { }, null),
                Loop.RunForever,
            ],
            call => Assert.Contains("'test' is closed", Assert.Throws<ObjectDisposedException>(call).Message, StringComparison.Ordinal));
        Assert.False(Loop.TryCallSoonThreadSafe(() => { }));
        Assert.False(Loop.TryCallSoonThreadSafe(_ => { }, 1));
        Loop.SynchronizationContext.Post(_ => { }, null);
        Assert.Equal(1, Loop.LateCompletions);
    }
}
