using System.Runtime.CompilerServices;

namespace Bridge.Executors.Tests;

/// <summary>Rows U1, U2, U5, U6, U9, U10: states and transitions.</summary>
public sealed class ConcurrentFutureTests
{
    [Fact]
    public void State_ThroughAFullLife_IsAsInRowU1()
    {
        var future = new ConcurrentFuture<int>();
        Assert.Equal(ConcurrentFutureState.Pending, future.State);
        Assert.False(future.IsDone || future.IsRunning || future.IsCancelled || future.IsCancellationRequested);
        Assert.True(future.SetRunningOrNotifyCancel());
        Assert.Equal(ConcurrentFutureState.Running, future.State);
        Assert.True(future.IsRunning);
        future.SetResult(1);
        Assert.Equal(ConcurrentFutureState.Finished, future.State);
        Assert.True(future.IsDone);
        Assert.False(future.IsRunning || future.IsCancelled);
    }

    [Fact]
    public void ToString_InEachState_NamesTypeStateAndOutcome()
    {
        var future = new ConcurrentFuture<int>();
        Assert.Equal("ConcurrentFuture<Int32> (Pending)", future.ToString());
        future.Cancel();
        Assert.Equal("ConcurrentFuture<Int32> (Cancelled)", future.ToString());
        var failed = new ConcurrentFuture<string>();
        failed.SetException(new FormatException());
        Assert.Equal("ConcurrentFuture<String> (Finished, FormatException)", failed.ToString());
        var done = new ConcurrentFuture<string>();
        done.SetResult("x");
        Assert.Equal("ConcurrentFuture<String> (Finished, result)", done.ToString());
    }

    [Fact]
    public void Cancel_InEachState_AnswersAsInRowU2()
    {
        var pending = new ConcurrentFuture<int>();
        Assert.True(pending.Cancel());
        Assert.True(pending.Cancel());
        Assert.False(pending.SetRunningOrNotifyCancel());
        Assert.True(pending.Cancel());

        var running = new ConcurrentFuture<int>();
        running.SetRunningOrNotifyCancel();
        Assert.False(running.Cancel());
        Assert.True(running.IsCancellationRequested);
        running.SetResult(1);
        Assert.False(running.Cancel());
        Assert.Equal(1, running.GetResult());
    }

    [Fact]
    public void SetRunningOrNotifyCancel_Cancelled_IsFalseOnceAndThenAnErrorAsInRowU5()
    {
        var future = new ConcurrentFuture<int>();
        future.Cancel();
        Assert.Equal(ConcurrentFutureState.Cancelled, future.State);
        Assert.False(future.SetRunningOrNotifyCancel());
        Assert.Equal(ConcurrentFutureState.CancelledAndNotified, future.State);
        Assert.Contains("unexpected state", Assert.Throws<InvalidStateException>(() => future.SetRunningOrNotifyCancel()).Message, StringComparison.Ordinal);

        var running = new ConcurrentFuture<int>();
        Assert.True(running.SetRunningOrNotifyCancel());
        Assert.Throws<InvalidStateException>(() => running.SetRunningOrNotifyCancel());

        var finished = new ConcurrentFuture<int>();
        finished.SetResult(1);
        Assert.Throws<InvalidStateException>(() => finished.SetRunningOrNotifyCancel());

        var cancelledByProducer = new ConcurrentFuture<int>();
        cancelledByProducer.TrySetCanceled();
        Assert.False(cancelledByProducer.SetRunningOrNotifyCancel());
    }

