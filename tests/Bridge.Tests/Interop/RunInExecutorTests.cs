using Bridge.Executors;
using Bridge.TestKit;

namespace Bridge.Tests.Interop;

/// <summary>Rows T1 to T4.</summary>
public sealed class RunInExecutorTests : LoopTest
{
    private static readonly AsyncLocal<string?> s_tenant = new();

    [Fact(Timeout = 30000)]
    public void RunInExecutor_DefaultExecutor_RunsOnItsThreadsAndComesBack() => Run(async Coroutine () =>
    {
        int loopThread = Environment.CurrentManagedThreadId;
        (string? name, bool background, bool pool) = await Loop.RunInExecutor(null, () =>
            (Thread.CurrentThread.Name, Thread.CurrentThread.IsBackground, Thread.CurrentThread.IsThreadPoolThread));
        Assert.StartsWith(Loop.Name, name, StringComparison.Ordinal);
        Assert.True(background);
        Assert.False(pool);
        Assert.Equal(loopThread, Environment.CurrentManagedThreadId);
    });

    [Fact(Timeout = 30000)]
    public void RunInExecutor_NamedExecutor_IsUsed()
    {
        using var executor = new ThreadPoolExecutor(1, "special");
        string? name = Run(async Coroutine<string?> () => await Loop.RunInExecutor(executor, () => Thread.CurrentThread.Name));
        Assert.Equal("special_0", name);
    }

    [Fact(Timeout = 30000)]
    public void RunInExecutor_FutureCancelledWhileQueued_NeverRuns()
    {
        using var executor = new ThreadPoolExecutor(1);
        using var go = new ManualResetEventSlim();
        bool ran = false;
        Run(async Coroutine () =>
        {
            LoopFuture blocker = Loop.RunInExecutor(executor, () => go.Wait());
            LoopFuture queued = Loop.RunInExecutor(executor, () => { ran = true; });
            Assert.True(queued.Cancel());
            Assert.True(queued.IsCancelled);
            go.Set();
            await blocker;
        });
        executor.Shutdown();
        Assert.False(ran);
    }

    [Fact(Timeout = 30000)]
    public void ExecutorCallCount_QueuedRunningCancelled_CountsWhatHasNotComeBack()
    {
        using var executor = new ThreadPoolExecutor(1);
        using var started = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        Run(async Coroutine () =>
        {
            LoopFuture running = Loop.RunInExecutor(executor, () =>
            {
                started.Set();
                go.Wait();
            });
            LoopFuture queued = Loop.RunInExecutor(executor, () => { });
            LoopFuture<int> last = Loop.RunInExecutor(executor, () => 1);
            Assert.Equal(3, Loop.ExecutorCallCount);
            queued.Cancel();
            Assert.Equal(2, Loop.ExecutorCallCount);
            started.Wait();
            running.Cancel();
            Assert.Equal(2, Loop.ExecutorCallCount);
            go.Set();
            await last;
            Assert.Equal(0, Loop.ExecutorCallCount);
            executor.Shutdown();
            Assert.Throws<InvalidOperationException>(() => { Loop.RunInExecutor(executor, () => { }); });
            Assert.Equal(0, Loop.ExecutorCallCount);
            await LoopTask.ToThread(() => { });
            await Loop.ShutdownDefaultExecutor();
            Assert.Equal(0, Loop.ExecutorCallCount);
        });
    }

    [Fact(Timeout = 30000)]
    public void RunInExecutor_FutureCancelledWhileRunning_CallGoesOnAndItsFailureIsIgnored()
    {
        using var executor = new ThreadPoolExecutor(1);
        using var started = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        Run(async Coroutine () =>
        {
            LoopFuture running = Loop.RunInExecutor(executor, () =>
            {
                started.Set();
                go.Wait();
                throw new InvalidDataException("nobody wants to know");
            });
            started.Wait();
            Assert.True(running.Cancel());
            go.Set();
            await LoopTask.ToThread(() => executor.Shutdown());
            await LoopTask.Yield();
            Assert.True(running.IsCancelled);
        });
    }

    [Fact(Timeout = 30000)]
    public void RunInExecutor_AwaitingTaskCancelled_TokenFiresInTheWorker()
    {
        using var started = new ManualResetEventSlim();
        var stopped = new TaskCompletionSource();
        Run(async Coroutine () =>
        {
            LoopTask<int> task = Loop.CreateTask(Waiter());
            await LoopTask.ToThread(() => started.Wait());
            task.Cancel();
            try
            {
                await task;
                Assert.Fail("It was cancelled.");
            }
            catch (OperationCanceledException)
            {
                // As asked.
            }

            await stopped.Task;
        });

        async Coroutine<int> Waiter() => await Loop.RunInExecutor(null, token =>
        {
            started.Set();
            token.WaitHandle.WaitOne();
            stopped.SetResult();
            return 1;
        });
    }

