using System.Threading.Channels;
using Bridge.Executors;
using Bridge.TestKit;

namespace Bridge.Tests.Interop;

/// <summary>Rows W1 to W3, W7, W9 to W11: what a single border has beyond the common contract.</summary>
public sealed class BridgeTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void WrapFuture_OwnFuture_IsReturnedItself()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        Assert.Same(future, Loop.WrapFuture(future));
        Assert.Same(future, Loop.WrapFuture((LoopFuture)future));
    }

    [Fact(Timeout = 30000)]
    public void WrapFuture_SourceDoneAlready_ArrivesOneTurnLater() => Run(async Coroutine () =>
    {
        var concurrent = new ConcurrentFuture<int>();
        concurrent.SetResult(1);
        LoopFuture<int> first = Loop.WrapFuture(concurrent);
        LoopFuture<int> second = Loop.WrapFuture(Task.FromResult(2));
        Assert.False(first.IsDone);
        Assert.False(second.IsDone);
        await LoopTask.Yield();
        Assert.Equal(1, first.GetResult());
        Assert.Equal(2, second.GetResult());
    });

    [Fact(Timeout = 30000)]
    public void WrapFuture_CancelledWhileTheOutcomeIsUnderWay_StaysCancelled() => Run(async Coroutine () =>
    {
        var concurrent = new ConcurrentFuture<int>();
        LoopFuture<int> future = Loop.WrapFuture(concurrent);
        concurrent.SetException(new InvalidDataException());
        future.Cancel();
        await LoopTask.Yield();
        await LoopTask.Yield();
        Assert.True(future.IsCancelled);
    });

    [Fact(Timeout = 30000)]
    public void WrapFuture_UsersTokenSourceDisposed_CancelDoesNotThrow()
    {
        var source = new CancellationTokenSource();
        LoopFuture<int> future = Loop.WrapFuture(new TaskCompletionSource<int>().Task, source);
        source.Dispose();
        Assert.True(future.Cancel());
    }

    [Fact(Timeout = 30000)]
    public void WrapFuture_StartThrowsOrGivesNull_FutureFails() => Run(async Coroutine () =>
    {
        var thrown = new InvalidDataException();
        LoopFuture first = Loop.WrapFuture(Task (_) => throw thrown);
        LoopFuture<int> second = Loop.WrapFuture(Task<int> (_) => null!);
        await RunInExecutorTests.Settled(first);
        await RunInExecutorTests.Settled(second);
        Assert.Same(thrown, first.GetException());
        Assert.IsType<InvalidOperationException>(second.GetException());
    });

    [Fact(Timeout = 30000)]
    public void WrapFuture_BadCalls_ThrowAtOnce()
    {
        Assert.Throws<ArgumentNullException>(() => Loop.WrapFuture((Task)null!));
        Assert.Throws<ArgumentNullException>(() => Loop.WrapFuture((ConcurrentFuture<int>)null!));
        Assert.Throws<ArgumentNullException>("source", () => Futures.Chain((LoopFuture<int>)null!, new ConcurrentFuture<int>()));
        Assert.Throws<ArgumentNullException>("destination", () => Futures.Chain(new ConcurrentFuture<int>(), (TaskCompletionSource<int>)null!));
        Assert.Throws<InvalidOperationException>(() => Task.CompletedTask.AsLoopFuture());
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(() => Loop.WrapFuture(Task.CompletedTask));
    }

    [Fact(Timeout = 30000)]
    public void Cancelled_OverABorder_EveryCallerSeesTokenAndReason() => Run(async Coroutine () =>
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        LoopFuture<int> future = Loop.WrapFuture(Task.FromCanceled<int>(source.Token));
        await RunInExecutorTests.Settled(future);
        for (int look = 0; look < 2; look++)
        {
            var cancelled = Assert.ThrowsAny<OperationCanceledException>(() => future.GetResult());
            Assert.Equal(source.Token, cancelled.CancellationToken);
        }
    });

    [Fact(Timeout = 30000)]
    public void AsTask_TokenFires_TaskIsCanceledWithThatToken() => Run(async Coroutine () =>
    {
        using var source = new CancellationTokenSource();
        LoopFuture<int> future = Loop.CreateFuture<int>();
        Task<int> task = future.AsTask(source.Token);
        source.Cancel();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await task);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.True(task.IsCanceled);
        Assert.True(future.IsCancelled);
    });

    [Fact(Timeout = 30000)]
    public void AsTask_AfterTheRun_DoneFutureGivesItsOutcomeAtOnce()
    {
        LoopTask<int> task = Loop.CreateTask(LoopTask.Sleep(TimeSpan.Zero, 3));
        Assert.Equal(3, Loop.RunUntilComplete(task));
        Assert.Equal(3, task.AsTask().GetAwaiter().GetResult());
        Loop.Close();
        Assert.Equal(3, task.AsTask().GetAwaiter().GetResult());
        Assert.Throws<LoopClosedException>(() => Loop.CreateFuture<int>().AsTask().GetAwaiter().GetResult());
    }

    [Fact(Timeout = 30000)]
    public void AsTask_Failure_CountsAsSeenByTheLoop()
    {
        Run(async Coroutine () =>
        {
            Task task = FailedAsTask();
            await LoopTask.Yield();
            await Assert.ThrowsAsync<InvalidDataException>(async () => await task);
        });
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Empty(Reports);

        Task FailedAsTask()
        {
            LoopFuture<int> future = Loop.CreateFuture<int>();
            future.SetException(new InvalidDataException());
            return future.AsTask();
        }
    }

    [Fact(Timeout = 30000)]
    public void Chain_DestinationCompletedOtherwise_IsReportedNotLost()
    {
        var source = new ConcurrentFuture<int>();
        LoopFuture<int> destination = Loop.CreateFuture<int>();
        Futures.Chain(source, destination);
        destination.SetResult(1);
        var failure = new InvalidDataException();
        source.SetException(failure);
        RunTurns();
        Assert.Same(failure, TakeReport().Exception);
        Assert.Equal(1, destination.GetResult());
        Assert.False(source.IsCancelled);
    }

    [Fact(Timeout = 30000)]
    public void Chain_DestinationCancelledAndSourceFails_SourceReportsIt()
    {
        LoopFuture<int> destination = Loop.CreateFuture<int>();
        destination.Cancel();
        var source = new ConcurrentFuture<int>();
        Futures.Chain(source, destination);
        source.TrySetException(new InvalidDataException());
        RunTurns(2);
        Assert.True(destination.IsCancelled);
        Assert.Empty(Reports);
    }

    [Fact(Timeout = 30000)]
    public void Chain_LoopNotRunningAndSourceDoneElsewhere_DeliversOnTheLoopThread()
    {
        var source = new ConcurrentFuture<int>();
        LoopFuture<int> destination = Loop.CreateFuture<int>();
        Futures.Chain(source, destination);
        var worker = new Thread(() => source.SetResult(4));
        worker.Start();
        worker.Join();
        Assert.False(destination.IsDone);
        Assert.Equal(4, Loop.RunUntilComplete(destination));
    }

    [Fact(Timeout = 30000)]
    public void Await_ForeignTasks_AlwaysComesBackToTheLoopThread() => Run(async Coroutine () =>
    {
        int home = Environment.CurrentManagedThreadId;
        LoopTask current = LoopTask.Current!;
        await Task.Run(() => 1);
        Check();
        Assert.Equal(2, await new ValueTask<int>(Task.Run(() => 2)));
        Check();
        await Task.CompletedTask;
        Check();
        await HidesTheContext();
        Check();
        await Task.Run(() => { }).ConfigureAwait(false);
        Check();
        await Assert.ThrowsAsync<InvalidDataException>(async () => await Task.Run(() => throw new InvalidDataException()));
        Check();
        var concurrent = new ConcurrentFuture<int>();
        ThreadPool.UnsafeQueueUserWorkItem(_ => concurrent.SetResult(3), null);
        Assert.Equal(3, await concurrent);
        Check();

        void Check()
        {
            Assert.Equal(home, Environment.CurrentManagedThreadId);
            Assert.Same(current, LoopTask.Current);
            Assert.Same(Loop.SynchronizationContext, SynchronizationContext.Current);
        }

        static async Task HidesTheContext() => await Task.Run(() => { }).ConfigureAwait(false);
    });

    [Fact(Timeout = 30000)]
    public void Await_TaskThatFailsOrIsCancelled_ComesBackToTheLoopThread() => Run(async Coroutine () =>
    {
        int home = Environment.CurrentManagedThreadId;
        try
        {
            await Task.Run(static () => BorderContract.ThrowerOfTheBorderTests());
            Assert.Fail("It throws.");
        }
        catch (InvalidDataException caught)
        {
            Assert.Contains(nameof(BorderContract.ThrowerOfTheBorderTests), caught.StackTrace, StringComparison.Ordinal);
        }

        Assert.Equal(home, Environment.CurrentManagedThreadId);
        using var source = new CancellationTokenSource();
        var pending = new TaskCompletionSource();
        using CancellationTokenRegistration registration = source.Token.Register(() => pending.TrySetCanceled(source.Token));
        _ = source.CancelAsync();
        try
        {
            await pending.Task;
            Assert.Fail("It was cancelled.");
        }
        catch (OperationCanceledException cancelled)
        {
            Assert.Equal(source.Token, cancelled.CancellationToken);
        }

        Assert.Equal(home, Environment.CurrentManagedThreadId);
    });

    [Fact(Timeout = 30000)]
    public void Await_TaskWhileCancelled_TokenFiresAndTheNextAwaitThrows() => Run(async Coroutine () =>
    {
        var reached = new TaskCompletionSource();
        bool passedTheForeignAwait = false;
        LoopTask task = LoopTask.Create(Body());
        await LoopTask.Yield();
        task.Cancel("enough");
        await reached.Task;
        await RunInExecutorTests.Settled(task);
        Assert.True(passedTheForeignAwait);
        Assert.True(task.IsCancelled);

        async Coroutine Body()
        {
            await Task.Run(() => LoopTaskToken(task: LoopTask.Current));
            var pending = new TaskCompletionSource();
            using CancellationTokenRegistration registration = LoopTask.Current!.CancellationToken.Register(() => pending.TrySetResult());
            await pending.Task;
            passedTheForeignAwait = true;
            reached.SetResult();
            await LoopTask.Yield();
            Assert.Fail("Not reached.");
        }

        static void LoopTaskToken(LoopTask? task) => Assert.Null(task);
    });

    [Fact(Timeout = 30000)]
    public void Await_ChannelReader_ComesBackToTheLoopThread() => Run(async Coroutine () =>
    {
        int home = Environment.CurrentManagedThreadId;
        var channel = Channel.CreateUnbounded<int>();
        _ = Task.Run(() => channel.Writer.TryWrite(9));
        Assert.Equal(9, await channel.Reader.ReadAsync());
        Assert.Equal(home, Environment.CurrentManagedThreadId);
    });

    [Fact(Timeout = 30000)]
    public void Await_FutureOfAnotherLoop_ThrowsAndNamesTheBridge()
    {
        using var other = new LoopHost("other");
        LoopFuture<int> future = other.Loop.CreateFuture<int>();
        Run(async Coroutine () =>
        {
            await LoopTask.Yield();
            try
            {
                await future;
                Assert.Fail("It throws.");
            }
            catch (InvalidOperationException refused)
            {
                Assert.Contains("other", refused.Message, StringComparison.Ordinal);
                Assert.Contains("WrapFuture", refused.Message, StringComparison.Ordinal);
            }

            var wrong = Assert.Throws<InvalidOperationException>(() => future.SetResult(1));
            Assert.Contains("'other'", wrong.Message, StringComparison.Ordinal);
            Assert.Contains($"'{Loop.Name}'", wrong.Message, StringComparison.Ordinal);
            Assert.Contains($"{other.ThreadId}", wrong.Message, StringComparison.Ordinal);
            other.Loop.CallSoonThreadSafe(() => future.SetResult(5));
            Assert.Equal(5, await Loop.WrapFuture(future));
            await Loop.WrapFuture(other.Get(() => other.Loop.CreateTask(LoopTask.Sleep(TimeSpan.Zero))));
        });
    }
}
