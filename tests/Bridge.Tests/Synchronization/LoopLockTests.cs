using Bridge.TestKit;
using static Bridge.Tests.Synchronization.Script;

namespace Bridge.Tests.Synchronization;

/// <summary>Row AI2.</summary>
public sealed class LoopLockTests : LoopTest
{
    private readonly LoopLock _lock = new();
    private readonly List<int> _order = [];

    [Fact(Timeout = 30000)]
    public void ToString_InEachState_ShowsStateAndWaiters() => Run(async Coroutine () =>
    {
        Assert.Equal("<LoopLock unlocked>", _lock.ToString());
        await _lock.Acquire();
        Assert.Equal("<LoopLock locked>", _lock.ToString());
        LoopTask waiting = Loop.CreateTask(Take(1));
        await Turns();
        Assert.Equal("<LoopLock locked waiters=1>", _lock.ToString());
        _lock.Release();
        await waiting;
    });

    [Fact(Timeout = 30000)]
    public void Acquire_Free_GoesOnWithoutATurn() => Run(async Coroutine () =>
    {
        bool turned = false;
        Loop.CallSoon(() => turned = true);
        await _lock.Acquire();
        Assert.True(_lock.IsLocked);
        Assert.False(turned);
    });

    [Fact(Timeout = 30000)]
    public void Acquire_InUsing_ReleasesAtItsEnd() => Run(async Coroutine () =>
    {
        using (await _lock.Acquire())
        {
            Assert.True(_lock.IsLocked);
        }

        Assert.False(_lock.IsLocked);
        default(LoopReleaser).Dispose();
    });

    [Fact(Timeout = 30000)]
    public void Acquire_ManyTasks_ServesThemInOrder() => Run(async Coroutine () =>
    {
        await _lock.Acquire();
        LoopTask[] tasks = [Loop.CreateTask(Take(1)), Loop.CreateTask(Take(2)), Loop.CreateTask(Take(3))];
        await Turns();
        Assert.Empty(_order);
        _lock.Release();
        await Turns();
        Assert.Equal([1], _order);
        await AllDone(tasks);
        Assert.Equal([1, 2, 3], _order);
        Assert.False(_lock.IsLocked);
    });

    [Fact(Timeout = 30000)]
    public void Acquire_AfterARelease_QueuesBehindTheWokenWaiter() => Run(async Coroutine () =>
    {
        await _lock.Acquire();
        LoopTask first = Loop.CreateTask(Take(1));
        await Turns();
        _lock.Release();
        Assert.False(_lock.IsLocked);
        Assert.False(_lock.TryAcquire());
        using (await _lock.Acquire())
        {
            _order.Add(2);
        }

        await first;
        Assert.Equal([1, 2], _order);
    });

    [Fact(Timeout = 30000)]
    public void Acquire_CancelledWhileWaiting_LeavesTheLine() => Run(async Coroutine () =>
    {
        await _lock.Acquire();
        LoopTask waiting = Loop.CreateTask(Take(1));
        await Turns();
        waiting.Cancel();
        Assert.Equal("<LoopLock locked>", _lock.ToString());
        Assert.IsType<LoopCanceledException>(await FailureOf(waiting));
        _lock.Release();
        Assert.True(_lock.TryAcquire());
    });

    [Fact(Timeout = 30000)]
    public void Acquire_CancelledAfterItWasWoken_WakesTheNext() => Run(async Coroutine () =>
    {
        // CPython's test_cancel_race: a is woken and cancelled in one turn; b must get the lock.
        await _lock.Acquire();
        LoopTask a = Loop.CreateTask(Take(1));
        LoopTask b = Loop.CreateTask(Take(2));
        await Turns();
        _lock.Release();
        a.Cancel();
        Assert.IsType<LoopCanceledException>(await FailureOf(a));
        await b;
        Assert.Equal([2], _order);
        Assert.False(_lock.IsLocked);
    });

    [Fact(Timeout = 30000)]
    public void Release_InTheTurnInWhichTheFirstIsCancelled_WakesTheNext() => Run(async Coroutine () =>
    {
        // CPython's test_cancel_release_race.
        await _lock.Acquire();
        LoopTask a = Loop.CreateTask(Take(1));
        LoopTask b = Loop.CreateTask(Take(2));
        await Turns();
        a.Cancel();
        _lock.Release();
        Assert.IsType<LoopCanceledException>(await FailureOf(a));
        await b;
        Assert.Equal([2], _order);
    });

    [Fact(Timeout = 30000)]
    public void Acquire_WhenAllWaitersWereCancelled_TakesTheFreeLock() => Run(async Coroutine () =>
    {
        // CPython's test_finished_waiter_cancelled and the "all cancelled" short cut.
        await _lock.Acquire();
        LoopTask a = Loop.CreateTask(Take(1));
        LoopTask b = Loop.CreateTask(Take(2));
        await Turns();
        a.Cancel();
        b.Cancel();
        _lock.Release();
        Assert.True(_lock.TryAcquire());
        Assert.NotNull(await FailureOf(a));
        Assert.NotNull(await FailureOf(b));
        Assert.True(_lock.IsLocked);
        Assert.Empty(_order);
    });

    [Fact(Timeout = 30000)]
    public void Acquire_TaskCancelledBeforeItsFirstStep_TakesNothing() => Run(async Coroutine () =>
    {
        LoopTask<LoopReleaser> task = Loop.CreateTask(_lock.Acquire());
        task.Cancel();
        Assert.NotNull(await FailureOf(task));
        Assert.False(_lock.IsLocked);
    });

    [Fact(Timeout = 30000)]
    public void Release_Free_ThrowsAndNamesTheRemedy()
    {
        var exception = Assert.Throws<InvalidOperationException>(_lock.Release);
        Assert.Contains("<LoopLock unlocked> is not acquired", exception.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Release_WithoutWaiters_FreesTheLock() => Run(async Coroutine () =>
    {
        await _lock.Acquire();
        _lock.Release();
        Assert.False(_lock.IsLocked);
        Assert.True(_lock.TryAcquire());
        Assert.False(_lock.TryAcquire());
    });

    [Theory(Timeout = 30000)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Acquire_RandomCancels_NeverLosesOrDoublesTheLock(int seed) => Run(async Coroutine () =>
    {
        var random = new Random(seed);
        int inside = 0;
        List<LoopTask> tasks = [];
        for (int i = 0; i < 200; i++)
        {
            tasks.Add(Loop.CreateTask(Worker()));
            if (random.Next(3) == 0)
            {
                tasks[random.Next(tasks.Count)].Cancel();
            }

            await Turns(random.Next(3));
        }

        foreach (LoopTask task in tasks)
        {
            await FailureOf(task);
        }

        Assert.Equal("<LoopLock unlocked>", _lock.ToString());

        async Coroutine Worker()
        {
            using (await _lock.Acquire())
            {
                Assert.Equal(1, ++inside);
                try
                {
                    await Turns(random.Next(3));
                }
                finally
                {
                    inside--;
                }
            }
        }
    });

    private async Coroutine Take(int number)
    {
        using (await _lock.Acquire())
        {
            _order.Add(number);
        }
    }
}
