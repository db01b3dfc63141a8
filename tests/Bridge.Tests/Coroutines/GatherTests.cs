using Bridge.TestKit;

namespace Bridge.Tests.Coroutines;

/// <summary>Rows O3 to O9.</summary>
public sealed class GatherTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void Gather_FuturesDoneInAnyOrder_GivesResultsInArgumentOrder() => Run(async Coroutine () =>
    {
        LoopFuture<int> a = Loop.CreateFuture<int>(), b = Loop.CreateFuture<int>(), c = Loop.CreateFuture<int>();
        LoopFuture<int[]> all = LoopTask.Gather<int>(a, b, c);
        b.SetResult(1);
        await LoopTask.Yield();
        c.SetResult(3);
        await LoopTask.Yield();
        Assert.False(all.IsDone);
        a.SetResult(2);
        int[] results = await all;
        Assert.Equal([2, 1, 3], results);
    });

    [Fact(Timeout = 30000)]
    public void Gather_Coroutines_RunsThemConcurrently()
    {
        int[] results = Run(async Coroutine<int[]> () =>
            await LoopTask.Gather(Enumerable.Range(1, 5).Select(i => LoopTask.Sleep(TimeSpan.FromSeconds(i), i))));
        Assert.Equal([1, 2, 3, 4, 5], results);
        Assert.Equal(TimeSpan.FromSeconds(5), Time.Elapsed);
    }

    [Fact(Timeout = 30000)]
    public void Gather_Tuples_KeepTheirTypes() => Run(async Coroutine () =>
    {
        (int number, string text) = await LoopTask.Gather(LoopTask.Sleep(TimeSpan.FromSeconds(1), 7), LoopTask.Sleep(TimeSpan.Zero, "x"));
        Assert.Equal(7, number);
        Assert.Equal("x", text);
        Assert.Equal((1, "b", 2.5), await LoopTask.Gather(LoopTask.Sleep(TimeSpan.Zero, 1), LoopTask.Sleep(TimeSpan.Zero, "b"), LoopTask.Sleep(TimeSpan.Zero, 2.5)));
        Assert.Equal(
            (1, "b", 2.5, 'd'),
            await LoopTask.Gather(LoopTask.Sleep(TimeSpan.Zero, 1), LoopTask.Sleep(TimeSpan.Zero, "b"), LoopTask.Sleep(TimeSpan.Zero, 2.5), LoopTask.Sleep(TimeSpan.Zero, 'd')));
    });

    [Fact(Timeout = 30000)]
    public void Gather_CoroutinesWithoutResult_EndsWhenAllHave() => Run(async Coroutine () =>
    {
        await LoopTask.Gather(LoopTask.Sleep(TimeSpan.FromSeconds(1)), LoopTask.Sleep(TimeSpan.FromSeconds(3)), LoopTask.Sleep(TimeSpan.Zero, 1));
        Assert.Equal(TimeSpan.FromSeconds(3), Loop.Now);
    });

    [Fact(Timeout = 30000)]
    public void Gather_SameArgumentTwice_IsOneChild() => Run(async Coroutine () =>
    {
        int runs = 0;
        async Coroutine<int> Count()
        {
            await LoopTask.Yield();
            return ++runs;
        }

        Coroutine<int> once = Count();
        int[] results = await LoopTask.Gather<int>([once, once, Count(), once]);
        Assert.Equal([1, 1, 2, 1], results);
        Assert.Equal(2, runs);
    });

    [Fact(Timeout = 30000)]
    public void Gather_Nothing_IsDoneAtOnce() => Run(async Coroutine () =>
    {
        LoopFuture<int[]> none = LoopTask.Gather<int>([]);
        Assert.True(none.IsDone);
        Assert.Empty(await none);
        await LoopTask.Gather();
        Assert.Empty(await LoopTask.GatherSettled<int>([]));
    });

    [Fact(Timeout = 30000)]
    public void Gather_NothingWithoutLoop_Throws()
        => Assert.Throws<InvalidOperationException>(() => LoopTask.Gather<int>([]));

    [Fact(Timeout = 30000)]
    public void Gather_InstalledLoop_IsUsed()
    {
        EventLoop.SetCurrent(Loop);
        try
        {
            LoopFuture<int[]> all = LoopTask.Gather([LoopTask.Sleep(TimeSpan.Zero, 4)]);
            Assert.Same(Loop, all.Loop);
            Assert.Equal([4], Loop.RunUntilComplete(all));
        }
        finally
        {
            EventLoop.SetCurrent(null);
        }
    }

    [Fact(Timeout = 30000)]
    public void Gather_CoroutinesWithoutLoop_ThrowsAndGivesThemUp()
    {
        Coroutine<int> coroutine = LoopTask.Sleep(TimeSpan.Zero, 1);
        Assert.Throws<InvalidOperationException>(() => LoopTask.Gather([coroutine]));
        Assert.True(coroutine.IsDone);
    }

    [Fact(Timeout = 30000)]
    public void Gather_FuturesOfTwoLoops_Throws()
    {
        using var other = new SelectorEventLoop();
        var mixed = new ILoopAwaitable<int>[] { Loop.CreateFuture<int>(), other.CreateFuture<int>() };
        Assert.Contains("WrapFuture", Assert.Throws<ArgumentException>(() => LoopTask.Gather(mixed)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => LoopTask.Gather<int>([Loop.CreateFuture<int>(), null!]));
        Assert.Throws<ArgumentNullException>(() => LoopTask.Gather((IEnumerable<ILoopAwaitable<int>>)null!));
    }

    [Fact(Timeout = 30000)]
    public void Gather_BadArgumentAmongCoroutines_StartsNothing() => Run(async Coroutine () =>
    {
        Coroutine<int> used = LoopTask.Sleep(TimeSpan.Zero, 1);
        await used;
        Coroutine<int> fresh = LoopTask.Sleep(TimeSpan.Zero, 1);
        Assert.Throws<InvalidOperationException>(() => { _ = LoopTask.Gather([fresh, used]); });
        Assert.True(fresh.IsDone);
        _ = Assert.Single(LoopTask.All(Loop));
    });

    [Fact(Timeout = 30000)]
    public void Gather_OneFails_FailsAtOnceAndLeavesTheOthers() => Run(async Coroutine () =>
    {
        LoopFuture<int> a = Loop.CreateFuture<int>(), b = Loop.CreateFuture<int>(), c = Loop.CreateFuture<int>();
        LoopFuture<int[]> all = LoopTask.Gather<int>(a, b, c);
        a.SetResult(1);
        var failure = new ArithmeticException();
        b.SetException(failure);
        await LoopTask.Yield();
        Assert.True(all.IsDone);
        Assert.False(c.IsDone);
        Assert.Same(failure, await Caught.By(all));
        c.SetException(new ArithmeticException("second, of no interest"));
    });

    [Fact(Timeout = 30000)]
    public void Gather_LaterFailures_AreNotReported()
    {
        StartAndForget();
        RunTurns(3);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        RunTurns(2);
        LoopErrorContext report = TakeReport(); // Only the gather's own, which nobody looked at.
        Assert.Equal("first", report.Exception!.Message);
        Assert.Contains("never retrieved", report.Message, StringComparison.Ordinal);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        void StartAndForget()
        {
            LoopFuture<int> a = Loop.CreateFuture<int>(), b = Loop.CreateFuture<int>();
            LoopTask.Gather(new ILoopAwaitable[] { a, b });
            a.SetException(new ArithmeticException("first"));
            b.SetException(new ArithmeticException("second"));
        }
    }

    [Fact(Timeout = 30000)]
    public void GatherSettled_Mixed_GivesEveryOutcome() => Run(async Coroutine () =>
    {
        var failure = new ArithmeticException("bad");
        LoopFuture<int> ok = Loop.CreateFuture<int>(), bad = Loop.CreateFuture<int>(), cancelled = Loop.CreateFuture<int>();
        LoopFuture<Settled<int>[]> all = LoopTask.GatherSettled<int>(ok, bad, cancelled);
        bad.SetException(failure);
        cancelled.Cancel("no");
        await LoopTask.Yield();
        Assert.False(all.IsDone);
        ok.SetResult(3);
        Settled<int>[] outcomes = await all;
        Assert.True(outcomes[0].IsSuccess);
        Assert.Equal(3, outcomes[0].Result);
        Assert.True(outcomes[1] is { IsFaulted: true, IsCancelled: false });
        Assert.Same(failure, outcomes[1].Exception);
        Assert.Same(failure, Assert.Throws<ArithmeticException>(() => outcomes[1].Result));
        Assert.True(outcomes[2] is { IsCancelled: true, IsFaulted: false });
        Assert.Equal("no", ((LoopCanceledException)outcomes[2].Exception!).CancelMessage);

        Settled[] plain = await LoopTask.GatherSettled(LoopTask.Sleep(TimeSpan.Zero), cancelled);
        Assert.True(plain[0].IsSuccess);
        Assert.True(plain[1].IsCancelled);
    });

    [Fact(Timeout = 30000)]
    public void Gather_ChildCancelled_FailsWithoutBeingCancelled() => Run(async Coroutine () =>
    {
        LoopFuture<int> a = Loop.CreateFuture<int>(), b = Loop.CreateFuture<int>();
        LoopFuture<int[]> all = LoopTask.Gather<int>([a, b]);
        a.Cancel();
        await LoopTask.Yield();
        Assert.True(all.IsDone);
        Assert.False(all.IsCancelled);
        Assert.IsType<LoopCanceledException>(await Caught.By(all));
        Assert.False(b.IsDone);
    });

    [Fact(Timeout = 30000)]
    public void Cancel_OfATaskThatAwaitsAGatherWithItself_EndsTheCircle() => Run(async Coroutine () =>
    {
        LoopFuture<int> other = Loop.CreateFuture<int>();
        LoopFuture<int[]>? all = null;
        LoopTask<int> task = null!;
        task = LoopTask.Create(WaitForItself());
        await LoopTask.Yield();

        Assert.True(task.Cancel("enough"));

        Assert.Equal("enough", Assert.IsType<LoopCanceledException>(await Caught.By(task)).CancelMessage);
        Assert.True(all!.IsDone);
        Assert.True(other.IsCancelled);

        async Coroutine<int> WaitForItself()
        {
            all = LoopTask.Gather<int>(task, other);
            return (await all)[0];
        }
    });

    [Fact(Timeout = 30000)]
    public void Cancel_Gather_CancelsEveryChild() => Run(async Coroutine () =>
    {
        LoopTask a = LoopTask.Create(LoopTask.Sleep(TimeSpan.FromHours(1))), b = LoopTask.Create(LoopTask.Sleep(TimeSpan.FromHours(1)));
        LoopFuture all = LoopTask.Gather(a, b, b);
        await LoopTask.Yield();
        Assert.True(all.Cancel("stop"));
        Assert.Equal(1, b.CancelRequests);
        Assert.False(all.IsDone);
        var cancelled = Assert.IsType<LoopCanceledException>(await Caught.By(all));
        Assert.Equal("stop", cancelled.CancelMessage);
        Assert.True(a.IsCancelled && b.IsCancelled);
        Assert.False(all.IsCancelled);
        Assert.False(all.Cancel());
    });

    [Fact(Timeout = 30000)]
    public void Cancel_GatherWhoseChildrenSwallowIt_ThrowsAllTheSame() => Run(async Coroutine () =>
    {
        async Coroutine<int> Stubborn()
        {
            try
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            catch (LoopCanceledException)
            {
            }

            return 1;
        }

        LoopFuture<int[]> all = LoopTask.Gather([Stubborn()]);
        LoopFuture<Settled<int>[]> settled = LoopTask.GatherSettled([Stubborn()]);
        await LoopTask.Yield();
        Assert.True(all.Cancel());
        Assert.True(settled.Cancel());
        Assert.IsType<LoopCanceledException>(await Caught.By(all));
        Assert.IsType<LoopCanceledException>(await Caught.By(settled));
    });

    [Fact(Timeout = 30000)]
    public void Cancel_TaskAwaitingGather_ReachesTheChildrenAndTheTask() => Run(async Coroutine () =>
    {
        LoopTask child = LoopTask.Create(LoopTask.Sleep(TimeSpan.FromHours(1)));
        LoopTask waiting = LoopTask.Create(Wait());
        await LoopTask.Yield();
        waiting.Cancel();
        await Caught.By(waiting);
        Assert.True(waiting.IsCancelled && child.IsCancelled);

        async Coroutine Wait() => await LoopTask.Gather(child);
    });

    [Fact(Timeout = 30000)]
    public void Cancel_GatherOfDoneChildren_RefusesUntilItIsDone() => Run(async Coroutine () =>
    {
        LoopFuture<int> a = Loop.CreateFuture<int>();
        LoopFuture<int[]> all = LoopTask.Gather<int>([a]);
        a.SetResult(1);
        Assert.False(all.Cancel());
        int[] results = await all;
        Assert.Equal([1], results);
    });

    [Fact(Timeout = 30000)]
    public void Gather_DoneChildren_IsDoneOnReturn() => Run(async Coroutine () =>
    {
        LoopFuture<int> done = Loop.CreateFuture<int>(), failed = Loop.CreateFuture<int>(), pending = Loop.CreateFuture<int>();
        done.SetResult(1);
        failed.SetException(new ArithmeticException());
        LoopFuture<int[]> all = LoopTask.Gather<int>([done, done]);
        Assert.True(all.IsDone);
        Assert.Equal([1, 1], all.GetResult());
        LoopFuture<int[]> bad = LoopTask.Gather<int>([done, failed, pending]);
        Assert.True(bad.IsDone);
        Assert.IsType<ArithmeticException>(await Caught.By(bad));
    });

    [Fact(Timeout = 30000)]
    public void Close_WithPendingGather_DoesNotReportItsTasks()
    {
        EventLoop.SetCurrent(Loop);
        LoopTask.Gather(LoopTask.Sleep(TimeSpan.FromHours(1)), LoopTask.Sleep(TimeSpan.FromHours(1)));
        EventLoop.SetCurrent(null);
        RunTurns();
        Loop.Close();
        Assert.Empty(Reports);
    }
}
