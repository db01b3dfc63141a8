using Bridge.TestKit;
using static Bridge.Tests.Synchronization.Script;

namespace Bridge.Tests.Synchronization;

/// <summary>Row AI1.</summary>
public sealed class LoopBindingTests : LoopTest
{
    public static TheoryData<string> Kinds => ["lock", "event", "semaphore", "condition", "barrier", "get", "put"];

    [Theory(Timeout = 30000)]
    [MemberData(nameof(Kinds))]
    public void Wait_BoundToThisLoop_ThrowsInAnotherNamingBoth(string kind) => Run(async Coroutine () =>
    {
        Func<Coroutine> wait = WaitOn(kind);
        LoopTask bound = Loop.CreateTask(wait());
        await Turns();
        Assert.False(bound.IsDone);
        Exception? failure = OnAnotherLoop(wait);
        var exception = Assert.IsType<InvalidOperationException>(failure);
        Assert.Contains("is bound to event loop 'test'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("event loop 'other'", exception.Message, StringComparison.Ordinal);
        bound.Cancel();
        await FailureOf(bound);
    });

    [Fact(Timeout = 30000)]
    public void Await_OnAThreadWithoutLoop_Throws()
    {
        LoopQueue<int> queue = new();
        Action[] awaits =
        [
            () => _ = new LoopLock().Acquire().GetAwaiter().IsCompleted,
            () => _ = new LoopSemaphore().Acquire().GetAwaiter().IsCompleted,
            () => _ = new LoopEvent(isSet: true).Wait().GetAwaiter().IsCompleted,
            () => _ = queue.Put(1).GetAwaiter().IsCompleted,
            () => _ = queue.Get().GetAwaiter().IsCompleted,
            () => _ = queue.Join().GetAwaiter().IsCompleted,
        ];
        foreach (Action attempt in awaits)
        {
            var exception = Assert.IsType<InvalidOperationException>(OnAnotherThread(attempt));
            Assert.Contains("no running event loop", exception.Message, StringComparison.Ordinal);
        }

        Assert.True(queue.IsEmpty);
    }

    [Fact(Timeout = 30000)]
    public void Members_OnAForeignThreadWhileTheLoopRuns_Throw() => Run(async Coroutine () =>
    {
        LoopLock loopLock = new();
        LoopEvent loopEvent = new();
        LoopSemaphore semaphore = new(0);
        LoopQueue<int> queue = new();
        LoopBarrier barrier = new(2);
        LoopCondition condition = new();
        LoopTask[] tasks =
        [
            Loop.CreateTask(TwoLocks()),
            Loop.CreateTask(loopEvent.Wait()),
            Loop.CreateTask(semaphore.Acquire()),
            Loop.CreateTask(queue.Get()),
            Loop.CreateTask(barrier.Wait()),
            Loop.CreateTask(WaitOnCondition()),
        ];
        await Turns();
        Action[] calls =
        [
            loopLock.Release, () => loopLock.TryAcquire(), loopEvent.Set, loopEvent.Clear, semaphore.Release, () => semaphore.TryAcquire(),
            () => queue.PutNoWait(1), () => queue.TryGet(out _), queue.TaskDone, () => queue.Shutdown(), barrier.Reset, barrier.Abort,
            condition.NotifyAll,
        ];
        foreach (Action call in calls)
        {
            var exception = Assert.IsType<InvalidOperationException>(OnAnotherThread(call));
            Assert.Contains("CallSoonThreadSafe", exception.Message, StringComparison.Ordinal);
        }

        Array.ForEach(tasks, task => task.Cancel());
        await Turns(3);

        async Coroutine TwoLocks()
        {
            await loopLock.Acquire();
            await loopLock.Acquire();
        }

        async Coroutine WaitOnCondition()
        {
            await condition.Acquire();
            await condition.Wait();
        }
    });

    [Fact(Timeout = 30000)]
    public void Members_NothingEverWaited_MayBeUsedByOneLoopAfterTheOther()
    {
        LoopLock loopLock = new();
        Run(UseOnce);
        Assert.Null(OnAnotherLoop(UseOnce));

        async Coroutine UseOnce()
        {
            using (await loopLock.Acquire())
            {
                await Turns();
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Members_WhileTheLoopDoesNotRun_MayBeUsed()
    {
        LoopEvent loopEvent = new();
        LoopTask waiting = Loop.CreateTask(loopEvent.Wait());
        RunTurns(2);
        loopEvent.Set();
        Loop.RunUntilComplete(waiting);
        Assert.True(waiting.IsDone);
    }

    [Fact(Timeout = 30000)]
    public void ConditionWait_WithTheLockOfAnotherLoop_Throws() => Run(async Coroutine () =>
    {
        // CPython's test_ambiguous_loops.
        LoopLock loopLock = new();
        await loopLock.Acquire();
        LoopTask waiting = Loop.CreateTask(loopLock.Acquire());
        await Turns();
        var condition = new LoopCondition(loopLock);
        var exception = Assert.IsType<InvalidOperationException>(OnAnotherLoop(condition.Wait));
        Assert.Contains("is bound to event loop 'test'", exception.Message, StringComparison.Ordinal);
        Assert.True(loopLock.IsLocked);
        waiting.Cancel();
        await FailureOf(waiting);
    });

    private static Func<Coroutine> WaitOn(string kind)
    {
        LoopLock loopLock = new();
        LoopEvent loopEvent = new();
        LoopSemaphore semaphore = new(0);
        LoopCondition condition = new();
        LoopBarrier barrier = new(2);
        LoopQueue<int> queue = new(1);
        return kind switch
        {
            "lock" => async Coroutine () =>
            {
                loopLock.TryAcquire();
                await loopLock.Acquire();
            }
            ,
            "event" => () => loopEvent.Wait().AsCoroutine(),
            "semaphore" => async Coroutine () => await semaphore.Acquire(),
            "condition" => async Coroutine () =>
            {
                using (await condition.Acquire())
                {
                    await condition.Wait();
                }
            }
            ,
            "barrier" => async Coroutine () => await barrier.Wait(),
            "get" => async Coroutine () => await queue.Get(),
            _ => async Coroutine () =>
            {
                queue.TryPut(1);
                await queue.Put(2);
            }
            ,
        };
    }
}
