namespace Bridge.Executors.Tests;

/// <summary>What every executor promises: rows V1, V3 and V8. One sealed class per executor supplies the factory, with one thread at a time.</summary>
public abstract partial class ExecutorContract
{
    private static readonly AsyncLocal<string?> s_ambient = new();

    protected abstract Executor Create();

    [Fact(Timeout = 30000)]
    public void Submit_Function_GivesItsResultFromAnotherThread()
    {
        using var executor = Create();
        int thread = executor.Submit(() => Environment.CurrentManagedThreadId).GetResult();
        Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
    }

    [Fact(Timeout = 30000)]
    public async Task Submit_Awaited_GivesResultOrException()
    {
        using var executor = Create();
        Assert.Equal(42, await executor.Submit(() => 42));
        bool ran = false;
        await executor.Submit(() => { ran = true; });
        Assert.True(ran);
        await Assert.ThrowsAsync<FormatException>(async () => await executor.Submit(() => int.Parse("x")));
    }

    [Fact(Timeout = 30000)]
    public void Submit_Null_Throws()
    {
        using var executor = Create();
        Assert.Throws<ArgumentNullException>("work", () => executor.Submit((Func<int>)null!));
        Assert.Throws<ArgumentNullException>("work", () => executor.Submit((Action)null!));
        Assert.Throws<ArgumentNullException>("work", () => executor.Submit((Func<CancellationToken, int>)null!));
        Assert.Throws<ArgumentNullException>("work", () => executor.Submit((Action<CancellationToken>)null!));
        Assert.Throws<ArgumentNullException>("job", () => executor.Execute(null!));
        Assert.Throws<ArgumentNullException>("limiter", () => executor.WithLimit(null!));
    }

    [Fact(Timeout = 30000)]
    public void Submit_WorkThrows_GivesSameObjectWithOriginalFrames()
    {
        using var executor = Create();
        var thrown = new InvalidTimeZoneException("boom");
        var future = executor.Submit(() => ThrowIt(thrown));
        var caught = Assert.Throws<InvalidTimeZoneException>(() => future.GetResult());
        Assert.Same(thrown, caught);
        Assert.Contains(nameof(ThrowIt), caught.StackTrace, StringComparison.Ordinal);
        Assert.Same(thrown, future.GetException());
        Assert.Equal(ConcurrentFutureState.Finished, future.State);
    }

    [Fact(Timeout = 30000)]
    public void Submit_AmbientContext_FlowsInAndNeverOut()
    {
        using var executor = Create();
        s_ambient.Value = "caller";
        var seen = executor.Submit(() =>
        {
            string? before = s_ambient.Value;
            s_ambient.Value = "changed";
            return before;
        });
        Assert.Equal("caller", seen.GetResult());
        Assert.Equal("caller", s_ambient.Value);

        ConcurrentFuture<string?> withoutFlow;
        using (ExecutionContext.SuppressFlow())
        {
            withoutFlow = executor.Submit<string?>(() => s_ambient.Value);
        }

        Assert.Null(withoutFlow.GetResult());
        s_ambient.Value = null;
        Assert.Null(executor.Submit(() => s_ambient.Value).GetResult());
    }

    [Fact(Timeout = 30000)]
    public void Submit_JobLeavesContextBehindWithFlowSuppressed_NextJobDoesNotSeeIt()
    {
        using var executor = Create();
        using (ExecutionContext.SuppressFlow())
        {
            executor.Submit(() => { s_ambient.Value = "left behind"; }).GetResult();
            Assert.Null(executor.Submit(() => s_ambient.Value).GetResult());
        }
    }

    [Fact(Timeout = 30000)]
    public void Cancel_WhileQueued_NeverRunsAndLeavesNoTrace()
    {
        using var executor = Create();
        using var gate = new Gate();
        var busy = executor.Submit(gate.Pass);
        gate.WaitUntilEntered();
        bool ran = false;
        var queued = executor.Submit(() => { ran = true; });
        Assert.True(queued.Cancel());
        Assert.True(queued.IsCancelled);
        Assert.True(queued.Stopped.IsCompletedSuccessfully);
        gate.Open();
        executor.Shutdown();
        Assert.False(ran);
        busy.GetResult();
        Assert.Equal(ConcurrentFutureState.CancelledAndNotified, queued.State);
    }

