namespace Bridge.Executors.Tests;

/// <summary>Rows U3 and U4: blocking for the outcome, and done callbacks.</summary>
public sealed class ConcurrentFutureBlockingTests
{
    [Fact]
    public void GetResult_NotDoneInTime_ThrowsTimeoutAndLeavesTheFutureAlone()
    {
        var future = new ConcurrentFuture<int>();
        Assert.Throws<TimeoutException>(() => future.GetResult(TimeSpan.Zero));
        Assert.Throws<TimeoutException>(() => future.GetResult(TimeSpan.FromMilliseconds(1)));
        Assert.Throws<TimeoutException>(() => future.GetException(TimeSpan.FromMilliseconds(1)));
        Assert.Equal(ConcurrentFutureState.Pending, future.State);
        future.SetResult(2);
        Assert.Equal(2, future.GetResult(TimeSpan.Zero));
        Assert.Null(future.GetException());
    }

    [Fact]
    public void GetResult_BadTimeout_Throws()
    {
        var future = new ConcurrentFuture<int>();
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => future.GetResult(TimeSpan.FromSeconds(-2)));
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => future.GetResult(TimeSpan.MaxValue));
    }

    [Theory(Timeout = 30000)]
    [InlineData("result")]
    [InlineData("exception")]
    [InlineData("cancel")]
    public void GetResult_BlockedThreads_AreAllReleased(string how)
    {
        var future = new ConcurrentFuture<int>();
        var seen = new Exception?[3];
        var threads = Enumerable.Range(0, seen.Length).Select(i => new Thread(() => seen[i] = Record.Exception(() => future.GetResult()))).ToList();
        threads.ForEach(thread => thread.Start());
        SpinWait.SpinUntil(() => threads.TrueForAll(thread => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin)));
        var failure = new FormatException();
        _ = how switch
        {
            "result" => future.TrySetResult(1),
            "exception" => future.TrySetException(failure),
            _ => future.Cancel(),
        };
        threads.ForEach(thread => thread.Join());
        Assert.All(seen, exception =>
        {
            Assert.True(how switch
            {
                "result" => exception is null,
                "exception" => ReferenceEquals(exception, failure),
                _ => exception is OperationCanceledException,
            });
        });
    }

    [Fact(Timeout = 30000)]
    public void GetResult_CallersTokenFires_EndsTheWaitOnly()
    {
        using var source = new CancellationTokenSource();
        var future = new ConcurrentFuture<int>();
        Exception? seen = null;
        var thread = new Thread(() => seen = Record.Exception(() => future.GetResult(cancellationToken: source.Token)));
        thread.Start();
        SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
        source.Cancel();
        thread.Join();
        Assert.Equal(source.Token, Assert.IsAssignableFrom<OperationCanceledException>(seen).CancellationToken);
        Assert.Equal(ConcurrentFutureState.Pending, future.State);
    }

    [Fact]
    public void OnBlockingWait_Override_CanRefuseAWaitThatCouldNeverEnd()
    {
        var future = new RefusingFuture();
        Assert.Throws<InvalidOperationException>(() => future.GetResult());
        Assert.Throws<InvalidOperationException>(() => ConcurrentFuture.Wait([future]));
        future.SetResult(1);
        Assert.Equal(1, future.GetResult());
    }

    [Theory]
    [InlineData("result")]
    [InlineData("exception")]
    [InlineData("cancel")]
    public void AddDoneCallback_BeforeDone_RunsInOrderInTheCompletingThread(string how)
    {
        var future = new ConcurrentFuture<int>();
        var calls = new List<string>();
        future.AddDoneCallback(done => calls.Add($"first {done.IsDone} {ReferenceEquals(done, future)}"));
        future.AddDoneCallback((_, state) => calls.Add($"second {state} {Environment.CurrentManagedThreadId}"), "state");
        future.AddDoneCallback(_ => calls.Add("third"));
        _ = how switch
        {
            "result" => future.TrySetResult(1),
            "exception" => future.TrySetException(new FormatException()),
            _ => future.Cancel(),
        };
        Assert.Equal(["first True True", $"second state {Environment.CurrentManagedThreadId}", "third"], calls);
    }

    [Fact]
    public void AddDoneCallback_AfterDone_RunsAtOnce()
    {
        var future = new ConcurrentFuture<int>();
        future.Cancel();
        int calls = 0;
        future.AddDoneCallback(_ => calls++);
        Assert.Equal(1, calls);
        Assert.False(future.SetRunningOrNotifyCancel());
        Assert.Equal(1, calls);
        Assert.Throws<ArgumentNullException>("callback", () => future.AddDoneCallback(null!));
        Assert.Throws<ArgumentNullException>("callback", () => future.AddDoneCallback(null!, null));
    }

    [Fact]
    public void AddDoneCallback_OneThrows_IsReportedAndTheRestRun()
    {
        using var log = new FaultLog();
        var future = new ConcurrentFuture<int>();
        var failure = new FormatException("callback");
        bool ran = false;
        future.AddDoneCallback(_ => throw failure);
        future.AddDoneCallback(_ => ran = true);
        future.SetResult(1);
        Assert.True(ran);
        Assert.Same(failure, Assert.Single(log.From(future)).Exception);
        future.AddDoneCallback(_ => throw failure);
        Assert.Equal(2, log.From(future).Count);
        Assert.Contains("done callback", log.From(future)[0].Context, StringComparison.Ordinal);
    }

    [Fact]
    public void UnhandledCallbackException_HandlerThrows_CompletionGoesOn()
    {
        var future = new ConcurrentFuture<int>();
        EventHandler<UnhandledCallbackExceptionEventArgs> bad = (sender, _) => throw new InvalidOperationException($"handler {sender}");
        ConcurrentFuture.UnhandledCallbackException += bad;
        try
        {
            bool ran = false;
            future.AddDoneCallback(_ => throw new FormatException());
            future.AddDoneCallback(_ => ran = true);
            future.SetResult(1);
            Assert.True(ran);
        }
        finally
        {
            ConcurrentFuture.UnhandledCallbackException -= bad;
        }
    }

    private sealed class RefusingFuture : ConcurrentFuture<int>
    {
        protected override void OnBlockingWait() => throw new InvalidOperationException("could never end");
    }
}
