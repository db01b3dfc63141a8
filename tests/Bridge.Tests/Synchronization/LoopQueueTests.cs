using Bridge.TestKit;
using static Bridge.Tests.Synchronization.Script;

namespace Bridge.Tests.Synchronization;

/// <summary>Rows AJ1, AJ2, AJ6, AJ7.</summary>
public sealed class LoopQueueTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void ToString_InEachState_ShowsItsParts() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>(1);
        Assert.Equal("<LoopQueue maxsize=1 count=0>", queue.ToString());
        LoopTask getter = Loop.CreateTask(queue.Get());
        await Turns();
        Assert.Equal("<LoopQueue maxsize=1 count=0 getters=1>", queue.ToString());
        queue.PutNoWait(1);
        await getter;
        queue.PutNoWait(2);
        LoopTask putter = Loop.CreateTask(queue.Put(3));
        await Turns();
        Assert.Equal("<LoopQueue maxsize=1 count=1 putters=1 tasks=2>", queue.ToString());
        Assert.Equal(2, queue.GetNoWait());
        await putter;
        queue.Shutdown();
        Assert.Equal("<LoopQueue maxsize=1 count=1 tasks=3 shutdown>", queue.ToString());
        Assert.Equal("<LoopStack maxsize=0 count=0>", new LoopStack<int>().ToString());
        Assert.Equal("<OwnQueue maxsize=0 count=0>", new OwnQueue().ToString());
    });

    [Theory(Timeout = 30000)]
    [InlineData(0)]
    [InlineData(-1)]
    public void IsFull_WithoutBound_IsNever(int maxSize)
    {
        var queue = new LoopQueue<int>(maxSize);
        Assert.True(queue.IsEmpty);
        for (int i = 0; i < 1000; i++)
        {
            queue.PutNoWait(i);
        }

        Assert.False(queue.IsFull);
        Assert.False(queue.IsEmpty);
        Assert.Equal(1000, queue.Count);
        Assert.Equal(maxSize, queue.MaxSize);
    }

    [Fact(Timeout = 30000)]
    public void Get_EachKindOfQueue_HasItsOrder()
    {
        int[] items = [3, 1, 2, 1];
        Assert.Equal([3, 1, 2, 1], Drain(new LoopQueue<int>(), items));
        Assert.Equal([1, 2, 1, 3], Drain(new LoopStack<int>(), items));
        Assert.Equal([1, 1, 2, 3], Drain(new LoopPriorityQueue<int>(), items));
        Assert.Equal([3, 2, 1, 1], Drain(new LoopPriorityQueue<int>(0, Comparer<int>.Create((x, y) => y.CompareTo(x))), items));
        Assert.Equal(["b1", "b2", "a1", "a2"], Drain(
            new LoopPriorityQueue<string>(0, Comparer<string>.Create((x, y) => y[0].CompareTo(x[0]))), ["a1", "b1", "a2", "b2"]));
        Assert.Equal([null, 1], Drain(new LoopPriorityQueue<int?>(), [1, null]));
        var exception = Assert.Throws<ArgumentException>(() => new LoopPriorityQueue<object>());
        Assert.Contains("Pass an IComparer<Object>", exception.Message, StringComparison.Ordinal);

        static List<T> Drain<T>(LoopQueue<T> queue, T[] items)
        {
            Array.ForEach(items, queue.PutNoWait);
            List<T> drained = [];
            while (queue.TryGet(out T? item))
            {
                drained.Add(item);
            }

            return drained;
        }
    }

    [Fact(Timeout = 30000)]
    public void NoWait_NotPossible_ThrowsItsOwnKind()
    {
        var queue = new LoopQueue<int>(1);
        Assert.Throws<QueueEmptyException>(() => queue.GetNoWait());
        Assert.False(queue.TryGet(out _));
        queue.PutNoWait(1);
        Assert.True(queue.IsFull);
        Assert.Throws<QueueFullException>(() => queue.PutNoWait(2));
        Assert.False(queue.TryPut(2));
        Assert.Equal(1, queue.GetNoWait());
        Assert.True(queue.TryPut(2));
    }

    [Fact(Timeout = 30000)]
    public void Get_ItemThere_GoesOnWithoutATurn() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>();
        bool turned = false;
        Loop.CallSoon(() => turned = true);
        await queue.Put(1);
        await queue.Put(2);
        Assert.Equal(1, await queue.Get());
        Assert.Equal(2, await queue.Get());
        Assert.False(turned);
    });

    [Fact(Timeout = 30000)]
    public void Get_Empty_WaitsInOrder() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>();
        List<string> order = [];
        LoopTask[] tasks = [Loop.CreateTask(GetAs("a")), Loop.CreateTask(GetAs("b")), Loop.CreateTask(GetAs("c"))];
        await Turns();
        queue.PutNoWait(1);
        queue.PutNoWait(2);
        queue.PutNoWait(3);
        await AllDone(tasks);
        Assert.Equal(["a1", "b2", "c3"], order);

        async Coroutine GetAs(string name) => order.Add(name + await queue.Get());
    });

    [Fact(Timeout = 30000)]
    public void Get_NewcomerWhileAWokenOneIsOnItsWay_TakesTheNextItem() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>();
        LoopTask<int> first = Loop.CreateTask(queue.Get());
        await Turns();
        queue.PutNoWait(1);
        LoopTask<int> second = Loop.CreateTask(queue.Get(), new TaskOptions { EagerStart = true });
        queue.PutNoWait(2);
        Assert.Equal(2, await second);
        Assert.Equal(1, await first);
    });

    [Fact(Timeout = 30000)]
    public void Get_ItemsTakenByGetNoWait_KeepsItsPlace() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>();
        List<string> order = [];
        LoopTask[] tasks = [Loop.CreateTask(GetAs("a")), Loop.CreateTask(GetAs("b")), Loop.CreateTask(GetAs("c"))];
        await Turns();
        queue.PutNoWait(-1);
        queue.PutNoWait(-2);
        Assert.Equal(-1, queue.GetNoWait());
        Assert.Equal(-2, queue.GetNoWait());
        await Turns();
        Assert.Empty(order);
        queue.PutNoWait(1);
        queue.PutNoWait(2);
        queue.PutNoWait(3);
        await AllDone(tasks);
        Assert.Equal(["a1", "b2", "c3"], order);

        async Coroutine GetAs(string name) => order.Add(name + await queue.Get());
    });

    [Fact(Timeout = 30000)]
    public void Get_CancelledWhileWaiting_IsForgotten() => Run(async Coroutine () =>
    {
        // CPython's test_get_cancelled_race and test_cancelled_getters_not_being_held_in_self_getters.
        var queue = new LoopQueue<int>();
        LoopTask first = Loop.CreateTask(queue.Get());
        LoopTask<int> second = Loop.CreateTask(queue.Get());
        await Turns();
        first.Cancel();
        Assert.IsType<LoopCanceledException>(await FailureOf(first));
        Assert.Contains("getters=1", queue.ToString(), StringComparison.Ordinal);
        queue.PutNoWait(7);
        Assert.Equal(7, await second);
        Assert.DoesNotContain("getters", queue.ToString(), StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public void Get_CancelledAfterItWasWoken_LeavesTheItemToTheNext() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>();
        LoopTask first = Loop.CreateTask(queue.Get());
        LoopTask<int> second = Loop.CreateTask(queue.Get());
        await Turns();
        queue.PutNoWait(7);
        first.Cancel();
        Assert.Equal(7, await second);
        Assert.True(first.IsCancelled);
    });

    [Fact(Timeout = 30000)]
    public void Get_WaitingPutters_AreLetInInOrder() => Run(async Coroutine () =>
    {
        // CPython's test_get_with_waiting_putters.
        var queue = new LoopQueue<int>(1);
        LoopTask[] putters = [.. Enumerable.Range(1, 4).Select(i => Loop.CreateTask(queue.Put(i)))];
        for (int i = 1; i <= 4; i++)
        {
            await Turns();
            Assert.Equal(i, await queue.Get());
        }

        await AllDone(putters);
        Assert.True(queue.IsEmpty);
    });

    private sealed class OwnQueue : LoopQueue<int>;
}