    [Fact(Timeout = 30000)]
    public void Cancel_WhileRunning_IsRefusedButFiresTheToken()
    {
        using var executor = Create();
        using var entered = new ManualResetEventSlim();
        CancellationToken given = default;
        var future = executor.Submit(token =>
        {
            given = token;
            entered.Set();
            token.WaitHandle.WaitOne();
            token.ThrowIfCancellationRequested();
            return 1;
        });
        entered.Wait();
        Assert.False(future.Cancel());
        var caught = Assert.ThrowsAny<OperationCanceledException>(() => future.GetResult());
        Assert.Equal(given, caught.CancellationToken);
        Assert.True(future.IsCancelled);
        Assert.True(future.Task.IsCanceled);
    }

    [Fact(Timeout = 30000)]
    public void Cancel_WhileRunningWorkIgnoresToken_ResultStays()
    {
        using var executor = Create();
        using var gate = new Gate();
        var future = executor.Submit(_ =>
        {
            gate.Pass();
            return 5;
        });
        gate.WaitUntilEntered();
        Assert.True(future.IsRunning);
        Assert.False(future.Cancel());
        Assert.True(future.IsCancellationRequested);
        gate.Open();
        Assert.Equal(5, future.GetResult());
        Assert.False(future.Cancel());
    }

    [Fact(Timeout = 30000)]
    public void Submit_WorkThrowsForeignCancellation_EndsFinishedWithIt()
    {
        using var executor = Create();
        using var foreign = new CancellationTokenSource();
        foreign.Cancel();
        var future = executor.Submit(_ => foreign.Token.ThrowIfCancellationRequested());
        Assert.IsAssignableFrom<OperationCanceledException>(future.GetException());
        Assert.Equal(ConcurrentFutureState.Finished, future.State);
        Assert.True(future.Task.IsFaulted);
        Assert.NotNull(future.Task.Exception);
    }

    [Fact(Timeout = 30000)]
    public void TrySetCanceled_WhileRunning_IsDoneAtOnceAndStoppedWhenTheFunctionReturned()
    {
        using var executor = Create();
        using var gate = new Gate();
        var future = executor.Submit(gate.Pass);
        gate.WaitUntilEntered();
        Assert.True(future.TrySetCanceled());
        Assert.True(future.IsCancelled);
        Assert.False(future.Stopped.IsCompleted);
        gate.Open();
        future.Stopped.GetAwaiter().GetResult();
        Assert.True(future.IsCancelled);
    }

    [Fact(Timeout = 30000)]
    public void Execute_ForeignJob_IsStartedAndRunOnceOrNotAtAll()
    {
        using var executor = Create();
        var runs = new ProbeJob(startable: true);
        var cancelled = new ProbeJob(startable: false);
        executor.Execute(runs);
        executor.Execute(cancelled);
        executor.Shutdown();
        Assert.Equal(["start", "run"], runs.Calls);
        Assert.Equal(["start"], cancelled.Calls);
    }

    [Fact(Timeout = 30000)]
    public void Submit_ManyFromManyThreads_AllRunOnce()
    {
        using var executor = Create();
        const int Threads = 4, Each = 500;
        int[] runs = new int[Threads * Each];
        using var start = new Barrier(Threads);
        var submitters = Enumerable.Range(0, Threads).Select(t => new Thread(() =>
        {
            start.SignalAndWait();
            for (int i = 0; i < Each; i++)
            {
                int index = (t * Each) + i;
                executor.Submit(() => { Interlocked.Increment(ref runs[index]); });
            }
        })).ToList();
        submitters.ForEach(thread => thread.Start());
        submitters.ForEach(thread => thread.Join());
        executor.Shutdown();
        Assert.All(runs, count => Assert.Equal(1, count));
    }

    private static int ThrowIt(Exception exception) => throw exception;

    protected sealed class ProbeJob(bool startable) : IExecutorJob
    {
        public List<string> Calls { get; } = [];

        public string? Name => "probe";

        public bool TryStart()
        {
            Calls.Add("start");
            return startable;
        }

        public void Run() => Calls.Add("run");

        public void Abandon(Exception? reason) => Calls.Add($"abandon {reason?.Message}");
    }
}
