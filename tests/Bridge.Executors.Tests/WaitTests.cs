namespace Bridge.Executors.Tests;

/// <summary>Row U7: Wait.</summary>
public sealed class WaitTests
{
    private static ConcurrentFuture<int>[] Futures(int count) => [.. Enumerable.Range(0, count).Select(_ => new ConcurrentFuture<int>())];

    [Theory]
    [InlineData(WaitCondition.FirstCompleted)]
    [InlineData(WaitCondition.FirstException)]
    [InlineData(WaitCondition.AllCompleted)]
    public void Wait_Empty_ReturnsAtOnce(WaitCondition condition)
    {
        var (done, notDone) = ConcurrentFuture.Wait(Array.Empty<ConcurrentFuture>(), null, condition);
        Assert.Empty(done);
        Assert.Empty(notDone);
    }

    [Fact]
    public void Wait_BadArguments_Throws()
    {
        Assert.Throws<ArgumentNullException>("futures", () => ConcurrentFuture.Wait<ConcurrentFuture>(null!));
        Assert.Throws<ArgumentException>("futures", () => ConcurrentFuture.Wait(new ConcurrentFuture[] { null! }));
        Assert.Throws<ArgumentOutOfRangeException>("condition", () => ConcurrentFuture.Wait(Futures(1), null, (WaitCondition)9));
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => ConcurrentFuture.Wait(Futures(1), TimeSpan.FromSeconds(-2)));
    }

    [Fact]
    public void Wait_SameFutureTwice_CountsOnce()
    {
        var future = new ConcurrentFuture<int>();
        future.SetResult(1);
        Assert.Single(ConcurrentFuture.Wait([future, future]).Done);
    }

    [Fact]
    public void Wait_SomeDone_FirstCompletedReturnsAtOnce()
    {
        var futures = Futures(3);
        futures[1].SetResult(1);
        var (done, notDone) = ConcurrentFuture.Wait(futures, null, WaitCondition.FirstCompleted);
        Assert.Equal([futures[1]], done);
        Assert.Equal([futures[0], futures[2]], notDone);
    }

    [Fact(Timeout = 30000)]
    public void Wait_FirstException_EndsWithAFailureButNotWithACancel()
    {
        var futures = Futures(3);
        futures[0].TrySetCanceled();
        Assert.Single(ConcurrentFuture.Wait(futures, TimeSpan.FromMilliseconds(1), WaitCondition.FirstException).Done);
        futures[1].SetException(new FormatException());
        var (done, notDone) = ConcurrentFuture.Wait(futures, null, WaitCondition.FirstException);
        Assert.Equal(2, done.Count);
        Assert.Equal([futures[2]], notDone);
    }

    [Fact(Timeout = 30000)]
    public void Wait_CompletedFromOtherThreads_ReturnsThemAll()
    {
        for (int round = 0; round < 100; round++)
        {
            var futures = Futures(8);
            using var start = new Barrier(3);
            var completers = Enumerable.Range(0, 2).Select(t => new Thread(() =>
            {
                start.SignalAndWait();
                for (int i = t; i < futures.Length; i += 2)
                {
                    _ = (i % 3) switch
                    {
                        0 => futures[i].TrySetResult(i),
                        1 => futures[i].TrySetException(new FormatException()),
                        _ => futures[i].TrySetCanceled(),
                    };
                }
            })).ToList();
            completers.ForEach(thread => thread.Start());
            start.SignalAndWait();
            var (done, notDone) = ConcurrentFuture.Wait(futures);
            completers.ForEach(thread => thread.Join());
            Assert.Equal(futures.Length, done.Count);
            Assert.Empty(notDone);
        }
    }

    [Fact(Timeout = 30000)]
    public void Wait_CancelledButNotNotified_IsNotDone()
    {
        var future = new ConcurrentFuture<int>();
        future.Cancel();
        Assert.Equal([future], ConcurrentFuture.Wait([future], TimeSpan.FromMilliseconds(1)).NotDone);
        using var waiting = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            ConcurrentFuture.Wait([future]);
            waiting.Set();
        });
        thread.Start();
        SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
        Assert.False(waiting.IsSet);
        future.SetRunningOrNotifyCancel();
        thread.Join();
        Assert.Equal([future], ConcurrentFuture.Wait([future]).Done);
    }

    [Fact]
    public void Wait_TimeIsUp_ReturnsNormallyWithBothSets()
    {
        var futures = Futures(2);
        futures[0].SetResult(1);
        var (done, notDone) = ConcurrentFuture.Wait(futures, TimeSpan.Zero);
        Assert.Equal([futures[0]], done);
        Assert.Equal([futures[1]], notDone);
    }
}
