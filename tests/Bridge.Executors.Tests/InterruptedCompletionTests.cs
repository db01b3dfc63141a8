namespace Bridge.Executors.Tests;

/// <summary>A thread that is interrupted while it completes something tells everybody all the same: the interrupt strikes at its next wait.</summary>
public sealed class InterruptedCompletionTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    [Fact(Timeout = 30000)]
    public void SetResult_SomebodyIsInWait_IsWoken()
    {
        var future = new ConcurrentFuture<int>();
        int done = 0;
        Thread waiter = StartAndBlock(() => done = ConcurrentFuture.Wait([future], s_limit).Done.Count);
        CompleteInterrupted(Private.Await(future, "_extras"), () => future.SetResult(1));
        waiter.Join();
        Assert.Equal(1, done);
    }

    [Fact(Timeout = 30000)]
    public void SetResult_SomebodyIsBlockedInGetResult_IsWoken()
    {
        var future = new ConcurrentFuture<int>();
        int result = 0;
        bool calledBack = false;
        future.AddDoneCallback(_ => calledBack = true);
        Thread waiter = StartAndBlock(() => Record.Exception(() => result = future.GetResult(s_limit)));
        object signal = Private.Await(Private.Await(future, "_extras"), "DoneEvent");
        SpinWait.SpinUntil(() => WaitersOf(signal) > 0);   // it spins and sleeps before
        CompleteInterrupted(Private.Field(signal, "m_lock")!, () => future.SetResult(1));
        waiter.Join();
        Assert.Equal(1, result);
        Assert.True(calledBack);
    }

    [Fact(Timeout = 30000)]
    public void Lease_Dispose_GivesTheSlotBack()
    {
        var limiter = new CapacityLimiter(1);
        CapacityLimiter.Lease lease = limiter.Acquire();
        CompleteInterrupted(Private.Field(limiter, "_lock")!, lease.Dispose);
        Assert.Equal(1, limiter.Available);
    }

    [Fact(Timeout = 30000)]
    public void Submit_ThroughALimit_TheReleasingThreadsInterruptIsNobodyElses()
    {
        using var pool = new ThreadPoolExecutor(1);
        var limiter = new CapacityLimiter(1);
        Executor limited = pool.WithLimit(limiter);
        CapacityLimiter.Lease lease = limiter.Acquire();
        ConcurrentFuture<int> waiting = limited.Submit(() => 5);
        object crew = Private.Field(pool, "_crew")!;
        CompleteInterrupted(Private.Field(crew, "_lock")!, lease.Dispose);
        Assert.Equal(5, waiting.GetResult(s_limit));
        limited.Shutdown();
    }

    /// <summary>The lower bits of the event's state count those who are, or are about to be, in Monitor.Wait.</summary>
    private static int WaitersOf(object signal) => (int)Private.Field(signal, "m_combinedState")! & 0x7FFFF;

    /// <summary>Has another thread, which is interrupted, complete something while a lock it needs is held.</summary>
    private static void CompleteInterrupted(object guard, Action complete)
    {
        Exception? failure = null;
        bool struckLater = false;
        Thread completer;
        Enter(guard);
        try
        {
            completer = StartAndBlock(() =>
            {
                Thread.CurrentThread.Interrupt();
                failure = Record.Exception(complete);
                struckLater = Record.Exception(() => Thread.Sleep(0)) is ThreadInterruptedException;
            });
        }
        finally
        {
            Exit(guard);
        }

        completer.Join();
        Assert.Null(failure);
        Assert.True(struckLater);
    }

    /// <summary>Starts a thread and returns when it waits, or has ended.</summary>
    private static Thread StartAndBlock(Action action)
    {
        var thread = new Thread(() => action()) { IsBackground = true };
        thread.Start();
        SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin) || !thread.IsAlive);
        return thread;
    }

    private static void Enter(object guard)
    {
        if (guard is Lock plain)
        {
            plain.Enter();
        }
        else
        {
            Monitor.Enter(guard);
        }
    }

    private static void Exit(object guard)
    {
        if (guard is Lock plain)
        {
            plain.Exit();
        }
        else
        {
            Monitor.Exit(guard);
        }
    }
}
