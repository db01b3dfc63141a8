using Bridge.TestKit;
using static Bridge.Tests.Synchronization.Script;

namespace Bridge.Tests.Synchronization;

/// <summary>Rows AJ1, AJ2, AJ3, AJ6, AJ7.</summary>
public sealed class LoopQueueTests : LoopTest
{
    private readonly List<int> _got = [];

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

    [Fact(Timeout = 30000)]
    public void Put_Full_WaitsForRoom() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>(1);
        await queue.Put(1);
        LoopTask putter = Loop.CreateTask(queue.Put(2));
        await Turns(2);
        Assert.False(putter.IsDone);
        Assert.Equal(1, queue.GetNoWait());
        await putter;
        Assert.Equal(2, queue.GetNoWait());
    });

    [Fact(Timeout = 30000)]
    public void Put_CancelledWhileWaiting_PutsNothing() => Run(async Coroutine () =>
    {
        // CPython's test_put_cancelled and test_cancelled_puts_not_being_held_in_self_putters.
        var queue = new LoopQueue<int>(1);
        queue.PutNoWait(1);
        LoopTask putter = Loop.CreateTask(queue.Put(2));
        await Turns();
        putter.Cancel();
        Assert.IsType<LoopCanceledException>(await FailureOf(putter));
        Assert.Equal("<LoopQueue maxsize=1 count=1 tasks=1>", queue.ToString());
        Assert.Equal(1, await queue.Get());
        Assert.True(queue.IsEmpty);
    });

    [Fact(Timeout = 30000)]
    public void Put_CancelledAfterItWasWoken_LeavesTheRoomToTheNext() => Run(async Coroutine () =>
    {
        // CPython's test_put_cancelled_race.
        var queue = new LoopQueue<int>(1);
        queue.PutNoWait(1);
        LoopTask first = Loop.CreateTask(queue.Put(2));
        LoopTask second = Loop.CreateTask(queue.Put(3));
        await Turns();
        Assert.Equal(1, queue.GetNoWait());
        first.Cancel();
        await second;
        Assert.True(first.IsCancelled);
        Assert.Equal(3, queue.GetNoWait());
    });

    [Fact(Timeout = 30000)]
    public void Put_NewcomerWhileAWokenOneIsOnItsWay_Waits() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>(1);
        queue.PutNoWait(1);
        LoopTask first = Loop.CreateTask(queue.Put(2));
        await Turns();
        Assert.Equal(1, queue.GetNoWait());
        LoopTask second = Loop.CreateTask(queue.Put(3), new TaskOptions { EagerStart = true });
        Assert.False(second.IsDone);
        Assert.Equal(2, await queue.Get());
        await AllDone(first, second);
        Assert.Equal(3, await queue.Get());
    });

    [Fact(Timeout = 30000)]
    public void Put_BeforeItIsAwaited_DoesNothing() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>();
        LoopQueuePut<int> put = queue.Put(1);
        Assert.True(queue.IsEmpty);
        await put;
        Assert.Equal(1, queue.GetNoWait());
        LoopTask task = Loop.CreateTask(queue.Put(2));
        task.Cancel();
        Assert.NotNull(await FailureOf(task));
        Assert.True(queue.IsEmpty);
    });

    [Theory(Timeout = 30000)]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 0)]
    [InlineData(4, 2)]
    public void PutGet_RandomCancels_LoseAndDoubleNothing(int seed, int maxSize) => Run(async Coroutine () =>
    {
        // CPython's test_get_cancel_drop_* and test_put_cancel_drop_*, at random: what was put for certain is got, once, in order.
        var random = new Random(seed);
        var queue = new LoopQueue<int>(maxSize);
        List<int> put = [];
        List<LoopTask> getters = [];
        List<LoopTask> putters = [];
        for (int i = 0; i < 300; i++)
        {
            getters.Add(Loop.CreateTask(GetOne()));
            putters.Add(Loop.CreateTask(PutOne(i)));
            if (random.Next(2) == 0)
            {
                getters[random.Next(getters.Count)].Cancel();
            }

            if (random.Next(4) == 0)
            {
                putters[random.Next(putters.Count)].Cancel();
            }

            await Turns(random.Next(3));
        }

        getters.ForEach(getter => getter.Cancel());
        await Turns(3);
        foreach (LoopTask putter in putters)
        {
            while (!putter.IsDone)
            {
                _got.Add(await queue.Get());
            }
        }

        while (queue.TryGet(out int item))
        {
            _got.Add(item);
        }

        Assert.Equal(put.Order(), _got.Order());
        Assert.Equal($"<LoopQueue maxsize={maxSize} count=0 tasks={put.Count}>", queue.ToString());

        async Coroutine GetOne() => _got.Add(await queue.Get());

        async Coroutine PutOne(int item)
        {
            await queue.Put(item);
            put.Add(item);
        }
    });

    private sealed class OwnQueue : LoopQueue<int>;
}
