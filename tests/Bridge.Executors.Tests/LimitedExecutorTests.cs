namespace Bridge.Executors.Tests;

/// <summary>Need 7: a slot is held until the work has really ended.</summary>
public sealed class LimitedExecutorTests
{
    [Fact(Timeout = 30000)]
    public void Submit_FourAbandonedJobsStillRun_TheFifthWaitsForOneToEnd()
    {
        using var inner = new ThreadPoolExecutor(8);
        using var gate = new Gate();
        using var last = new Gate();
        var limiter = new CapacityLimiter(4);
        using var limited = inner.WithLimit(limiter);
        var abandoned = Enumerable.Range(0, 4).Select(_ => limited.Submit(gate.Pass)).ToList();
        SpinWait.SpinUntil(() => Volatile.Read(ref gate.Entries) == 4);
        Assert.All(abandoned, future => Assert.True(future.TrySetCanceled()));
        var fifth = limited.Submit(last.Pass);
        Assert.Equal((0, 4, 1), (limiter.Available, limiter.Borrowed, limiter.Waiting));
        Assert.False(fifth.IsRunning);
        Assert.Equal(0, inner.QueuedJobCount);
        Assert.Equal(4, inner.ThreadCount);
        gate.Open();
        last.WaitUntilEntered();
        last.Open();
        limited.Shutdown();
        fifth.GetResult();
        Assert.Equal(4, limiter.Available);
    }

    [Fact(Timeout = 30000)]
    public void Cancel_WhileWaitingForASlot_NeverRunsAndTakesNoSlot()
    {
        using var inner = new ThreadPoolExecutor(2);
        using var gate = new Gate();
        var limiter = new CapacityLimiter(1);
        using var limited = inner.WithLimit(limiter);
        var busy = limited.Submit(gate.Pass);
        gate.WaitUntilEntered();
        bool ran = false;
        var waiting = limited.Submit(() => { ran = true; });
        Assert.True(waiting.Cancel());
        gate.Open();
        limited.Shutdown();
        Assert.False(ran);
        Assert.Equal(ConcurrentFutureState.CancelledAndNotified, waiting.State);
        Assert.Equal(1, limiter.Available);
        busy.GetResult();
    }

    [Fact(Timeout = 30000)]
    public void Shutdown_OfTheView_LeavesTheInnerExecutorAlone()
    {
        using var inner = new ThreadPoolExecutor(1);
        var limited = inner.WithLimit(new CapacityLimiter(1));
        limited.Submit(() => 1).GetResult();
        limited.Dispose();
        Assert.Throws<InvalidOperationException>(() => limited.Submit(() => 1));
        Assert.Equal(2, inner.Submit(() => 2).GetResult());
    }

    [Fact(Timeout = 30000)]
    public void Submit_InnerIsShutDown_ThrowsOrFailsTheJobAndKeepsNoSlot()
    {
        var inner = new ThreadPoolExecutor(2);
        using var gate = new Gate();
        var limiter = new CapacityLimiter(1);
        var limited = inner.WithLimit(limiter);
        var busy = limited.Submit(gate.Pass);
        gate.WaitUntilEntered();
        var waiting = Enumerable.Range(0, 10_000).Select(i => limited.Submit(() => i)).ToList();
        inner.Shutdown(wait: false);
        gate.Open();
        busy.GetResult();
        Assert.All(waiting, future => Assert.Throws<InvalidOperationException>(() => future.GetResult()));
        limited.Shutdown();
        Assert.Equal((1, 0), (limiter.Available, limiter.Waiting));
        Assert.Throws<InvalidOperationException>(() => inner.WithLimit(limiter).Submit(() => 1));
        Assert.Equal(1, limiter.Available);
        inner.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void Submit_InnerRunsInline_LongChainsNeedNoStack()
    {
        using var inline = new TaskSchedulerExecutor(new InlineScheduler());
        var limiter = new CapacityLimiter(1);
        using var limited = inline.WithLimit(limiter);
        int runs = 0;
        Assert.True(limiter.TryAcquire());
        var futures = Enumerable.Range(0, 100_000).Select(_ => limited.Submit(() => { Interlocked.Increment(ref runs); })).ToList();
        var releaser = new Thread(limiter.Release, maxStackSize: 256 * 1024);
        releaser.Start();
        releaser.Join();
        futures.ForEach(future => future.GetResult());
        Assert.Equal(100_000, runs);
        limited.Shutdown();
        Assert.Equal(1, limiter.Available);
    }

    [Fact(Timeout = 30000)]
    public void Submit_RandomCancelsAndShutdown_GiveEverySlotBack()
    {
        using var inner = new ThreadPoolExecutor(4);
        var limiter = new CapacityLimiter(3);
        for (int round = 0; round < 50; round++)
        {
            var random = new Random(round);
            var limited = inner.WithLimit(limiter);
            var futures = new List<ConcurrentFuture>();
            for (int i = 0; i < 200; i++)
            {
                futures.Add(limited.Submit(() => { }));
                if (random.Next(3) == 0)
                {
                    futures[random.Next(futures.Count)].Cancel();
                }
            }

            limited.Shutdown(wait: true, cancelFutures: round % 2 == 0);
            Assert.Equal(200, ConcurrentFuture.Wait(futures).Done.Count);
            Assert.Equal((3, 0, 0), (limiter.Available, limiter.Borrowed, limiter.Waiting));
        }
    }

    private sealed class InlineScheduler : TaskScheduler
    {
        protected override IEnumerable<Task> GetScheduledTasks() => [];

        protected override void QueueTask(Task task) => TryExecuteTask(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => TryExecuteTask(task);
    }
}
