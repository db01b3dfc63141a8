using Bridge.TestKit;
using static Bridge.Tests.Synchronization.Script;

namespace Bridge.Tests.Synchronization;

/// <summary>Rows AI5, AI6.</summary>
public sealed class LoopSemaphoreTests : LoopTest
{
    private readonly List<int> _order = [];

    [Fact(Timeout = 30000)]
    public void Constructor_Values_AreCheckedAndShown()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LoopSemaphore(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LoopBoundedSemaphore(-1));
        Assert.True(new LoopSemaphore(0).IsLocked);
        Assert.Equal(1, new LoopSemaphore().Value);
        Assert.Equal("<LoopSemaphore unlocked value=2>", new LoopSemaphore(2).ToString());
        Assert.Equal("<LoopBoundedSemaphore locked value=0>", new LoopBoundedSemaphore(0).ToString());
    }

    [Fact(Timeout = 30000)]
    public void Acquire_SlotsFree_TakesThemAtOnce() => Run(async Coroutine () =>
    {
        var semaphore = new LoopSemaphore(2);
        using (await semaphore.Acquire())
        {
            Assert.Equal(1, semaphore.Value);
            Assert.True(semaphore.TryAcquire());
            Assert.True(semaphore.IsLocked);
            Assert.False(semaphore.TryAcquire());
        }

        Assert.Equal(1, semaphore.Value);
    });

    [Fact(Timeout = 30000)]
    public void Acquire_MoreTasksThanSlots_ServesThemInOrder() => Run(async Coroutine () =>
    {
        // CPython's test_acquire.
        var semaphore = new LoopSemaphore(3);
        await semaphore.Acquire();
        await semaphore.Acquire();
        LoopTask[] tasks = [.. Enumerable.Range(1, 4).Select(i => Loop.CreateTask(Take(semaphore, i)))];
        await Turns();
        Assert.Equal([1], _order);
        Assert.True(semaphore.IsLocked);
        semaphore.Release();
        semaphore.Release();
        Assert.Equal(0, semaphore.Value);
        await Turns();
        Assert.Equal([1, 2, 3], _order);
        semaphore.Release();
        await AllDone(tasks);
        Assert.Equal([1, 2, 3, 4], _order);
    });

    [Fact(Timeout = 30000)]
    public void Acquire_CancelledWhileWaiting_TakesNoSlot() => Run(async Coroutine () =>
    {
        var semaphore = new LoopSemaphore(0);
        LoopTask waiting = Loop.CreateTask(semaphore.Acquire());
        await Turns();
        waiting.Cancel();
        Assert.IsType<LoopCanceledException>(await FailureOf(waiting));
        semaphore.Release();
        Assert.Equal(1, semaphore.Value);
    });

    [Fact(Timeout = 30000)]
    public void Acquire_CancelledAfterItWasGivenASlot_HandsItOn() => Run(async Coroutine () =>
    {
        // CPython's test_acquire_cancel_before_awoken: two slots, three of four waiters cancelled in the same turn.
        var semaphore = new LoopSemaphore(0);
        LoopTask[] tasks = [.. Enumerable.Range(1, 4).Select(i => Loop.CreateTask(Take(semaphore, i)))];
        await Turns();
        tasks[0].Cancel();
        tasks[1].Cancel();
        semaphore.Release();
        semaphore.Release();
        await Turns(2);
        Assert.Equal([3, 4], _order);
        Assert.All(tasks[..2], task => Assert.True(task.IsCancelled));
        Assert.Equal(0, semaphore.Value);
    });

    [Fact(Timeout = 30000)]
    public void Acquire_WokenThenCancelled_DoesNotHangTheNext() => Run(async Coroutine () =>
    {
        // CPython's test_acquire_hang and test_acquire_no_hang.
        var semaphore = new LoopSemaphore(0);
        LoopTask first = Loop.CreateTask(Take(semaphore, 1));
        LoopTask second = Loop.CreateTask(Take(semaphore, 2));
        await Turns();
        semaphore.Release();
        first.Cancel();
        await Turns(2);
        Assert.True(first.IsCancelled);
        Assert.Equal([2], _order);
        await second;
        Assert.True(semaphore.IsLocked);
        Assert.Equal("<LoopSemaphore locked value=0>", semaphore.ToString());
    });

    [Fact(Timeout = 30000)]
    public void Acquire_NewcomerWhileAWokenOneIsOnItsWay_Waits() => Run(async Coroutine () =>
    {
        // CPython's test_acquire_fifo_order.
        var semaphore = new LoopSemaphore(1);
        LoopTask a = Loop.CreateTask(TakeSleepTake(10));
        LoopTask b = Loop.CreateTask(TakeSleepTake(20));
        await AllDone(a, b);
        Assert.Equal([10, 20, 11, 21], _order);

        async Coroutine TakeSleepTake(int tag)
        {
            await semaphore.Acquire();
            _order.Add(tag);
            await LoopTask.Sleep(TimeSpan.FromMilliseconds(10));
            semaphore.Release();
            await semaphore.Acquire();
            _order.Add(tag + 1);
            await LoopTask.Sleep(TimeSpan.FromMilliseconds(10));
            semaphore.Release();
        }
    });

    [Fact(Timeout = 30000)]
    public void Acquire_AgainAfterReleasing_QueuesBehindWhoWasWoken() => Run(async Coroutine () =>
    {
        // CPython's test_acquire_fifo_order_2.
        var semaphore = new LoopSemaphore(1);
        LoopTask first = Loop.CreateTask(Take(semaphore, 1));
        LoopTask second = Loop.CreateTask(TakeReleaseTake());
        LoopTask third = Loop.CreateTask(Take(semaphore, 3));
        await Turns();
        semaphore.Release();
        semaphore.Release();
        await AllDone(first, second, third);
        Assert.Equal([1, 2, 3, 4], _order);

        async Coroutine TakeReleaseTake()
        {
            await semaphore.Acquire();
            _order.Add(2);
            semaphore.Release();
            await semaphore.Acquire();
            _order.Add(4);
        }
    });

    [Fact(Timeout = 30000)]
    public void Acquire_FirstCancelledWithTwoReleases_KeepsTheOrder() => Run(async Coroutine () =>
    {
        // CPython's test_acquire_fifo_order_3.
        var semaphore = new LoopSemaphore(0);
        LoopTask first = Loop.CreateTask(Take(semaphore, 1));
        LoopTask second = Loop.CreateTask(TakeReleaseTake());
        LoopTask third = Loop.CreateTask(Take(semaphore, 3));
        await Turns();
        first.Cancel();
        await Turns();
        semaphore.Release();
        semaphore.Release();
        await AllDone(second, third);
        Assert.True(first.IsCancelled);
        Assert.Equal([2, 3, 4], _order);

        async Coroutine TakeReleaseTake()
        {
            await semaphore.Acquire();
            _order.Add(2);
            semaphore.Release();
            await semaphore.Acquire();
            _order.Add(4);
        }
    });

    [Fact(Timeout = 30000)]
    public void Acquire_BehindAWokenOneThatIsCancelled_GetsAFreeSlot() => Run(async Coroutine () =>
    {
        // The idea of CPython's test_acquire_fifo_order_4: slots are free, the newcomer only waits for its turn.
        var semaphore = new LoopSemaphore(1);
        await semaphore.Acquire();
        LoopTask woken = Loop.CreateTask(Take(semaphore, 1));
        await Turns();
        semaphore.Release();
        semaphore.Release();
        LoopTask newcomer = Loop.CreateTask(Take(semaphore, 2), new TaskOptions { EagerStart = true });
        Assert.Equal(1, semaphore.Value);
        Assert.False(newcomer.IsDone);
        woken.Cancel();
        await newcomer;
        Assert.True(woken.IsCancelled);
        Assert.Equal([2], _order);
        Assert.Equal(1, semaphore.Value);
    });

    [Fact(Timeout = 30000)]
    public void Release_WithoutWaiters_RaisesTheValue()
    {
        var semaphore = new LoopSemaphore();
        semaphore.Release();
        Assert.Equal(2, semaphore.Value);
        Assert.Throws<SemaphoreFullException>(new LoopSemaphore(int.MaxValue).Release);
    }

    [Fact(Timeout = 30000)]
    public void Release_BoundedAboveItsFirstValue_Throws() => Run(async Coroutine () =>
    {
        var semaphore = new LoopBoundedSemaphore(1);
        var exception = Assert.Throws<SemaphoreFullException>(semaphore.Release);
        Assert.Contains("released too many times", exception.Message, StringComparison.Ordinal);
        await semaphore.Acquire();
        semaphore.Release();
        Assert.Throws<SemaphoreFullException>(semaphore.Release);
    });

    private async Coroutine Take(LoopSemaphore semaphore, int number)
    {
        await semaphore.Acquire();
        _order.Add(number);
    }
}
