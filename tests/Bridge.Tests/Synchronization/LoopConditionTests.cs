using Bridge.TestKit;
using static Bridge.Tests.Synchronization.Script;

namespace Bridge.Tests.Synchronization;

/// <summary>Row AI4.</summary>
public sealed class LoopConditionTests : LoopTest
{
    private readonly LoopCondition _condition = new();
    private readonly List<int> _order = [];

    [Fact(Timeout = 30000)]
    public void ToString_InEachState_ShowsStateAndWaiters() => Run(async Coroutine () =>
    {
        Assert.Equal("<LoopCondition unlocked>", _condition.ToString());
        LoopTask waiting = Loop.CreateTask(WaitThen(1));
        await Turns();
        await _condition.Acquire();
        Assert.Equal("<LoopCondition locked waiters=1>", _condition.ToString());
        _condition.NotifyAll();
        _condition.Release();
        await waiting;
    });

    [Fact(Timeout = 30000)]
    public void Wait_Notified_GoesOnOnceItHasTheLock() => Run(async Coroutine () =>
    {
        LoopTask[] tasks = [.. Enumerable.Range(1, 3).Select(i => Loop.CreateTask(WaitThen(i)))];
        await Turns();
        Assert.False(_condition.IsLocked);
        Assert.True(_condition.TryAcquire());
        _condition.Notify();
        await Turns(2);
        Assert.Empty(_order);
        _condition.Release();
        await Turns(2);
        Assert.Equal([1], _order);
        await _condition.Acquire();
        _condition.Notify(0);
        _condition.Notify(2);
        _condition.Release();
        await AllDone(tasks);
        Assert.Equal([1, 2, 3], _order);
    });

