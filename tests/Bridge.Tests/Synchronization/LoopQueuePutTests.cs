using Bridge.TestKit;
using static Bridge.Tests.Synchronization.Script;

namespace Bridge.Tests.Synchronization;

/// <summary>Row AJ3.</summary>
public sealed class LoopQueuePutTests : LoopTest
{
    private readonly List<int> _got = [];

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
}
