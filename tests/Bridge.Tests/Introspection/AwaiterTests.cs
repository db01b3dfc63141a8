using Bridge.Net;
using Bridge.TestKit;
using Bridge.Tests.Coroutines;

namespace Bridge.Tests.Introspection;

/// <summary>Row AK1: which waits are known, when they end, and those that code names itself.</summary>
public sealed class AwaiterTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void AddAwaiter_OfAFuture_IsShownUntilRemoved()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>(), waiter = Loop.CreateFuture<int>();
        future.AddAwaiter(waiter);
        future.AddAwaiter(waiter);
        Assert.Equal([waiter], WaitWalk.AwaitersOf(future));
        future.SetResult(1);
        Assert.Equal([waiter], WaitWalk.AwaitersOf(future));
        Assert.True(future.RemoveAwaiter(waiter));
        Assert.False(future.RemoveAwaiter(waiter));
        Assert.Empty(WaitWalk.AwaitersOf(future));
    }

    [Fact(Timeout = 30000)]
    public void AddAwaiter_BadInput_Throws()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        using var other = new SelectorEventLoop();
        Assert.Throws<ArgumentNullException>(() => future.AddAwaiter(null!));
        Assert.Throws<ArgumentNullException>(() => future.RemoveAwaiter(null!));
        Assert.Contains("cannot wait for itself", Assert.Throws<ArgumentException>(() => future.AddAwaiter(future)).Message, StringComparison.Ordinal);
        Assert.Contains("belongs to event loop", Assert.Throws<ArgumentException>(() => future.AddAwaiter(other.CreateFuture<int>())).Message, StringComparison.Ordinal);
        Exception? wrongThread = null;
        Run(async Coroutine () =>
        {
            await LoopTask.Yield();
            OtherThread.Run(() => wrongThread = Record.Exception(() => future.AddAwaiter(LoopTask.Current ?? (LoopFuture)future)));
        });
        Assert.IsType<InvalidOperationException>(wrongThread);
    }

    [Fact(Timeout = 30000)]
    public void AwaitersOf_DoneFuture_AreNone() => Run(async Coroutine () =>
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        LoopTask waiter = LoopTask.Create(Await(future));
        await LoopTask.Yield();
        Assert.Equal([waiter], WaitWalk.AwaitersOf(future));
        Assert.Equal([future], WaitWalk.AwaitedBy(waiter));
        future.SetResult(1);
        Assert.Empty(WaitWalk.AwaitersOf(future));
        Assert.Empty(WaitWalk.AwaitedBy(waiter));
        await waiter;
    });

    [Fact(Timeout = 30000)]
    public void AwaitersOf_CancelledWait_AreNone() => Run(async Coroutine () =>
    {
        LoopTask child = LoopTask.Create(LoopTask.Sleep(TimeSpan.FromHours(1)));
        LoopTask waiter = LoopTask.Create(Await(LoopTask.Shield(child)));
        await LoopTask.Yield();
        Assert.Equal([waiter], WaitWalk.AwaitersOf(child));
        waiter.Cancel();
        await Caught.By(waiter);
        Assert.Empty(WaitWalk.AwaitersOf(child));
        child.Cancel();
        await Caught.By(child);
    });

    [Fact(Timeout = 30000)]
    public void AwaitersOf_Callbacks_AreNone()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        future.AddDoneCallback(_ => { });
        future.AddDoneCallback(_ => { });
        Assert.Empty(WaitWalk.AwaitersOf(future));
    }

    [Fact(Timeout = 30000)]
    public void AwaitedBy_CombinatorsInsideEachOther_ArePendingChildren() => Run(async Coroutine () =>
    {
        LoopFuture<int> first = Loop.CreateFuture<int>(), second = Loop.CreateFuture<int>(), done = Loop.CreateFuture<int>();
        done.SetResult(0);
        LoopTask waiter = LoopTask.Create(Await(LoopTask.Gather(LoopTask.Shield(first), LoopTask.Gather(second, done, first))));
        await LoopTask.Yield();
        Assert.Equal(new HashSet<LoopFuture> { first, second }, [.. WaitWalk.AwaitedBy(waiter)]);
        Assert.Equal([waiter], WaitWalk.AwaitersOf(first));
        Assert.Equal([waiter], WaitWalk.AwaitersOf(second));
        first.SetResult(1);
        Assert.Equal([second], WaitWalk.AwaitedBy(waiter));
        second.SetResult(2);
        await waiter;
    });

    [Fact(Timeout = 30000)]
    public void AwaitedBy_EveryCombinator_FindsTheChild() => Run(async Coroutine () =>
    {
        LoopFuture<int> child = Loop.CreateFuture<int>();
        LoopTask inGroup = LoopTask.Create(LoopTaskGroup.Run(async Coroutine (group) =>
        {
            await LoopTask.Yield();
            _ = group.CreateTask(Await(child), new TaskOptions { Name = "member" });
        }));
        LoopTask[] waiters =
        [
            LoopTask.Create(Await(child)),
            LoopTask.Create(Await(LoopTask.Gather(child))),
            LoopTask.Create(Await(LoopTask.Shield(child))),
            LoopTask.Create(LoopTask.Wait([child])),
            LoopTask.Create(LoopTask.WaitFor((ILoopAwaitable)child, TimeSpan.FromSeconds(1))),
            LoopTask.Create(First(LoopTask.AsCompleted<LoopFuture>([child]))),
        ];
        for (int i = 0; i < 3; i++)
        {
            await LoopTask.Yield();
        }

        Assert.All(waiters, waiter => Assert.Equal([child], WaitWalk.AwaitedBy(waiter)));
        LoopTask member = Assert.Single(LoopTask.All(), task => task.Name == "member");
        Assert.Equal([member], WaitWalk.AwaitedBy(inGroup));
        Assert.Equal([inGroup], WaitWalk.AwaitersOf(member));
        Assert.Equal(new HashSet<LoopFuture>([.. waiters, member]), [.. WaitWalk.AwaitersOf(child)]);
        child.SetResult(1);
        await LoopTask.Gather([.. waiters, inGroup]);
    });

    [Fact(Timeout = 30000)]
    public void AwaitersOf_AttemptsInARace_IsWhoRunsIt() => Run(async Coroutine () =>
    {
        LoopFuture<int> first = Loop.CreateFuture<int>();
        LoopTask? attempt = null;
        var race = new StaggeredRace<int>(Loop, [Attempt], TimeSpan.FromSeconds(1), static _ => { });
        LoopTask runner = LoopTask.Create(race.Run());
        await LoopTask.Yield();
        await LoopTask.Yield();
        Assert.Equal([runner], WaitWalk.AwaitersOf(attempt!));
        Assert.Equal([attempt!], WaitWalk.AwaitedBy(runner));
        first.SetResult(7);
        await runner;

        async Coroutine<int> Attempt()
        {
            attempt = LoopTask.Current;
            return await first;
        }
    });

    [Fact(Timeout = 30000)]
    public void DescribeWait_InEachState_SaysWhatFor() => Run(async Coroutine () =>
    {
        LoopTask sleeping = LoopTask.Create(LoopTask.Sleep(TimeSpan.FromSeconds(1)));
        var outside = new TaskCompletionSource();
        LoopTask foreign = LoopTask.Create(Foreign(outside.Task));
        LoopTask done = LoopTask.Create(Await(LoopTask.Sleep(TimeSpan.Zero)));
        LoopTask awaiting = LoopTask.Create(Await(sleeping));
        Assert.Equal("its first step", sleeping.DescribeWait());
        Assert.Equal("nothing: it runs", LoopTask.Current!.DescribeWait());
        await done;
        Assert.Equal("nothing: it is done", done.DescribeWait());
        Assert.Equal("a sleep", sleeping.DescribeWait());
        Assert.Equal("an awaitable that is not of this library", foreign.DescribeWait());
        Assert.StartsWith("<Task pending", awaiting.DescribeWait(), StringComparison.Ordinal);
        outside.SetResult();
        await LoopTask.Gather(sleeping, foreign, awaiting);
    });

    private static async Coroutine Await(LoopFuture future) => await future;

    private static async Coroutine Await(Coroutine coroutine) => await coroutine;

    private static async Coroutine Foreign(Task task) => await task;

    private static async Coroutine First(CompletionSequence<LoopFuture> sequence)
    {
        await foreach (LoopFuture done in sequence)
        {
            await done;
        }
    }
}
