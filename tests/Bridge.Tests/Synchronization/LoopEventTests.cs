using Bridge.TestKit;
using static Bridge.Tests.Synchronization.Script;

namespace Bridge.Tests.Synchronization;

/// <summary>Row AI3.</summary>
public sealed class LoopEventTests : LoopTest
{
    private readonly LoopEvent _event = new();
    private readonly List<int> _order = [];

    [Fact(Timeout = 30000)]
    public void ToString_InEachState_ShowsStateAndWaiters() => Run(async Coroutine () =>
    {
        Assert.Equal("<LoopEvent unset>", _event.ToString());
        LoopTask waiting = Loop.CreateTask(_event.Wait());
        await Turns();
        Assert.Equal("<LoopEvent unset waiters=1>", _event.ToString());
        _event.Set();
        await waiting;
        Assert.Equal("<LoopEvent set>", _event.ToString());
    });

    [Fact(Timeout = 30000)]
    public void Set_ManyWait_WakesAllInOrder() => Run(async Coroutine () =>
    {
        LoopTask[] tasks = [Loop.CreateTask(Pass(1)), Loop.CreateTask(Pass(2)), Loop.CreateTask(Pass(3))];
        await Turns();
        Assert.Empty(_order);
        _event.Set();
        await Turns();
        Assert.Equal([1, 2, 3], _order);
        await AllDone(tasks);
    });

    [Fact(Timeout = 30000)]
    public void Wait_WhenSet_GoesOnWithoutATurn() => Run(async Coroutine () =>
    {
        bool turned = false;
        _event.Set();
        Loop.CallSoon(() => turned = true);
        await _event.Wait();
        Assert.False(turned);
        await new LoopEvent(isSet: true).Wait();
        Assert.False(turned);
    });

    [Fact(Timeout = 30000)]
    public void Wait_Cancelled_LeavesTheLine() => Run(async Coroutine () =>
    {
        LoopTask waiting = Loop.CreateTask(_event.Wait());
        await Turns();
        waiting.Cancel();
        Assert.IsType<LoopCanceledException>(await FailureOf(waiting));
        Assert.Equal("<LoopEvent unset>", _event.ToString());
    });

    [Fact(Timeout = 30000)]
    public void Clear_AfterSet_MakesItWaitAgain() => Run(async Coroutine () =>
    {
        Assert.False(_event.IsSet);
        _event.Set();
        Assert.True(_event.IsSet);
        _event.Clear();
        Assert.False(_event.IsSet);
        LoopTask waiting = Loop.CreateTask(_event.Wait());
        await Turns(3);
        Assert.False(waiting.IsDone);
        _event.Set();
        await waiting;
    });

    [Fact(Timeout = 30000)]
    public void Set_ClearedRightAfter_StillWakesAll() => Run(async Coroutine () =>
    {
        // CPython's test_clear_with_waiters.
        LoopTask waiting = Loop.CreateTask(Pass(1));
        await Turns();
        _event.Set();
        _event.Clear();
        Assert.False(_event.IsSet);
        LoopTask late = Loop.CreateTask(Pass(2));
        _event.Set();
        _event.Set();
        _event.Clear();
        await waiting;
        await Turns(3);
        Assert.Equal([1], _order);
        Assert.False(late.IsDone);
        late.Cancel();
    });

    [Fact(Timeout = 30000)]
    public void Set_BeforeTheLoopRuns_IsSeen()
    {
        _event.Set();
        Run(async Coroutine () => await _event.Wait());
    }

    private async Coroutine Pass(int number)
    {
        await _event.Wait();
        _order.Add(number);
    }
}
