using Bridge.TestKit;
using Bridge.Tests.Interop;

namespace Bridge.Tests.Adapters;

/// <summary>Need 35: one queue for threads, .NET tasks and loops.</summary>
public sealed class BridgeQueueTests : LoopTest
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    [Fact]
    public void Constructor_NegativeBound_Throws()
        => Assert.Contains("-1", Assert.Throws<ArgumentOutOfRangeException>(() => new BridgeQueue<int>(-1)).Message, StringComparison.Ordinal);

    [Fact]
    public void TryPut_FullOrCompleted_SaysSo()
    {
        var queue = new BridgeQueue<int>(2);
        Assert.True(queue.TryPut(1));
        Assert.True(queue.TryPut(2));
        Assert.False(queue.TryPut(3));
        Assert.Equal("<BridgeQueue bound=2 count=2>", queue.ToString());
        Assert.True(queue.TryTake(out int first));
        Assert.Equal(1, first);
        Assert.True(queue.Complete());
        Assert.False(queue.TryPut(4));
        Assert.False(queue.IsCompleted);
        Assert.Equal(2, queue.Take());
        Assert.True(queue.IsCompleted);
        Assert.False(queue.TryTake(out _));
    }

    [Fact(Timeout = 120000)]
    public void PutAndTake_ThreadsAreInterruptedAtRandom_EachItemArrivesOnce()
    {
        const int PerThread = 3_000;
        var queue = new BridgeQueue<int>(bound: 1);
        int[] arrivals = new int[2 * PerThread];
        Thread[] putters = [.. Enumerable.Range(0, 2).Select(putter => OtherThread.Start(() =>
        {
            for (int i = 0; i < PerThread;)
            {
                // Interrupted, it has put nothing.
                if (Uninterrupted(() => queue.Put((putter * PerThread) + i)))
                {
                    i++;
                }
            }
        }))];
        Thread[] takers = [.. Enumerable.Range(0, 4).Select(_ => OtherThread.Start(() =>
        {
            bool goesOn = true;
            while (goesOn)
            {
                Uninterrupted(() =>
                {
                    goesOn = queue.TryTake(out int item, Timeout.InfiniteTimeSpan);
                    if (goesOn)
                    {
                        Interlocked.Increment(ref arrivals[item]);
                    }
                });
            }
        }))];
        Thread[] all = [.. putters, .. takers];
        while (putters.Any(putter => putter.IsAlive))
        {
            all[Random.Shared.Next(all.Length)].Interrupt();
            Thread.Yield();
        }

        queue.Complete();
        Assert.All(takers, taker => Assert.True(taker.Join(LoopHost.Limit)));
        Assert.All(arrivals, count => Assert.Equal(1, count));

        static bool Uninterrupted(Action action)
        {
            try
            {
                action();
                return true;
            }
            catch (ThreadInterruptedException)
            {
                return false;
            }
        }
    }

    [Fact]
    public void Complete_SecondCall_ChangesNothing()
    {
        var queue = new BridgeQueue<int>();
        Assert.True(queue.Complete(new InvalidDataException("first")));
        Assert.False(queue.Complete(new InvalidDataException("second")));
        Assert.Equal("first", Assert.Throws<InvalidDataException>(() => queue.Take()).Message);
    }

    [Fact]
    public void Complete_WithException_TakersGetTheItemsThenTheSameObject()
    {
        var queue = new BridgeQueue<int>();
        var failure = new InvalidDataException("seeded");
        queue.TryPut(1);
        queue.Complete(failure);
        Assert.Equal(1, queue.Take());
        Assert.Same(failure, Assert.Throws<InvalidDataException>(() => queue.Take()));
        Assert.Same(failure, Assert.Throws<InvalidDataException>(() => queue.TryTake(out _, TimeSpan.Zero)));
        Assert.Same(failure, Assert.Throws<QueueShutDownException>(() => queue.Put(2)).InnerException);
        Assert.Same(failure, Assert.Throws<InvalidDataException>(() => queue.TakeAll().ToList()));
    }

    [Fact(Timeout = 30000)]
    public void Take_ThreadWaits_GetsWhatTheLoopPuts()
    {
        var queue = new BridgeQueue<int>();
        int got = 0;
        Thread taker = OtherThread.Start(() => got = queue.Take());
        Run(async Coroutine () => await queue.PutAsync(5));
        Assert.True(taker.Join(s_limit));
        Assert.Equal(5, got);
    }

    [Fact(Timeout = 30000)]
    public void TakeAsync_LoopWaits_GetsWhatAThreadPutsAndStaysHome()
    {
        var queue = new BridgeQueue<int>();
        Run(async Coroutine () =>
        {
            int home = Environment.CurrentManagedThreadId;
            LoopTask<int> taker = LoopTask.Create(Taking(queue));
            await LoopTask.Yield();
            Assert.Equal("<BridgeQueue bound=0 count=0 takers=1>", queue.ToString());
            OtherThread.Run(() => queue.Put(7));
            Assert.Equal(7, await taker);
            Assert.Equal(home, Environment.CurrentManagedThreadId);
        });
    }

    [Fact(Timeout = 30000)]
    public void TakeAsync_PlainAsyncCodeOnTheLoop_StaysHome() => Run(async Coroutine () =>
    {
        var queue = new BridgeQueue<int>();
        int home = Environment.CurrentManagedThreadId;
        Task<(int Item, int Thread)> taking = TakePlain();
        OtherThread.Run(() => queue.Put(3));
        Assert.Equal((3, home), await taking);

        async Task<(int, int)> TakePlain()
        {
            int item = await queue.TakeAsync();
            return (item, Environment.CurrentManagedThreadId);
        }
    });

    [Fact(Timeout = 30000)]
    public async Task TakeAsync_OutsideLoops_WaitsAsATask()
    {
        var queue = new BridgeQueue<int>(1);
        ValueTask<int> taking = queue.TakeAsync();
        Assert.False(taking.IsCompleted);
        await queue.PutAsync(1);
        Assert.Equal(1, await taking);
        await queue.PutAsync(2);
        ValueTask putting = queue.PutAsync(3);
        Assert.False(putting.IsCompleted);
        Assert.Equal(2, await queue.TakeAsync());
        await putting;
        Assert.Equal(3, await queue.TakeAsync());
    }

    [Fact(Timeout = 30000)]
    public void TwoLoops_PassItemsBothWays_InOrder()
    {
        using var other = new LoopHost("other");
        var there = new BridgeQueue<int>(2);
        var back = new BridgeQueue<int>(2);
        LoopFuture<bool> echo = null!;
        Run(async Coroutine () =>
        {
            echo = Loop.WrapFuture(other.Loop.RunCoroutineThreadSafe(async Coroutine<bool> () =>
            {
                await foreach (int item in there.TakeAllAsync())
                {
                    await back.PutAsync(item * 2);
                }

                back.Complete();
                return true;
            }));
            LoopTask sender = LoopTask.Create(Sending());
            var got = new List<int>();
            await foreach (int item in back.TakeAllAsync())
            {
                got.Add(item);
            }

            await sender;
            await echo;
            Assert.Equal(Enumerable.Range(0, 500).Select(number => number * 2), got);
        });

        async Coroutine Sending()
        {
            for (int i = 0; i < 500; i++)
            {
                await there.PutAsync(i);
            }

            there.Complete();
        }
    }

    [Fact(Timeout = 30000)]
    public void Put_OnALoopThread_ThrowsAndNamesTheRemedy() => Run(async Coroutine () =>
    {
        var queue = new BridgeQueue<int>(1);
        Assert.Contains("PutAsync", Assert.Throws<InvalidOperationException>(() => queue.Put(1)).Message, StringComparison.Ordinal);
        Assert.Contains("TakeAsync", Assert.Throws<InvalidOperationException>(() => queue.Take()).Message, StringComparison.Ordinal);
        Assert.Contains("'test'", Assert.Throws<InvalidOperationException>(() => queue.TakeAll().First()).Message, StringComparison.Ordinal);
        Assert.Equal(0, queue.Count);
        await LoopTask.Yield();
    });

    [Fact(Timeout = 30000)]
    public void TryTake_TimeIsOver_TakesNothing()
    {
        var queue = new BridgeQueue<int>(1);
        Assert.False(queue.TryTake(out _, TimeSpan.Zero));
        queue.Put(1);
        Assert.False(queue.TryPut(2, TimeSpan.FromMilliseconds(1)));
        Assert.Equal("<BridgeQueue bound=1 count=1>", queue.ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => queue.TryTake(out _, TimeSpan.FromMilliseconds(-2)));
        Assert.True(queue.TryTake(out int item, TimeSpan.Zero));
        Assert.Equal(1, item);
    }

    [Fact(Timeout = 30000)]
    public async Task Take_TokenFires_TakesNothingAndCarriesTheToken()
    {
        var queue = new BridgeQueue<int>();
        using var source = new CancellationTokenSource();
        Exception? thrown = null;
        Thread blocked = OtherThread.Start(() => thrown = Record.Exception(() => queue.Take(source.Token)));
        ValueTask<int> waiting = queue.TakeAsync(source.Token);
        await source.CancelAsync();
        Assert.True(blocked.Join(s_limit));
        Assert.Equal(source.Token, Assert.IsType<OperationCanceledException>(thrown).CancellationToken);
        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting)).CancellationToken);
        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await queue.TakeAsync(source.Token))).CancellationToken);
        queue.Put(1);
        Assert.Equal(1, queue.Take());
    }

    [Fact(Timeout = 30000)]
    public void Take_ThreadInterrupted_LosesNothing()
    {
        var queue = new BridgeQueue<int>();
        Exception? thrown = null;
        Thread blocked = OtherThread.Start(() => thrown = Record.Exception(() => queue.Take()));
        blocked.Interrupt();
        Assert.True(blocked.Join(s_limit));
        Assert.IsType<ThreadInterruptedException>(thrown);
        queue.Put(1);
        Assert.Equal(1, queue.Take());
    }

    [Fact(Timeout = 30000)]
    public void TakeAsync_TaskCancelledWhileItWaits_EndsAtOnceAndTakesNothing() => Run(async Coroutine () =>
    {
        var queue = new BridgeQueue<int>();
        LoopTask<int> taker = LoopTask.Create(Taking(queue));
        await LoopTask.Yield();
        taker.Cancel("enough");
        await LoopTask.Wait([taker]);
        Assert.True(taker.IsCancelled);
        Assert.Equal("<BridgeQueue bound=0 count=0>", queue.ToString());
    });

    [Fact(Timeout = 30000)]
    public void TakeAsync_TaskCancelledAfterItWasServed_ItemsComeBackInTheirOrder() => Run(async Coroutine () =>
    {
        var queue = new BridgeQueue<int>(2);
        LoopTask<int> first = LoopTask.Create(Taking(queue));
        LoopTask<int> second = LoopTask.Create(Taking(queue));
        await LoopTask.Yield();
        Assert.True(queue.TryPut(1));
        Assert.True(queue.TryPut(2));
        Assert.False(queue.TryPut(3));
        second.Cancel();
        first.Cancel();
        await LoopTask.Wait([first, second]);
        Assert.True(first.IsCancelled && second.IsCancelled);
        Assert.Equal(2, queue.Count);
        Assert.True(queue.TryTake(out int one));
        Assert.True(queue.TryPut(3));
        Assert.True(queue.TryTake(out int two));
        Assert.True(queue.TryTake(out int three));
        Assert.Equal((1, 2, 3), (one, two, three));
    });

    [Fact(Timeout = 30000)]
    public void TakeAsync_TokenFiresOnTheLoop_EndsTheWaitWithIt() => Run(async Coroutine () =>
    {
        var queue = new BridgeQueue<int>();
        using var source = new CancellationTokenSource();
        ValueTask<int> taking = queue.TakeAsync(source.Token);
        await source.CancelAsync();
        try
        {
            await taking;
            Assert.Fail("It was cancelled.");
        }
        catch (OperationCanceledException cancelled)
        {
            Assert.Equal(source.Token, cancelled.CancellationToken);
        }

        Assert.True(queue.TryPut(1));
        Assert.Equal(1, await queue.TakeAsync());
    });

    [Fact(Timeout = 30000)]
    public void PutAsync_TaskCancelledAfterRoomCame_PutsNothingAndTheNextIsLetIn() => Run(async Coroutine () =>
    {
        var queue = new BridgeQueue<int>(1);
        queue.TryPut(1);
        LoopTask first = LoopTask.Create(Putting(queue, 2));
        LoopTask second = LoopTask.Create(Putting(queue, 3));
        await LoopTask.Yield();
        Assert.True(queue.TryTake(out _));
        Assert.False(queue.TryPut(9));
        first.Cancel();
        await second;
        Assert.True(first.IsCancelled);
        Assert.Equal(3, await queue.TakeAsync());
        Assert.Equal(0, queue.Count);
    });

    [Fact(Timeout = 30000)]
    public void Waits_OfThreadsTasksAndLoops_AreServedInOrderOfAsking() => Run(async Coroutine () =>
    {
        var queue = new BridgeQueue<int>();
        LoopTask<int> first = LoopTask.Create(Taking(queue));
        await LoopTask.Yield();
        int second = 0;
        Thread thread = OtherThread.Start(() => second = queue.Take());
        await LoopTask.ToThread(() => SpinWait.SpinUntil(() => queue.ToString().Contains("takers=2", StringComparison.Ordinal)));
        Task<int> third = await LoopTask.ToThread(() => queue.TakeAsync().AsTask());
        Assert.Equal("<BridgeQueue bound=0 count=0 takers=3>", queue.ToString());
        for (int i = 1; i <= 3; i++)
        {
            queue.TryPut(i);
        }

        Assert.Equal(1, await first);
        Assert.Equal(3, await third);
        Assert.True(thread.Join(s_limit));
        Assert.Equal(2, second);
    });

    [Fact(Timeout = 30000)]
    public void Complete_EverySideIsBlocked_ReleasesAll()
    {
        var empty = new BridgeQueue<int>();
        var full = new BridgeQueue<int>(1);
        full.Put(0);
        Exception? takerThrew = null;
        Exception? putterThrew = null;
        Thread taker = OtherThread.Start(() => takerThrew = Record.Exception(() => empty.Take()));
        Thread putter = OtherThread.Start(() => putterThrew = Record.Exception(() => full.Put(1)));
        Task<int> taking = empty.TakeAsync().AsTask();
        Task putting = full.PutAsync(2).AsTask();
        Run(async Coroutine () =>
        {
            LoopTask<int> loopTaker = LoopTask.Create(Taking(empty));
            LoopTask loopPutter = LoopTask.Create(Putting(full, 3));
            await LoopTask.ToThread(() => SpinWait.SpinUntil(() => empty.ToString().Contains("takers=3", StringComparison.Ordinal)
                && full.ToString().Contains("putters=3", StringComparison.Ordinal)));
            empty.Complete();
            full.Complete();
            await LoopTask.Wait([loopTaker, loopPutter]);
            Assert.IsType<QueueShutDownException>(loopTaker.GetException());
            Assert.IsType<QueueShutDownException>(loopPutter.GetException());
            await LoopTask.Wait([Loop.WrapFuture(taking), Loop.WrapFuture(putting)]);
        });
        Assert.True(taker.Join(s_limit));
        Assert.True(putter.Join(s_limit));
        Assert.IsType<QueueShutDownException>(takerThrew);
        Assert.IsType<QueueShutDownException>(putterThrew);
        Assert.IsType<QueueShutDownException>(taking.Exception!.InnerException);
        Assert.IsType<QueueShutDownException>(putting.Exception!.InnerException);
        Assert.Equal(0, full.Take());
        Assert.True(full.IsCompleted);
    }

    [Fact(Timeout = 30000)]
    public void Complete_ItemIsOnItsWayToACancelledTask_OthersWaitForIt() => Run(async Coroutine () =>
    {
        var queue = new BridgeQueue<int>();
        LoopTask<int> first = LoopTask.Create(Taking(queue));
        LoopTask<int> second = LoopTask.Create(Taking(queue));
        await LoopTask.Yield();
        queue.TryPut(1);
        queue.Complete();
        first.Cancel();
        Assert.Equal(1, await second);
        Assert.True(queue.IsCompleted);
    });

    [Fact(Timeout = 30000)]
    public void TakeAllAsync_ErrorAfterItems_ThrowsItLast() => Run(async Coroutine () =>
    {
        var queue = new BridgeQueue<int>();
        queue.TryPut(1);
        LoopTask<(int, string)> reader = LoopTask.Create(Reading());
        await LoopTask.Yield();
        OtherThread.Run(() => queue.Complete(new InvalidDataException("seeded")));
        Assert.Equal((1, "seeded"), await reader);

        async Coroutine<(int, string)> Reading()
        {
            int count = 0;
            try
            {
                await foreach (int _ in queue.TakeAllAsync())
                {
                    count++;
                }
            }
            catch (InvalidDataException failure)
            {
                return (count, failure.Message);
            }

            return (count, "none");
        }
    });

    [Fact(Timeout = 30000)]
    public async Task TakeAllAsync_OutsideLoopsWithTwoTokens_EitherEndsIt()
    {
        var queue = new BridgeQueue<int>();
        queue.Put(1);
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        await using IAsyncEnumerator<int> items = queue.TakeAllAsync(first.Token).GetAsyncEnumerator(second.Token);
        Assert.True(await items.MoveNextAsync());
        Assert.Equal(1, items.Current);
        ValueTask<bool> waiting = items.MoveNextAsync();
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        queue.Put(2);
        Assert.Equal(2, queue.Take());
    }

    [Fact(Timeout = 30000)]
    public void LoopCloses_WithAWaiterAndAnItemOnItsWay_ItemGoesToTheNext()
    {
        var queue = new BridgeQueue<int>();
        var closing = new SelectorEventLoop(options: new EventLoopOptions { Name = "closing" });
        closing.ExceptionHandler = (_, _) => { };
        closing.CreateTask(Taking(queue));
        closing.CreateTask(Taking(queue));
        RunOnce(closing);
        Assert.Equal("<BridgeQueue bound=0 count=0 takers=2>", queue.ToString());

        // The first of the two is served, and never runs again.
        queue.Put(1);
        Assert.Equal("<BridgeQueue bound=0 count=1 takers=1>", queue.ToString());
        closing.Close();
        Assert.Equal("<BridgeQueue bound=0 count=1>", queue.ToString());
        Assert.Equal(1, queue.Take());
    }

    private static void RunOnce(EventLoop loop)
    {
        loop.Stop();
        loop.RunForever();
    }

    private static async Coroutine<int> Taking(BridgeQueue<int> queue) => await queue.TakeAsync();

    private static async Coroutine Putting(BridgeQueue<int> queue, int item) => await queue.PutAsync(item);
}
