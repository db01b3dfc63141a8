using Bridge.TestKit;

namespace Bridge.Tests.Coroutines;

/// <summary>Rows O10, O11.</summary>
public sealed class WaitTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void Wait_All_GivesAllAsDone() => Run(async Coroutine () =>
    {
        LoopTask<int> a = LoopTask.Create(After(1, 1)), b = LoopTask.Create(After(2, 2));
        (IReadOnlySet<LoopTask<int>> done, IReadOnlySet<LoopTask<int>> pending) = await LoopTask.Wait([b, a, b]);
        Assert.True(done.SetEquals([a, b]));
        Assert.Empty(pending);
        Assert.Equal(TimeSpan.FromSeconds(2), Loop.Now);
        Assert.Equal(3, done.Sum(task => task.GetResult()));
    });

    [Fact(Timeout = 30000)]
    public void Wait_Generator_IsTakenOnce() => Run(async Coroutine () =>
    {
        int made = 0;
        IEnumerable<LoopTask<int>> Tasks()
        {
            for (int i = 0; i < 5; i++)
            {
                made++;
                yield return LoopTask.Create(After(1, i));
            }
        }

        WaitResult<LoopTask<int>> result = await LoopTask.Wait(Tasks());
        Assert.Equal(5, made);
        Assert.Equal(10, result.Done.Sum(task => task.GetResult()));
    });

    [Fact(Timeout = 30000)]
    public void Wait_BadInput_ThrowsAtTheCall()
    {
        using var other = new SelectorEventLoop();
        Assert.Throws<ArgumentException>(() => LoopTask.Wait(Array.Empty<LoopFuture>()));
        Assert.Throws<ArgumentNullException>(() => LoopTask.Wait((LoopFuture[])null!));
        Assert.Throws<ArgumentException>(() => LoopTask.Wait([Loop.CreateFuture<int>(), null!]));
        Assert.Throws<ArgumentException>(() => LoopTask.Wait([Loop.CreateFuture<int>(), other.CreateFuture<int>()]));
        Assert.Throws<ArgumentOutOfRangeException>(() => LoopTask.Wait([Loop.CreateFuture<int>()], (WaitCondition)7));
    }

    [Fact(Timeout = 30000)]
    public void Wait_FirstCompleted_EndsAtTheFirst() => Run(async Coroutine () =>
    {
        LoopTask<int> slow = LoopTask.Create(After(10, 1)), quick = LoopTask.Create(After(1, 2));
        (var done, var pending) = await LoopTask.Wait([slow, quick], WaitCondition.FirstCompleted);
        Assert.Equal([quick], done);
        Assert.Equal([slow], pending);
        Assert.False(slow.IsDone);
        await slow;
    });

    [Fact(Timeout = 30000)]
    public void Wait_FirstCompleted_BothDoneByThen_GivesBoth() => Run(async Coroutine () =>
    {
        LoopFuture<int> a = Loop.CreateFuture<int>(), b = Loop.CreateFuture<int>();
        Loop.CallSoon(() =>
        {
            a.SetResult(1);
            b.SetResult(2);
        });
        Assert.Equal(2, (await LoopTask.Wait([a, b], WaitCondition.FirstCompleted)).Done.Count);
    });

    [Fact(Timeout = 30000)]
    public void Wait_FirstException_EndsAtTheFirstFailure() => Run(async Coroutine () =>
    {
        LoopTask<int> slow = LoopTask.Create(After(10, 1)), cancelled = LoopTask.Create(After(10, 2)), failing = LoopTask.Create(FailAfter(5));
        cancelled.Cancel();
        (var done, var pending) = await LoopTask.Wait([slow, cancelled, failing], WaitCondition.FirstException);
        Assert.Equal(TimeSpan.FromSeconds(5), Loop.Now);
        Assert.True(done.SetEquals([cancelled, failing]));
        Assert.Equal([slow], pending);
        Assert.IsType<ArithmeticException>(failing.GetException());
        await slow;
    });

    [Fact(Timeout = 30000)]
    public void Wait_FirstException_AllSucceed_WaitsForAll() => Run(async Coroutine () =>
    {
        LoopTask<int> a = LoopTask.Create(After(1, 1)), b = LoopTask.Create(After(2, 2));
        Assert.Equal(2, (await LoopTask.Wait([a, b], WaitCondition.FirstException)).Done.Count);
    });

    [Fact(Timeout = 30000)]
    public void Wait_FirstExceptionDoneAlready_EndsAtOnce() => Run(async Coroutine () =>
    {
        LoopTask<int> slow = LoopTask.Create(After(10, 1)), failing = LoopTask.Create(FailAfter(0));
        await LoopTask.Sleep(TimeSpan.FromSeconds(1));
        (var done, _) = await LoopTask.Wait([slow, failing], WaitCondition.FirstException);
        Assert.Equal([failing], done);
        Assert.Equal(TimeSpan.FromSeconds(1), Loop.Now);
        failing.SuppressUnobserved();
        await slow;
    });

    [Fact(Timeout = 30000)]
    public void Wait_Timeout_GivesWhatIsDoneAndCancelsNothing() => Run(async Coroutine () =>
    {
        LoopTask<int> a = LoopTask.Create(After(1, 1)), b = LoopTask.Create(After(5, 2));
        (var done, var pending) = await LoopTask.Wait([a, b], timeout: TimeSpan.FromSeconds(2));
        Assert.Equal([a], done);
        Assert.Equal([b], pending);
        Assert.Equal(TimeSpan.FromSeconds(2), Loop.Now);
        Assert.Equal(2, await b);
    });

    [Fact(Timeout = 30000)]
    public void Wait_DoneInTime_LeavesNoTimer() => Run(async Coroutine () =>
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        future.SetResult(1);
        await LoopTask.Wait([future], timeout: TimeSpan.FromHours(1));
        Assert.Equal(0, Loop.TimerCount);
    });

    [Fact(Timeout = 30000)]
    public void Wait_Cancelled_LeavesTheFuturesAloneAndWithoutCallbacks() => Run(async Coroutine () =>
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        LoopTask waiting = LoopTask.Create(LoopTask.Wait([future], timeout: TimeSpan.FromHours(1)));
        await LoopTask.Yield();
        Assert.Contains("waiters=1", future.ToString(), StringComparison.Ordinal);
        waiting.Cancel();
        await Assert.ThrowsAsync<LoopCanceledException>(async () => await waiting);
        Assert.Equal("<Future pending>", future.ToString());
        Assert.Equal(0, Loop.TimerCount);
    });

    [Fact(Timeout = 30000)]
    public void Wait_Failure_StaysUnseenUntilLookedAt()
    {
        WaitOnly();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        RunTurns();
        Assert.Equal("late", TakeReport().Exception!.Message);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        void WaitOnly() => Run(async Coroutine () =>
        {
            LoopFuture<int> future = Loop.CreateFuture<int>();
            future.SetException(new ArithmeticException("late"));
            await LoopTask.Wait([future], WaitCondition.FirstException);
        });
    }

    private static Coroutine<int> After(int seconds, int result) => LoopTask.Sleep(TimeSpan.FromSeconds(seconds), result);

    private static async Coroutine<int> FailAfter(int seconds)
    {
        await LoopTask.Sleep(TimeSpan.FromSeconds(seconds));
        throw new ArithmeticException();
    }
}