    [Fact(Timeout = 30000)]
    public void RunInExecutor_TokenCallbackThrows_IsReported()
    {
        using var started = new ManualResetEventSlim();
        Run(async Coroutine () =>
        {
            LoopFuture<bool> future = Loop.RunInExecutor(null, token =>
            {
                token.Register(() => throw new InvalidDataException("callback"));
                started.Set();
                return token.WaitHandle.WaitOne();
            });
            started.Wait();
            future.Cancel();
            while (Reports.Count == 0)
            {
                await Task.Yield();
            }
        });
        Assert.IsType<InvalidDataException>(TakeReport().Exception);
    }

    [Fact(Timeout = 30000)]
    public void RunInExecutor_FunctionThrowsCancellation_FutureFailsWithIt() => Run(async Coroutine () =>
    {
        var thrown = new OperationCanceledException();
        LoopFuture future = Loop.RunInExecutor(null, () => throw thrown);
        await Settled(future);
        Assert.False(future.IsCancelled);
        Assert.Same(thrown, future.GetException());
    });

    [Fact(Timeout = 30000)]
    public void RunInExecutor_AmbientContext_FlowsInAndNotBack() => Run(async Coroutine () =>
    {
        s_tenant.Value = "outer";
        string? seen = await Loop.RunInExecutor(null, () =>
        {
            string? found = s_tenant.Value;
            s_tenant.Value = "inner";
            return found;
        });
        Assert.Equal("outer", seen);
        Assert.Equal("outer", s_tenant.Value);
        LoopFuture<string?> plain;
        using (ExecutionContext.SuppressFlow())
        {
            plain = Loop.RunInExecutor<string?>(null, () => s_tenant.Value);
        }

        Assert.Null(await plain);
    });

    [Fact(Timeout = 30000)]
    public void RunInExecutor_ExecutorRunsJobsInsideSubmit_CallersContextStays() => Run(async Coroutine () =>
    {
        await LoopTask.Yield();
        s_tenant.Value = "caller";
        LoopFuture<string?> future;
        using (ExecutionContext.SuppressFlow())
        {
            future = Loop.RunInExecutor<string?>(new InlineExecutor(), () => s_tenant.Value);
            Assert.True(ExecutionContext.IsFlowSuppressed());
        }

        Assert.Equal("caller", s_tenant.Value);
        Assert.False(future.IsDone);
        Assert.Null(await future);
    });

    [Fact(Timeout = 30000)]
    public void RunInExecutor_WhileRunning_IsNamedInReports() => Run(async Coroutine () =>
    {
        using var executor = new ThreadPoolExecutor(1);
        using var go = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        LoopFuture future = Loop.RunInExecutor(executor, BlockingCallWithAName);
        started.Wait();
        Assert.Contains(nameof(BlockingCallWithAName), Assert.Single(executor.RunningJobs).Name, StringComparison.Ordinal);
        go.Set();
        await future;

        void BlockingCallWithAName()
        {
            started.Set();
            go.Wait();
        }
    });

    [Fact(Timeout = 30000)]
    public void RunInExecutor_BadCalls_ThrowAtOnce()
    {
        Assert.Throws<ArgumentNullException>(() => Loop.RunInExecutor(null, (Func<int>)null!));
        Assert.Throws<ArgumentNullException>(() => Loop.SetDefaultExecutor(null!));
        var executor = new ThreadPoolExecutor(1);
        executor.Shutdown();
        Assert.Throws<InvalidOperationException>(() => Loop.RunInExecutor(executor, () => 1));
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(() => Loop.RunInExecutor(null, () => 1));
    }

    [Fact(Timeout = 30000)]
    public void SetDefaultExecutor_Replaced_OldOneIsNotShutDown()
    {
        using var first = new ThreadPoolExecutor(1, "first");
        using var second = new ThreadPoolExecutor(1, "second");
        Loop.SetDefaultExecutor(first);
        Loop.SetDefaultExecutor(second);
        Assert.Equal("second_0", Run(async Coroutine<string?> () => await Loop.RunInExecutor(null, () => Thread.CurrentThread.Name)));
        Assert.Equal(1, first.Submit(() => 1).GetResult());
        Loop.Close();
        Assert.Throws<InvalidOperationException>(() => second.Submit(() => 1));
    }

    [Fact(Timeout = 30000)]
    public void Close_DefaultExecutorBusy_DoesNotWait()
    {
        using var started = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        Loop.RunInExecutor(null, () =>
        {
            started.Set();
            go.Wait();
        });
        started.Wait();
        Loop.Close();
        go.Set();
        Assert.True(SpinWait.SpinUntil(() => Loop.LateCompletions == 1, LoopHost.Limit));
    }

    /// <summary>Done when the future is, whatever its outcome.</summary>
    internal static async Coroutine Settled(LoopFuture future)
    {
        while (!future.IsDone)
        {
            await Task.Yield();
        }
    }

    private sealed class InlineExecutor : Executor
    {
        public override void Shutdown(bool wait = true, bool cancelFutures = false)
        {
        }

        public override ShutdownReport Shutdown(TimeSpan timeout, bool cancelFutures = false) => throw new NotSupportedException();

        protected override void Enqueue(IExecutorJob job)
        {
            if (job.TryStart())
            {
                job.Run();
            }
        }
    }
}