    [Fact]
    public void SetResult_Twice_ThrowsAndNamesTheStateAsInRowU6()
    {
        var finished = new ConcurrentFuture<int>();
        finished.SetResult(1);
        Assert.Contains("Finished", Assert.Throws<InvalidStateException>(() => finished.SetResult(2)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidStateException>(() => finished.SetException(new FormatException()));
        Assert.False(finished.TrySetResult(2));
        Assert.False(finished.TrySetException(new FormatException()));
        Assert.False(finished.TrySetCanceled());
        Assert.Equal(1, finished.GetResult());

        var cancelled = new ConcurrentFuture<int>();
        cancelled.Cancel();
        Assert.Contains("Cancelled", Assert.Throws<InvalidStateException>(() => cancelled.SetResult(2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>("exception", () => new ConcurrentFuture<int>().SetException(null!));
    }

    [Fact]
    public void TrySetCanceled_WithToken_KeepsItAttached()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var future = new ConcurrentFuture<int>();
        var task = future.Task;
        Assert.True(future.TrySetCanceled(source.Token));
        Assert.Equal(ConcurrentFutureState.CancelledAndNotified, future.State);
        Assert.Equal(source.Token, Assert.Throws<OperationCanceledException>(() => future.GetResult()).CancellationToken);
        Assert.Equal(source.Token, Assert.Throws<OperationCanceledException>(() => future.GetException()).CancellationToken);
        Assert.True(task.IsCanceled);
        Assert.Equal(source.Token, Assert.Throws<TaskCanceledException>(() => task.GetAwaiter().GetResult()).CancellationToken);
        Assert.Equal(source.Token, future.GetSnapshot().CancellationToken);
    }

    [Fact]
    public void GetSnapshot_InEachState_IsConsistentAsInRowU10()
    {
        var future = new ConcurrentFuture<string>();
        var pending = future.GetSnapshot();
        Assert.False(pending.IsDone || pending.IsCancelled);
        future.SetResult("r");
        var done = future.GetSnapshot();
        Assert.True(done.IsDone);
        Assert.Equal(("r", null), (done.Result, done.Exception));

        var failure = new FormatException();
        var failed = new ConcurrentFuture<string>();
        failed.SetException(failure);
        Assert.Same(failure, failed.GetSnapshot().Exception);

        var cancelled = new ConcurrentFuture<string>();
        cancelled.Cancel();
        Assert.True(cancelled.GetSnapshot() is { IsDone: true, IsCancelled: true, Exception: null });
    }

    [Fact]
    public void Task_BeforeAndAfterDone_IsTheSameObjectWithTheSameOutcome()
    {
        var early = new ConcurrentFuture<int>();
        var task = early.Task;
        Assert.False(task.IsCompleted);
        early.SetResult(3);
        Assert.True(task.IsCompletedSuccessfully);
        Assert.Same(task, early.Task);
        Assert.Same(task, ((ConcurrentFuture)early).Task);

        var late = new ConcurrentFuture<int>();
        var failure = new FormatException();
        late.SetException(failure);
        Assert.Same(failure, Assert.Single(late.Task.Exception!.InnerExceptions));
    }

    [Fact(Timeout = 30000)]
    public async Task SetResult_WithAwaiters_NeverRunsThemInside()
    {
        // Need 20: the awaiter would need the lock that the completing thread holds.
        var guard = new object();
        var future = new ConcurrentFuture<int>();
        var awaiting = AwaitAndLock();
        lock (guard)
        {
            future.SetResult(4);
            Assert.False(awaiting.IsCompleted);
        }

        Assert.Equal(4, await awaiting);

        async Task<int> AwaitAndLock()
        {
            int result = await future.Task.ConfigureAwait(false);
            lock (guard)
            {
                return result;
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void CancellationToken_CallbackBlocks_CancelReturnsAllTheSame()
    {
        // Need 21.
        using var gate = new Gate();
        var future = new ConcurrentFuture<int>();
        future.SetRunningOrNotifyCancel();
        using var registration = future.CancellationToken.Register(gate.Pass);
        Assert.False(future.Cancel());
        gate.WaitUntilEntered();
        Assert.True(future.CancellationToken.IsCancellationRequested);
        gate.Open();
        future.SetResult(0);
    }

    [Fact(Timeout = 30000)]
    public void CancellationToken_AskedForAfterTheCancel_HasFired()
    {
        var running = new ConcurrentFuture<int>();
        running.SetRunningOrNotifyCancel();
        running.Cancel();
        Assert.True(running.CancellationToken.IsCancellationRequested);
        Assert.Equal(running.CancellationToken, running.CancellationToken);
        var pending = new ConcurrentFuture<int>();
        var token = pending.CancellationToken;
        Assert.False(token.IsCancellationRequested);
        pending.Cancel();
        Assert.True(token.IsCancellationRequested);
    }

    [Fact(Timeout = 30000)]
    public void CancellationToken_CallbackThrows_IsReported()
    {
        using var log = new FaultLog();
        var future = new ConcurrentFuture<int>();
        var failure = new FormatException("token");
        using var registration = future.CancellationToken.Register(() => throw failure);
        Assert.True(future.Cancel());
        SpinWait.SpinUntil(() => log.From(future).Count > 0);
        Assert.Same(failure, Assert.Single(log.From(future)).Exception);
    }

    [Fact]
    public void Stopped_OfAFutureMadeByHand_IsDone()
    {
        var future = new ConcurrentFuture<int>();
        var stopped = future.Stopped;
        Assert.False(stopped.IsCompleted);
        future.SetException(new FormatException());
        Assert.True(stopped.IsCompletedSuccessfully);
        Assert.True(future.Stopped.IsCompletedSuccessfully);
    }

    [Fact(Timeout = 30000)]
    public void Dropped_AfterTheWork_KeepsNothingOfItAlive()
    {
        using var executor = new ThreadPoolExecutor(maxWorkers: 1);
        var (future, captured) = Submit(executor);
        future.GetResult();
        GC.Collect();
        Assert.False(captured.IsAlive);
        GC.KeepAlive(future);
    }

    [Fact(Timeout = 30000)]
    public void Cancel_WhileQueued_LetsGoOfTheWorkAtOnce()
    {
        using var executor = new ThreadPoolExecutor(maxWorkers: 1);
        using var gate = new Gate();
        executor.Submit(gate.Pass);
        gate.WaitUntilEntered();
        var (future, captured) = Submit(executor);
        future.Cancel();
        GC.Collect();
        Assert.False(captured.IsAlive);
        gate.Open();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (ConcurrentFuture Future, WeakReference Captured) Submit(Executor executor)
    {
        object captured = new();
        return (executor.Submit(() => captured.GetHashCode()), new WeakReference(captured));
    }
}
