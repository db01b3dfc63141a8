namespace Bridge.Executors.Tests;

/// <summary>Rows V4 and V5, needs 3, 9, 13, 14.</summary>
public sealed class ThreadPoolExecutorTests
{
    private static readonly AsyncLocal<object?> s_ambient = new();

    [Fact]
    public void MaxWorkers_Default_IsProcessorsPlusFourAtMostThirtyTwo()
    {
        using var executor = new ThreadPoolExecutor();
        Assert.Equal(Math.Min(32, Environment.ProcessorCount + 4), executor.MaxWorkers);
        Assert.Equal(0, executor.ThreadCount);
    }

    [Fact]
    public void Constructor_BadArguments_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>("maxWorkers", () => new ThreadPoolExecutor(0));
        Assert.Throws<ArgumentOutOfRangeException>("maxWorkers", () => new ThreadPoolExecutor(-1));
        Assert.Throws<ArgumentOutOfRangeException>("idleTimeout", () => new ThreadPoolExecutor(idleTimeout: TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>("idleTimeout", () => new ThreadPoolExecutor(idleTimeout: TimeSpan.FromMilliseconds(-3)));
        Assert.Throws<ArgumentOutOfRangeException>("idleTimeout", () => new ThreadPoolExecutor(idleTimeout: TimeSpan.MaxValue));
    }

    [Fact(Timeout = 30000)]
    public void Submit_AllBusy_StartsThreadsUpToTheMaximum()
    {
        using var executor = new ThreadPoolExecutor(3);
        using var gate = new Gate();
        var futures = Enumerable.Range(0, 10).Select(_ => executor.Submit(gate.Pass)).ToList();
        SpinWait.SpinUntil(() => Volatile.Read(ref gate.Entries) == 3);
        Assert.Equal(3, executor.ThreadCount);
        Assert.Equal(7, executor.QueuedJobCount);
        Assert.Equal(3, executor.RunningJobs.Count);
        gate.Open();
        futures.ForEach(future => future.GetResult());
        Assert.Equal(10, gate.Entries);
        Assert.Equal(3, executor.ThreadCount);
    }

    [Fact(Timeout = 30000)]
    public void Submit_AWorkerIsIdle_IsReused()
    {
        using var executor = new ThreadPoolExecutor(8);
        for (int i = 0; i < 200; i++)
        {
            executor.Submit(() => i).GetResult();
            SpinWait.SpinUntil(() => executor.IdleThreadCount == executor.ThreadCount);
        }

        Assert.Equal(1, executor.ThreadCount);
    }

    [Fact(Timeout = 30000)]
    public void ThreadNames_WithPrefix_CountFromZero()
    {
        using var executor = new ThreadPoolExecutor(3, "db", priority: ThreadPriority.BelowNormal);
        using var gate = new Gate();
        var futures = Enumerable.Range(0, 3).Select(_ => executor.Submit(() =>
        {
            gate.Pass();
            return (Thread.CurrentThread.Name, Thread.CurrentThread.IsBackground, Thread.CurrentThread.Priority);
        })).ToList();
        SpinWait.SpinUntil(() => Volatile.Read(ref gate.Entries) == 3);
        Assert.Equal(["db_0", "db_1", "db_2"], executor.RunningJobs.Select(job => job.ThreadName).Order());
        gate.Open();
        Assert.All(futures, future => Assert.True(future.GetResult() is (_, true, ThreadPriority.BelowNormal)));
        Assert.Equal("db", executor.Name);
    }

    [Fact(Timeout = 30000)]
    public void ThreadNames_WithoutPrefix_NumberTheExecutors()
    {
        using var executor = new ThreadPoolExecutor(1);
        Assert.Matches("^ThreadPoolExecutor-[0-9]+_0$", executor.Submit(() => Thread.CurrentThread.Name!).GetResult());
    }

    [Fact(Timeout = 30000)]
    public void IdleTimeout_Passed_ThreadsRetireAndTheirSlotIsUsedAgain()
    {
        using var executor = new ThreadPoolExecutor(2, "short", idleTimeout: TimeSpan.FromMilliseconds(1));
        for (int round = 0; round < 20; round++)
        {
            Assert.StartsWith("short_", executor.Submit(() => Thread.CurrentThread.Name!).GetResult(), StringComparison.Ordinal);
            SpinWait.SpinUntil(() => executor.ThreadCount == 0);
        }
    }

    [Fact(Timeout = 30000)]
    public void IdleTimeout_RacesWithSubmit_NoJobIsLost()
    {
        using var executor = new ThreadPoolExecutor(2, idleTimeout: TimeSpan.FromMilliseconds(1));
        for (int i = 0; i < 300; i++)
        {
            executor.Submit(() => i).GetResult();
            if (i % 3 == 0)
            {
                Thread.Yield();
            }
            else
            {
                SpinWait.SpinUntil(() => false, 1);
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Initializer_PerThread_RunsFirst()
    {
        int initialized = 0;
        using var executor = new ThreadPoolExecutor(2, initializer: () => Interlocked.Increment(ref initialized));
        using var gate = new Gate();
        var futures = Enumerable.Range(0, 6).Select(_ => executor.Submit(gate.Pass)).ToList();
        SpinWait.SpinUntil(() => Volatile.Read(ref gate.Entries) == 2);
        gate.Open();
        futures.ForEach(future => future.GetResult());
        Assert.Equal(2, initialized);
    }

    [Fact(Timeout = 30000)]
    public void Initializer_Fails_BreaksThePoolForQueuedAndLaterJobs()
    {
        using var log = new FaultLog();
        using var gate = new Gate();
        var failure = new FormatException("initializer");
        using var executor = new ThreadPoolExecutor(1, initializer: () =>
        {
            gate.Pass();
            throw failure;
        });
        var queued = Enumerable.Range(0, 3).Select(i => executor.Submit(() => i)).ToList();
        gate.Open();
        foreach (var future in queued)
        {
            var caught = Assert.Throws<BrokenThreadPoolException>(() => future.GetResult());
            Assert.Same(failure, caught.InnerException);
        }

        var later = Assert.ThrowsAny<BrokenExecutorException>(() => executor.Submit(() => 1));
        Assert.Same(failure, later.InnerException);
        Assert.Same(failure, Assert.Single(log.From(executor)).Exception);
    }

    [Fact(Timeout = 30000)]
    public void WorkerHooks_Overridden_FrameEveryThreadAsInRowV5()
    {
        var executor = new HookedPool();
        executor.Submit(() => executor.Events.Add("job")).GetResult();
        executor.Shutdown();
        Assert.Equal(["start", "job", "stop"], executor.Events);
    }

    [Fact(Timeout = 30000)]
    public void WorkerHooks_StopThrows_IsReported()
    {
        using var log = new FaultLog();
        var executor = new HookedPool { StopFailure = new FormatException("stop") };
        executor.Submit(() => { }).GetResult();
        executor.Shutdown();
        Assert.Same(executor.StopFailure, Assert.Single(log.From(executor)).Exception);
    }

    [Fact(Timeout = 30000)]
    public void Shutdown_Waited_LeavesNoThread()
    {
        var threads = new System.Collections.Concurrent.ConcurrentBag<Thread>();
        var executor = new ThreadPoolExecutor(4);
        for (int i = 0; i < 100; i++)
        {
            executor.Submit(() => threads.Add(Thread.CurrentThread));
        }

        executor.Shutdown();
        Assert.Equal(0, executor.ThreadCount);
        Assert.All(threads, thread => Assert.False(thread.IsAlive));
    }

    [Fact(Timeout = 30000)]
    public void Threads_StartedInsideAnAmbientContext_KeepNothingOfItAlive()
    {
        // Need 9.
        using var executor = new ThreadPoolExecutor(1, idleTimeout: Timeout.InfiniteTimeSpan);
        var held = StartInsideContext(executor);
        executor.Submit(() => 1).GetResult();
        GC.Collect();
        Assert.False(held.IsAlive);
    }

    [Fact(Timeout = 30000)]
    public void Job_InstallsASynchronizationContext_NextJobDoesNotSeeIt()
    {
        using var executor = new ThreadPoolExecutor(1);
        executor.Submit(() => SynchronizationContext.SetSynchronizationContext(new SynchronizationContext())).GetResult();
        Assert.Null(executor.Submit(() => SynchronizationContext.Current).GetResult());
    }

    [Fact(Timeout = 30000)]
    public void Job_InterruptedTooLate_WorkerLivesOn()
    {
        using var executor = new ThreadPoolExecutor(1);
        var thread = executor.Submit(() => Thread.CurrentThread).GetResult();
        SpinWait.SpinUntil(() => executor.IdleThreadCount == 1);
        thread.Interrupt();
        Assert.Same(thread, executor.Submit(() => Thread.CurrentThread).GetResult());
    }

    [Fact(Timeout = 30000)]
    public void Job_BreaksTheRuleAndThrows_IsReportedAndTheWorkerLivesOn()
    {
        using var log = new FaultLog();
        using var executor = new ThreadPoolExecutor(1);
        executor.Execute(new ThrowingJob());
        Assert.Equal(1, executor.Submit(() => 1).GetResult());
        Assert.IsType<FormatException>(Assert.Single(log.From(executor)).Exception);
    }

    [Fact(Timeout = 30000)]
    public void Shutdown_AbandonedJobThrows_IsReportedAndTheOthersAreCancelled()
    {
        using var log = new FaultLog();
        using var executor = new ThreadPoolExecutor(1);
        using var gate = new Gate();
        executor.Submit(gate.Pass);
        gate.WaitUntilEntered();
        executor.Execute(new ThrowingJob());
        var other = executor.Submit(() => 1);
        executor.Shutdown(wait: false, cancelFutures: true);
        Assert.True(other.IsCancelled);
        Assert.Single(log.From(executor));
    }

    [Fact(Timeout = 30000)]
    public void GetResult_OfAJobQueuedBehindThisOne_ThrowsInsteadOfHanging()
    {
        using var executor = new ThreadPoolExecutor(1);
        var outer = executor.Submit(() => executor.Submit(() => 1).GetResult());
        Assert.Contains("only thread", Assert.Throws<InvalidOperationException>(() => outer.GetResult()).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Execute_SteadyState_AllocatesNothingBeyondTheJob()
    {
        using var executor = new ThreadPoolExecutor(1, idleTimeout: Timeout.InfiniteTimeSpan);
        var job = new CountingJob();
        RunMany(1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long workerBefore = job.WorkerBytes;
        RunMany(1000);

        // Less than a byte for each job: a lock that is contended for the first time makes its event, once.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 999);
        Assert.InRange(job.WorkerBytes - workerBefore, 0, 999);

        void RunMany(int count)
        {
            for (int i = 0; i < count; i++)
            {
                int runs = Volatile.Read(ref job.Runs);
                executor.Execute(job);
                while (Volatile.Read(ref job.Runs) == runs)
                {
                    Thread.Yield();
                }
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Submit_WhileAnInitializerIsSlow_StartsTheNextThreadAllTheSame()
    {
        using var bothSetUp = new Barrier(2);
        using var executor = new ThreadPoolExecutor(2, initializer: () => Assert.True(bothSetUp.SignalAndWait(TimeSpan.FromSeconds(20))));
        ConcurrentFuture<int> first = executor.Submit(() => 1);
        ConcurrentFuture<int> second = executor.Submit(() => 2);
        Assert.Equal(1, first.GetResult());
        Assert.Equal(2, second.GetResult());
    }

    [Fact(Timeout = 30000)]
    public void Submit_WhileAnInitializerIsSlow_IsRunByAnIdleThread()
    {
        var slow = new Gate();
        int threads = 0;
        using var executor = new ThreadPoolExecutor(2, initializer: () =>
        {
            if (Interlocked.Increment(ref threads) == 2)
            {
                slow.Pass();
            }
        });
        using Gate letGo = slow; // Disposed, and so opened, before the executor waits for its threads.
        using var gate = new Gate();
        ConcurrentFuture held = executor.Submit(gate.Pass);
        gate.WaitUntilEntered();
        ConcurrentFuture<int> waiting = executor.Submit(() => 1);
        slow.WaitUntilEntered();
        gate.Open();
        Assert.Equal(1, waiting.GetResult(TimeSpan.FromSeconds(20)));
        held.GetResult();

        // The first thread is idle, or about to be; the second is still setting itself up.
        Assert.Equal(2, executor.Submit(() => 2).GetResult(TimeSpan.FromSeconds(20)));
    }

    [Fact(Timeout = 30000)]
    public void Submit_BurstOfBlockingJobs_AllThreadsRunThemAtOnce()
    {
        using var executor = new ThreadPoolExecutor(4);
        for (int round = 0; round < 50; round++)
        {
            using var together = new Barrier(4);
            ConcurrentFuture<bool>[] jobs = [.. Enumerable.Range(0, 4).Select(_ => executor.Submit(() => together.SignalAndWait(TimeSpan.FromSeconds(20))))];
            Assert.All(jobs, job => Assert.True(job.GetResult()));
        }
    }

    private static WeakReference StartInsideContext(Executor executor)
    {
        WeakReference held = null!;
        var thread = new Thread(() =>
        {
            object big = new byte[1000];
            held = new WeakReference(big);
            s_ambient.Value = big;
            executor.Submit(() => s_ambient.Value!.ToString()).GetResult();
        });
        thread.Start();
        thread.Join();
        return held;
    }

    private sealed class HookedPool() : ThreadPoolExecutor(1)
    {
        public List<string> Events { get; } = [];

        public Exception? StopFailure { get; init; }

        protected override void OnWorkerStart() => Events.Add("start");

        protected override void OnWorkerStop()
        {
            Events.Add("stop");
            if (StopFailure is not null)
            {
                throw StopFailure;
            }
        }
    }

    private sealed class ThrowingJob : IExecutorJob
    {
        public string? Name => null;

        public bool TryStart() => true;

        public void Run() => throw new FormatException();

        public void Abandon(Exception? reason) => throw new FormatException();
    }

    private sealed class CountingJob : IExecutorJob
    {
        public int Runs;
        public long WorkerBytes;

        public string? Name => null;

        public bool TryStart() => true;

        public void Run()
        {
            WorkerBytes = GC.GetAllocatedBytesForCurrentThread();
            Volatile.Write(ref Runs, Runs + 1);
        }

        public void Abandon(Exception? reason)
        {
        }
    }
}
