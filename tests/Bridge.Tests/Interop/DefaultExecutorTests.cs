using Bridge.TestKit;

namespace Bridge.Tests.Interop;

/// <summary>Rows T1, T5 to T7.</summary>
public sealed class DefaultExecutorTests : LoopTest
{
    private static readonly AsyncLocal<string?> s_tenant = new();

    [Fact(Timeout = 30000)]
    public void ShutdownDefaultExecutor_NeverUsed_RefusesCallsFromThenOn() => Run(async Coroutine () =>
    {
        await Loop.ShutdownDefaultExecutor();
        var refused = Assert.Throws<InvalidOperationException>(() => Loop.RunInExecutor(null, () => 1));
        Assert.Contains("shut down", refused.Message, StringComparison.Ordinal);
        using var other = new Bridge.Executors.ThreadPoolExecutor(1);
        Assert.Equal(1, await Loop.RunInExecutor(other, () => 1));
    });

    [Fact(Timeout = 30000)]
    public void ShutdownDefaultExecutor_JobRuns_WaitsWhileTheLoopGoesOn() => Run(async Coroutine () =>
    {
        using var go = new ManualResetEventSlim();
        LoopFuture<int> job = Loop.RunInExecutor(null, () =>
        {
            go.Wait();
            return 1;
        });
        LoopTask shutdown = Loop.CreateTask(Loop.ShutdownDefaultExecutor());
        await LoopTask.Yield();
        await LoopTask.Yield();
        Assert.False(shutdown.IsDone);
        go.Set();
        await shutdown;
        Assert.Equal(1, await job);
    });

    [Fact(Timeout = 30000)]
    public void ShutdownDefaultExecutor_TimeIsOver_ReturnsAndLeavesTheJob() => Run(async Coroutine () =>
    {
        using var go = new ManualResetEventSlim();
        LoopFuture job = Loop.RunInExecutor(null, () => go.Wait());
        TextWriter errors = Console.Error;
        var written = new StringWriter();
        Console.SetError(written);
        try
        {
            await Loop.ShutdownDefaultExecutor(TimeSpan.FromMilliseconds(1));
        }
        finally
        {
            Console.SetError(errors);
        }

        Assert.Contains("did not finish", written.ToString(), StringComparison.Ordinal);
        Assert.False(job.IsDone);
        go.Set();
        await job;
    });

    [Fact(Timeout = 30000)]
    public void ShutdownDefaultExecutor_AwaitCancelled_LeavesTheCancelledFutureAlone() => Run(async Coroutine () =>
    {
        using var go = new ManualResetEventSlim();
        LoopFuture job = Loop.RunInExecutor(null, () => go.Wait());
        LoopTask shutdown = Loop.CreateTask(Loop.ShutdownDefaultExecutor());
        await LoopTask.Yield();
        await LoopTask.Yield();
        shutdown.Cancel();
        await RunInExecutorTests.Settled(shutdown);
        Assert.True(shutdown.IsCancelled);
        go.Set();
        await job;
        await Loop.ShutdownDefaultExecutor();
    });

    [Fact(Timeout = 30000)]
    public void ShutdownDefaultExecutor_NegativeTimeout_ThrowsAtTheCall()
        => Assert.Throws<ArgumentOutOfRangeException>(() => Loop.ShutdownDefaultExecutor(TimeSpan.FromSeconds(-1)));

    [Fact(Timeout = 30000)]
    public void ToThread_Function_RunsOnceElsewhereAndGivesItsResult() => Run(async Coroutine () =>
    {
        int here = Environment.CurrentManagedThreadId;
        int calls = 0;
        int thread = await LoopTask.ToThread(() =>
        {
            Interlocked.Increment(ref calls);
            return Environment.CurrentManagedThreadId;
        });
        Assert.NotEqual(here, thread);
        Assert.Equal(1, calls);
        Assert.Equal(here, Environment.CurrentManagedThreadId);
    });

    [Fact(Timeout = 30000)]
    public void ToThread_Throws_SameExceptionArrives() => Run(async Coroutine () =>
    {
        var thrown = new InvalidDataException("from the thread");
        try
        {
            await LoopTask.ToThread(() => throw thrown);
            Assert.Fail("It throws.");
        }
        catch (InvalidDataException caught)
        {
            Assert.Same(thrown, caught);
        }
    });

    [Fact(Timeout = 30000)]
    public void ToThread_TwoThatMeet_RunConcurrently() => Run(async Coroutine () =>
    {
        using var barrier = new Barrier(2);
        LoopTask other = LoopTask.Create(LoopTask.ToThread(() => barrier.SignalAndWait()));
        await LoopTask.ToThread(() => barrier.SignalAndWait());
        await other;
    });

    [Fact(Timeout = 30000)]
    public void ToThread_AmbientContext_IsACopyOfTheAwaitersOwn() => Run(async Coroutine () =>
    {
        s_tenant.Value = "loop";
        Coroutine<string?> call = LoopTask.ToThread<string?>(() =>
        {
            string? seen = s_tenant.Value;
            s_tenant.Value = "thread";
            return seen;
        });
        Assert.Equal("loop", await call);
        Assert.Equal("loop", s_tenant.Value);
    });

    [Fact(Timeout = 30000)]
    public void ToThread_AwaiterCancelled_TokenStopsTheFunction() => Run(async Coroutine () =>
    {
        using var started = new ManualResetEventSlim();
        var stopped = new TaskCompletionSource();
        LoopTask task = LoopTask.Create(LoopTask.ToThread(token =>
        {
            started.Set();
            token.WaitHandle.WaitOne();
            stopped.SetResult();
        }));
        await LoopTask.ToThread(() => started.Wait());
        task.Cancel();
        await RunInExecutorTests.Settled(task);
        Assert.True(task.IsCancelled);
        await stopped.Task;
    });
}
