using Bridge.TestKit;
using static Bridge.Tests.Synchronization.Script;

namespace Bridge.Tests.Synchronization;

/// <summary>Rows AJ4, AJ5.</summary>
public sealed class LoopQueueFinishingTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void TaskDone_TooOften_Throws()
    {
        var queue = new LoopQueue<int>();
        var exception = Assert.Throws<InvalidOperationException>(queue.TaskDone);
        Assert.Contains("more often than items were put", exception.Message, StringComparison.Ordinal);
        queue.PutNoWait(1);
        queue.TaskDone();
        Assert.Throws<InvalidOperationException>(queue.TaskDone);
    }

    [Fact(Timeout = 30000)]
    public void Join_NothingPut_GoesOnAtOnce() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>();
        await queue.Join();
        await queue.Join();
    });

    [Fact(Timeout = 30000)]
    public void Join_WorkersDealWithAll_GoesOnAfterTheLast() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>();
        int sum = 0;
        for (int i = 0; i < 100; i++)
        {
            queue.PutNoWait(i);
        }

        LoopTask[] workers = [Loop.CreateTask(Work()), Loop.CreateTask(Work())];
        await queue.Join();
        Assert.Equal(4950, sum);
        queue.PutNoWait(50);
        LoopTask join = Loop.CreateTask(queue.Join());
        await Turns();
        Assert.False(join.IsDone);
        await join;
        Assert.Equal(5000, sum);
        queue.Shutdown();
        foreach (LoopTask worker in workers)
        {
            Assert.IsType<QueueShutDownException>(await FailureOf(worker));
        }

        async Coroutine Work()
        {
            while (true)
            {
                int item = await queue.Get();
                await Turns();
                sum += item;
                queue.TaskDone();
            }
        }
    });

    [Fact(Timeout = 30000)]
    public void Shutdown_Empty_EndsGettersAndPutters() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>();
        LoopTask getter = Loop.CreateTask(queue.Get());
        await Turns();
        queue.Shutdown();
        queue.Shutdown();
        Assert.True(queue.IsShutDown);
        var failure = Assert.IsType<QueueShutDownException>(await FailureOf(getter));
        Assert.Contains("is shut down", failure.Message, StringComparison.Ordinal);
        Assert.Throws<QueueShutDownException>(() => queue.GetNoWait());
        Assert.Throws<QueueShutDownException>(() => queue.PutNoWait(1));
        Assert.False(queue.TryPut(1));
        Assert.False(queue.TryGet(out _));
        Assert.IsType<QueueShutDownException>(await FailureOf(queue.Get().AsCoroutine()));
        Assert.IsType<QueueShutDownException>(await FailureOf(queue.Put(1).AsCoroutine()));
        await queue.Join();
    });

    [Fact(Timeout = 30000)]
    public void Shutdown_ItemsLeft_AreGotBeforeItThrows() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>(2);
        queue.PutNoWait(1);
        queue.PutNoWait(2);
        LoopTask putter = Loop.CreateTask(queue.Put(3));
        await Turns();
        queue.Shutdown();
        Assert.IsType<QueueShutDownException>(await FailureOf(putter));
        Assert.Equal(1, await queue.Get());
        Assert.Throws<QueueShutDownException>(() => queue.PutNoWait(3));
        Assert.Equal(2, queue.GetNoWait());
        Assert.Throws<QueueShutDownException>(() => queue.GetNoWait());
        LoopTask join = Loop.CreateTask(queue.Join());
        await Turns();
        Assert.False(join.IsDone);
        queue.TaskDone();
        queue.TaskDone();
        await join;
    });

    [Fact(Timeout = 30000)]
    public void Shutdown_WithAWokenGetterOnItsWay_LeavesItTheItem() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>();
        LoopTask<int> first = Loop.CreateTask(queue.Get());
        LoopTask second = Loop.CreateTask(queue.Get());
        await Turns();
        queue.PutNoWait(1);
        queue.Shutdown();
        Assert.Equal(1, await first);
        Assert.IsType<QueueShutDownException>(await FailureOf(second));
    });

    [Fact(Timeout = 30000)]
    public void Shutdown_Immediate_DropsItemsAndReleasesJoin() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>(2);
        queue.PutNoWait(1);
        queue.PutNoWait(2);
        LoopTask putter = Loop.CreateTask(queue.Put(3));
        LoopTask join = Loop.CreateTask(queue.Join());
        await Turns();
        queue.Shutdown(immediate: true);
        Assert.True(queue.IsEmpty);
        await join;
        Assert.IsType<QueueShutDownException>(await FailureOf(putter));
        Assert.Throws<QueueShutDownException>(() => queue.GetNoWait());
        Assert.Throws<InvalidOperationException>(queue.TaskDone);
    });

    [Fact(Timeout = 30000)]
    public void Shutdown_ImmediateWithItemsInWork_KeepsJoinWaitingForThem() => Run(async Coroutine () =>
    {
        var queue = new LoopQueue<int>();
        queue.PutNoWait(1);
        queue.PutNoWait(2);
        Assert.Equal(1, await queue.Get());
        LoopTask join = Loop.CreateTask(queue.Join());
        await Turns();
        queue.Shutdown();
        queue.Shutdown(immediate: true);
        await Turns();
        Assert.False(join.IsDone);
        queue.TaskDone();
        await join;
    });
}