    [Fact(Timeout = 30000)]
    public void WaitNotify_LockNotHeld_Throws() => Run(async Coroutine () =>
    {
        var failure = Assert.IsType<InvalidOperationException>(await FailureOf(_condition.Wait()));
        Assert.Contains("Cannot wait on <LoopCondition unlocked>", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Cannot notify", Assert.Throws<InvalidOperationException>(() => _condition.Notify()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(_condition.NotifyAll);
        Assert.Throws<ArgumentOutOfRangeException>(() => _condition.Notify(-1));
        Assert.Throws<ArgumentNullException>(() => _condition.WaitFor(null!));
        await _condition.WaitFor(() => true);
        Assert.IsType<InvalidOperationException>(await FailureOf(_condition.WaitFor(() => false)));
        Assert.Throws<InvalidOperationException>(_condition.Release);
    });

    [Fact(Timeout = 30000)]
    public void WaitFor_PredicateTurnsTrue_ReturnsOnlyThen() => Run(async Coroutine () =>
    {
        int value = 0;
        LoopTask task = Loop.CreateTask(WaitForFive());
        for (value = 1; value <= 5; value++)
        {
            Assert.False(task.IsDone);
            using (await _condition.Acquire())
            {
                _condition.NotifyAll();
            }

            await Turns(2);
        }

        value = 5;
        using (await _condition.Acquire())
        {
            _condition.Notify();
        }

        await task;

        async Coroutine WaitForFive()
        {
            using (await _condition.Acquire())
            {
                await _condition.WaitFor(() => value == 5);
            }
        }
    });

    [Fact(Timeout = 30000)]
    public void Wait_Cancelled_ThrowsWithTheLockHeld() => Run(async Coroutine () =>
    {
        bool locked = false;
        LoopTask task = Loop.CreateTask(WaitSeeing(() => locked = _condition.IsLocked));
        await Turns();
        Assert.False(_condition.IsLocked);
        task.Cancel("enough");
        Assert.Equal("enough", Assert.IsType<LoopCanceledException>(await FailureOf(task)).CancelMessage);
        Assert.True(locked);
        Assert.False(_condition.IsLocked);
        Assert.Equal("<LoopCondition unlocked>", _condition.ToString());
    });

    [Fact(Timeout = 30000)]
    public void Wait_CancelledSeveralTimesWhileItTakesTheLockAgain_ThrowsTheLastWithTheLockHeld() => Run(async Coroutine () =>
    {
        // CPython's test_wait_cancel_contested and test_cancelled_error_re_aquire.
        bool locked = false;
        LoopTask task = Loop.CreateTask(WaitSeeing(() => locked = _condition.IsLocked));
        await Turns();
        await _condition.Acquire();
        foreach (string message in new[] { "first", "second", "third" })
        {
            task.Cancel(message);
            await Turns(2);
            Assert.False(task.IsDone);
        }

        _condition.Release();
        Assert.Equal("third", Assert.IsType<LoopCanceledException>(await FailureOf(task)).CancelMessage);
        Assert.True(locked);
        Assert.False(_condition.IsLocked);
    });

    [Fact(Timeout = 30000)]
    public void Wait_NotifiedThenCancelledBeforeItsStep_NotifiesTheNext() => Run(async Coroutine () =>
    {
        // CPython's test_cancelled_wakeup.
        LoopTask first = Loop.CreateTask(WaitThen(1));
        LoopTask second = Loop.CreateTask(WaitThen(2));
        await Turns();
        await _condition.Acquire();
        _condition.Notify();
        first.Cancel();
        _condition.Release();
        await second;
        Assert.True(first.IsCancelled);
        Assert.Equal([2], _order);
    });

    [Fact(Timeout = 30000)]
    public void Wait_NotifiedThenCancelledWhileItTakesTheLock_NotifiesTheNext() => Run(async Coroutine () =>
    {
        // CPython's test_cancelled_wakeup_relock.
        LoopTask first = Loop.CreateTask(WaitThen(1));
        LoopTask second = Loop.CreateTask(WaitThen(2));
        await Turns();
        await _condition.Acquire();
        _condition.Notify();
        await Turns();
        first.Cancel();
        _condition.Release();
        await second;
        Assert.True(first.IsCancelled);
        Assert.Equal([2], _order);
    });

    [Fact(Timeout = 30000)]
    public void Wait_CancelledWithoutNotification_WakesNobody() => Run(async Coroutine () =>
    {
        LoopTask first = Loop.CreateTask(WaitThen(1));
        LoopTask second = Loop.CreateTask(WaitThen(2));
        await Turns();
        first.Cancel();
        await Turns(4);
        Assert.True(first.IsCancelled);
        Assert.False(second.IsDone);
        Assert.Equal("<LoopCondition unlocked waiters=1>", _condition.ToString());
        second.Cancel();
        await FailureOf(second);
    });

    [Fact(Timeout = 30000)]
    public void Notify_AfterAWaiterWasCancelled_ReachesALiveOne() => Run(async Coroutine () =>
    {
        LoopTask first = Loop.CreateTask(WaitThen(1));
        LoopTask second = Loop.CreateTask(WaitThen(2));
        await Turns();
        await _condition.Acquire();
        first.Cancel();
        _condition.Notify();
        _condition.Release();
        await second;
        Assert.Equal([2], _order);
        Assert.True(first.IsCancelled);
    });

    [Fact(Timeout = 30000)]
    public void Constructor_GivenLock_SharesIt() => Run(async Coroutine () =>
    {
        var shared = new LoopLock();
        var condition = new LoopCondition(shared);
        Assert.Same(shared, condition.Lock);
        using (await condition.Acquire())
        {
            Assert.True(shared.IsLocked);
        }

        await shared.Acquire();
        Assert.False(new LoopCondition(shared).TryAcquire());
        condition.NotifyAll();
        condition.Release();
        Assert.False(shared.IsLocked);
    });

    private async Coroutine WaitThen(int number)
    {
        using (await _condition.Acquire())
        {
            await _condition.Wait();
            _order.Add(number);
        }
    }

    private async Coroutine WaitSeeing(Action atEnd)
    {
        using (await _condition.Acquire())
        {
            try
            {
                await _condition.Wait();
            }
            finally
            {
                atEnd();
            }
        }
    }
}
