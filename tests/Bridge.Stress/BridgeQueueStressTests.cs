using Bridge.TestKit;

namespace Bridge.Stress;

/// <summary>Need 35: threads, .NET tasks and loops at both ends of one queue, with waits cancelled at random; nothing is lost, doubled or overtaken.</summary>
public sealed class BridgeQueueStressTests
{
    [Theory(Timeout = 600000)]
    [InlineData(1)]
    [InlineData(16)]
    public void PutAndTake_ThreadsTasksAndLoopsWithCancels_EachItemOnce(int bound)
    {
        int items = StressLevel.Choose(3_000, 200_000);
        var queue = new BridgeQueue<(int Sender, int Number)>(bound);
        var taken = new List<(int Sender, int Number)>[6];
        using var first = new LoopThread(new SelectorEventLoop());
        using var second = new LoopThread(new SelectorEventLoop());
        Task[] senders =
        [
            Task.Factory.StartNew(() => SendBlocking(queue, 0, items), TaskCreationOptions.LongRunning),
            Task.Run(() => Send(queue, 1, items)),
            first.Loop.RunCoroutineThreadSafe(() => SendOnLoop(queue, 2, items)).Task,
            second.Loop.RunCoroutineThreadSafe(() => SendOnLoop(queue, 3, items)).Task,
        ];
        Task[] takers =
        [
            Task.Factory.StartNew(() => TakeBlocking(queue, taken[0] = [], seed: 0), TaskCreationOptions.LongRunning),
            Task.Factory.StartNew(() => TakeBlocking(queue, taken[1] = [], seed: 1), TaskCreationOptions.LongRunning),
            Task.Run(() => Take(queue, taken[2] = [])),
            Task.Run(() => Take(queue, taken[3] = [])),
            first.Loop.RunCoroutineThreadSafe(() => TakeOnLoop(queue, taken[4] = [], seed: 4)).Task,
            second.Loop.RunCoroutineThreadSafe(() => TakeOnLoop(queue, taken[5] = [], seed: 5)).Task,
        ];
        Task.WaitAll(senders);
        queue.Complete();
        Task.WaitAll(takers);

        Assert.True(queue.IsCompleted);
        Assert.Equal(4 * items, taken.Sum(list => list.Count));
        Assert.Equal(4 * items, taken.SelectMany(list => list).Distinct().Count());
    }

    [Fact(Timeout = 600000)]
    public void TakeOnLoop_OneTakerThatIsCancelledAtRandom_SeesEachSenderInOrder()
    {
        int items = StressLevel.Choose(5_000, 300_000);
        var queue = new BridgeQueue<(int Sender, int Number)>(8);
        var taken = new List<(int Sender, int Number)>();
        using var loop = new LoopThread(new SelectorEventLoop());
        Task taker = loop.Loop.RunCoroutineThreadSafe(() => TakeOnLoop(queue, taken, seed: 0)).Task;
        ProducerThreads.Run(4, sender => SendBlocking(queue, sender, items));
        queue.Complete();
        taker.Wait();

        Assert.Equal(4 * items, taken.Count);
        foreach (IGrouping<int, (int Sender, int Number)> ofOne in taken.GroupBy(item => item.Sender))
        {
            Assert.Equal(Enumerable.Range(0, items), ofOne.Select(item => item.Number));
        }
    }

    private static void SendBlocking(BridgeQueue<(int, int)> queue, int sender, int items)
    {
        var random = new Random(sender);
        for (int i = 0; i < items; i++)
        {
            while (!queue.TryPut((sender, i), random.Next(4) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(60)))
            {
            }
        }
    }

    private static async Task Send(BridgeQueue<(int, int)> queue, int sender, int items)
    {
        for (int i = 0; i < items; i++)
        {
            await queue.PutAsync((sender, i));
        }
    }

    /// <summary>Every few puts are cancelled by their own task while they may wait; what was not put is put again.</summary>
    private static async Coroutine SendOnLoop(BridgeQueue<(int, int)> queue, int sender, int items)
    {
        var random = new Random(sender);
        for (int i = 0; i < items; i++)
        {
            LoopTask put = LoopTask.Create(Put(queue, (sender, i)));
            while (!await IsDoneOrCancelled(put, random))
            {
                put = LoopTask.Create(Put(queue, (sender, i)));
            }
        }
    }

    private static async Coroutine Put(BridgeQueue<(int, int)> queue, (int, int) item) => await queue.PutAsync(item);

    private static void TakeBlocking(BridgeQueue<(int, int)> queue, List<(int, int)> taken, int seed)
    {
        var random = new Random(seed);
        while (!queue.IsCompleted)
        {
            if (queue.TryTake(out (int, int) item, random.Next(4) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(60)))
            {
                taken.Add(item);
            }
        }
    }

    private static async Task Take(BridgeQueue<(int, int)> queue, List<(int, int)> taken)
    {
        await foreach ((int, int) item in queue.TakeAllAsync())
        {
            taken.Add(item);
        }
    }

    private static async Coroutine TakeOnLoop(BridgeQueue<(int, int)> queue, List<(int, int)> taken, int seed)
    {
        var random = new Random(seed);
        while (!queue.IsCompleted)
        {
            LoopTask<(int, int)> take = LoopTask.Create(TakeOne(queue));
            try
            {
                if (await IsDoneOrCancelled(take, random))
                {
                    taken.Add(take.GetResult());
                }
            }
            catch (QueueShutDownException)
            {
                return;
            }
        }
    }

    private static async Coroutine<(int, int)> TakeOne(BridgeQueue<(int, int)> queue) => await queue.TakeAsync();

    /// <summary>Waits for a task, which is cancelled in the middle now and then. False: it was.</summary>
    private static async Coroutine<bool> IsDoneOrCancelled(LoopTask task, Random random)
    {
        int turns = random.Next(6);
        for (int i = 0; i < turns && !task.IsDone; i++)
        {
            await LoopTask.Yield();
        }

        if (turns % 2 == 0)
        {
            task.Cancel();
        }

        await LoopTask.Wait([task]);
        if (task.IsCancelled)
        {
            return false;
        }

        await task;
        return true;
    }
}
