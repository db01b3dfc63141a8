using System.Collections.Concurrent;
using Bridge.Executors;

namespace Bridge.Tests.Interop;

/// <summary>Needs 3, 4 and 6: an end within a time limit, with a report of what is stuck.</summary>
public sealed class ShutdownAsyncTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(200);

    [Fact(Timeout = 30000)]
    public async Task StuckJob_ReturnsWithAReportAndItsEndIsCounted()
    {
        using var items = new BlockingCollection<int>();
        using var taken = new ManualResetEventSlim();
        Executor.CaptureSubmitSites = true;
        EventLoopThread thread = Patient("stuck");
        Task<int> job = StartJob(thread, () =>
        {
            taken.Set();
            return items.Take();
        });
        taken.Wait();
        Executor.CaptureSubmitSites = false;
        LoopShutdownReport report = await Within(thread.Loop.ShutdownAsync(s_short));
        Assert.False(report.IsComplete);
        RunningJob stuck = Assert.Single(report.StuckJobs);
        Assert.StartsWith("stuck", stuck.ThreadName, StringComparison.Ordinal);
        Assert.Contains(nameof(ShutdownAsyncTests), stuck.Name, StringComparison.Ordinal);
        Assert.True(stuck.Age > TimeSpan.Zero);
        Assert.Contains(nameof(StartJob), stuck.SubmitSite, StringComparison.Ordinal);
        Assert.Contains(stuck.Name!, report.ToString(), StringComparison.Ordinal);
        Assert.Empty(report.PendingTasks);
        Assert.True(report.LoopAnswered);
        Assert.True(thread.Loop.IsClosed);
        Assert.True(thread.Stop(LoopHost.Limit));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job);

        // Its end is late: nothing is thrown, and it is counted.
        items.Add(1);
        Assert.True(SpinWait.SpinUntil(() => thread.Loop.LateCompletions == 1, LoopHost.Limit));
    }

    [Fact(Timeout = 30000)]
    public async Task NothingRuns_IsCompleteAndTheThreadEnds()
    {
        var thread = new EventLoopThread("idle");
        thread.Run(() => LoopTask.ToThread(() => { }));
        LoopShutdownReport report = await Within(thread.Loop.ShutdownAsync(LoopHost.Limit));
        Assert.True(report.IsComplete, report.ToString());
        Assert.Contains("completely", report.ToString(), StringComparison.Ordinal);
        Assert.True(thread.Stop(LoopHost.Limit));
    }

    [Fact(Timeout = 30000)]
    public async Task Tasks_AreCancelledAndTheirFinallyBlocksRun()
    {
        var thread = new EventLoopThread();
        int cleanedUp = 0;
        Task task = thread.RunAsync(async Coroutine () =>
        {
            try
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                await LoopTask.ToThread(() => Interlocked.Increment(ref cleanedUp));
                await LoopTask.Yield();
                Interlocked.Increment(ref cleanedUp);
            }
        });
        thread.Run(() => LoopTask.Sleep(TimeSpan.Zero));
        LoopShutdownReport report = await Within(thread.Loop.ShutdownAsync(LoopHost.Limit));
        Assert.True(report.IsComplete, report.ToString());
        Assert.Equal(2, cleanedUp);
        Assert.True(task.IsCanceled);
        thread.Dispose();
    }

    [Fact(Timeout = 30000)]
    public async Task TaskThatDoesNotEnd_IsListedAndTheLoopClosed()
    {
        EventLoopThread thread = Patient();
        var reports = new ConcurrentQueue<LoopErrorContext>();
        thread.Run(async Coroutine () =>
        {
            await LoopTask.Yield();
            thread.Loop.ExceptionHandler = (_, report) => reports.Enqueue(report);
            LoopFuture<int> never = thread.Loop.CreateFuture<int>();
            LoopTask.Create(Stubborn(never)).Name = "stubborn";
            await LoopTask.Yield();
        });
        LoopShutdownReport report = await Within(thread.Loop.ShutdownAsync(s_short));
        Assert.Equal("stubborn", Assert.Single(report.PendingTasks).Name);
        Assert.Contains("stubborn", report.ToString(), StringComparison.Ordinal);
        Assert.True(thread.Stop(LoopHost.Limit));
        Assert.True(thread.Loop.IsClosed);
        Assert.Contains("destroyed", Assert.Single(reports).Message, StringComparison.Ordinal);

        static async Coroutine Stubborn(LoopFuture<int> never)
        {
            try
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                await LoopTask.Shield(never);
            }
        }
    }

    [Fact(Timeout = 30000)]
    public async Task TaskThatAlwaysStartsAnother_IsEndedByTheLimit()
    {
        EventLoopThread thread = Patient();
        using var started = new ManualResetEventSlim();
        thread.Run(async Coroutine () =>
        {
            await LoopTask.Yield();
            thread.Loop.ExceptionHandler = (_, _) => { };
            _ = LoopTask.Create(Again());
            await LoopTask.Yield();
            started.Set();
        });
        started.Wait();
        LoopShutdownReport report = await Within(thread.Loop.ShutdownAsync(s_short));
        Assert.True(report.LoopAnswered);
        Assert.NotEmpty(report.PendingTasks);
        Assert.True(thread.Stop(LoopHost.Limit));
        Assert.True(thread.Loop.IsClosed);

        static async Coroutine Again()
        {
            try
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                _ = LoopTask.Create(Again());
            }
        }
    }

    [Fact(Timeout = 30000)]
    public async Task CallbackHoldsTheLoop_IsToldAndTheLoopClosesLater()
    {
        var thread = new EventLoopThread();
        using var held = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        thread.Loop.CallSoonThreadSafe(() =>
        {
            held.Set();
            go.Wait();
        });
        held.Wait();
        LoopShutdownReport report = await Within(thread.Loop.ShutdownAsync(s_short));
        Assert.False(report.LoopAnswered);
        Assert.False(report.IsComplete);
        Assert.Contains("did not answer", report.ToString(), StringComparison.Ordinal);
        go.Set();
        Assert.True(thread.Stop(LoopHost.Limit));
        Assert.True(thread.Loop.IsClosed);
    }

    [Fact(Timeout = 30000)]
    public async Task Interrupt_StuckJob_IsFreedAndNothingIsLeft()
    {
        using var items = new BlockingCollection<int>();
        using var taken = new ManualResetEventSlim();
        var thread = new EventLoopThread();
        _ = StartJob(thread, () =>
        {
            taken.Set();
            return items.Take();
        });
        taken.Wait();
        LoopShutdownReport report = await Within(thread.Loop.ShutdownAsync(TimeSpan.FromSeconds(8), JobEnding.Interrupt));
        Assert.True(report.IsComplete, report.ToString());
        thread.Dispose();
    }

    [Fact(Timeout = 30000)]
    public async Task Abandon_RunningJob_IsNotWaitedFor()
    {
        using var go = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        var thread = new EventLoopThread();
        _ = StartJob(thread, () =>
        {
            started.Set();
            go.Wait();
            return 1;
        });
        started.Wait();

        // The limit is never reached: nobody lets the job go before.
        LoopShutdownReport report = await thread.Loop.ShutdownAsync(TimeSpan.FromHours(1), JobEnding.Abandon).WaitAsync(LoopHost.Limit);
        Assert.Single(report.StuckJobs);
        go.Set();
        thread.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void AwaitedInMain_MainIsSparedAndTheRunnerDoesNotWaitAgain()
    {
        using var go = new ManualResetEventSlim();
        EventLoop? loop = null;
        LoopShutdownReport report = EventLoop.Run(
            async Coroutine<LoopShutdownReport> () =>
            {
                loop = EventLoop.Running;
                loop.ShutdownGrace = LoopHost.Limit;
                LoopFuture<int> started = loop.CreateFuture<int>();
                _ = loop.RunInExecutor(null, () =>
                {
                    loop.CallSoonThreadSafe(() => started.SetResult(1));
                    go.Wait();
                });
                await started;
                LoopTask other = LoopTask.Create(LoopTask.Sleep(TimeSpan.FromHours(1)));
                LoopShutdownReport report = await loop.ShutdownAsync(TimeSpan.FromSeconds(1));
                Assert.True(other.IsCancelled);
                Assert.True(loop.IsOnLoopThread);
                await LoopTask.Yield();
                return report;
            },
            new RunnerOptions { LoopFactory = () => new SelectorEventLoop(options: new EventLoopOptions { Logger = new RecordingLogger() }) });

        // The runner would have waited for 300 seconds.
        Assert.Single(report.StuckJobs);
        Assert.True(loop!.IsClosed);
        go.Set();
    }

    [Fact(Timeout = 30000)]
    public async Task FromOutside_MainOfARunnerIsCancelledAndTheRunnerWindsUp()
    {
        var started = new TaskCompletionSource<EventLoop>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool cleanedUp = false;
        Task run = Task.Factory.StartNew(
            () => EventLoop.Run(async Coroutine () =>
            {
                started.SetResult(EventLoop.Running);
                try
                {
                    await LoopTask.Sleep(TimeSpan.FromHours(1));
                }
                finally
                {
                    await LoopTask.Yield();
                    cleanedUp = true;
                }
            }),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        EventLoop loop = await started.Task;
        LoopShutdownReport report = await Within(loop.ShutdownAsync(LoopHost.Limit));
        Assert.True(report.IsComplete, report.ToString());
        Assert.True(cleanedUp);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.True(loop.IsClosed);
    }

    [Fact(Timeout = 30000)]
    public async Task FromOutside_MainThatDoesNotEnd_RunThrowsAndSaysSo()
    {
        var started = new TaskCompletionSource<EventLoop>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task run = Task.Factory.StartNew(
            () => EventLoop.Run(
                async Coroutine () =>
                {
                    EventLoop.Running.ExceptionHandler = (_, _) => { };
                    LoopFuture<int> never = EventLoop.Running.CreateFuture<int>();
                    started.SetResult(EventLoop.Running);
                    try
                    {
                        await LoopTask.Sleep(TimeSpan.FromHours(1));
                    }
                    finally
                    {
                        await LoopTask.Shield(never);
                    }
                }),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        EventLoop loop = await started.Task;
        LoopShutdownReport report = await Within(loop.ShutdownAsync(s_short));
        _ = Assert.Single(report.PendingTasks);
        var ended = await Assert.ThrowsAsync<InvalidOperationException>(() => run);
        Assert.Contains("shut down", ended.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public async Task NobodyRunsTheLoop_ItIsRunToItsEnd()
    {
        var loop = new SelectorEventLoop();
        bool cleanedUp = false;
        LoopTask task = loop.CreateTask(Body());
        loop.CallSoon(loop.Stop);
        loop.RunForever();
        LoopShutdownReport report = await Within(loop.ShutdownAsync(LoopHost.Limit));
        Assert.True(report.IsComplete, report.ToString());
        Assert.True(cleanedUp);
        Assert.True(task.IsCancelled);
        Assert.True(loop.IsClosed);
        Assert.True((await loop.ShutdownAsync(TimeSpan.Zero)).IsComplete);

        async Coroutine Body()
        {
            try
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                cleanedUp = true;
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void BadArguments_ThrowAtTheCall()
    {
        using var loop = new SelectorEventLoop();
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => { _ = loop.ShutdownAsync(TimeSpan.FromTicks(-1)); });
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => { _ = loop.ShutdownAsync(TimeSpan.FromDays(25)); });
        Assert.Throws<ArgumentOutOfRangeException>("runningJobs", () => { _ = loop.ShutdownAsync(TimeSpan.Zero, (JobEnding)3); });
        Assert.Throws<ArgumentOutOfRangeException>("options", () => new Runner(new RunnerOptions { ExecutorShutdownTimeout = TimeSpan.FromTicks(-1) }).Dispose());
    }

    /// <summary>A loop that may be late with its answer, on a busy machine.</summary>
    private static EventLoopThread Patient(string? name = null)
    {
        var thread = new EventLoopThread(name);
        thread.Loop.ShutdownGrace = LoopHost.Limit;
        return thread;
    }

    private static Task<int> StartJob(EventLoopThread thread, Func<int> function)
        => thread.RunAsync(async Coroutine<int> () => await thread.Loop.RunInExecutor(null, function));

    private static Task<T> Within<T>(Task<T> task) => task.WaitAsync(LoopHost.Limit);
}
