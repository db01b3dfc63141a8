namespace Bridge.Executors.Tests;

/// <summary>A single-threaded executor whose thread waits inside a job runs what that job caused meanwhile. With loops: AffineLendingTests of Bridge.</summary>
public sealed class LendingTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly AffineExecutor _affine = new("affine");
    private readonly AffineExecutor _other = new("other");
    private readonly ThreadPoolExecutor _pool = new(2);

    public void Dispose()
    {
        _affine.Dispose();
        _other.Dispose();
        _pool.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void Wait_ForWorkThatNeedsThisThread_RunsIt()
        => Assert.Equal(7, _affine.Submit(() =>
        {
            ConcurrentFuture<int> indirect = _pool.Submit(() => _affine.Submit(() => 7).GetResult());
            ConcurrentFuture.Wait([indirect], s_limit / 2);
            return indirect.GetResult(TimeSpan.Zero);
        }).GetResult(s_limit));

    [Fact(Timeout = 30000)]
    public void AsCompleted_OverWorkThatNeedsThisThread_RunsIt()
        => Assert.Equal(3, _affine.Submit(() => ConcurrentFuture
            .AsCompleted([Indirect(1), Indirect(2)], s_limit / 2)
            .Sum(static future => future.GetResult())).GetResult(s_limit));

    [Fact(Timeout = 30000)]
    public void Wait_ZeroTime_RunsNothing()
        => _affine.Submit(() =>
        {
            using var queued = new ManualResetEventSlim();
            ConcurrentFuture<int> inner = null!;
            ConcurrentFuture outer = _pool.Submit(() =>
            {
                inner = _affine.Submit(() => 1);
                queued.Set();
            });
            queued.Wait();
            ConcurrentFuture.Wait([inner], TimeSpan.Zero, WaitCondition.FirstCompleted);
            Assert.False(inner.IsDone);
            outer.GetResult();
        }).GetResult(s_limit);

    [Fact(Timeout = 30000)]
    public void InterruptRunningJobs_JobThatHasLentItsThread_IsStruckAfterwards()
    {
        using var gate = new Gate();
        ConcurrentFuture job = _affine.Submit(() =>
        {
            Indirect(1).GetResult();
            gate.Pass();
        });
        gate.WaitUntilEntered();
        Assert.Equal(1, _affine.InterruptRunningJobs());
        Assert.IsType<ThreadInterruptedException>(job.GetException(s_limit));
    }

    [Fact(Timeout = 30000)]
    public void GetResult_CircleThatATokenCanEnd_DoesNotThrow()
    {
        using var source = new CancellationTokenSource();
        using var begun = new ManualResetEventSlim();
        Thread? waiting = null;
        ConcurrentFuture<int> first = _affine.Submit(() =>
        {
            begun.Wait();
            SpinWait.SpinUntil(() => waiting!.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
            ConcurrentFuture<int> behind = _other.Submit(() => 1);
            Thread here = Thread.CurrentThread;
            _pool.Submit(() =>
            {
                SpinWait.SpinUntil(() => here.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
                source.Cancel();
            });
            return behind.GetResult();
        });
        ConcurrentFuture<int> second = _other.Submit(() =>
        {
            waiting = Thread.CurrentThread;
            begun.Set();
            return _affine.Submit(() => 2).GetResult(cancellationToken: source.Token);
        });
        Assert.Equal(1, first.GetResult(s_limit));
        Assert.Throws<OperationCanceledException>(() => second.GetResult(s_limit));
    }

    [Fact(Timeout = 30000)]
    public void GetResult_WaitsThatEndEarly_LeaveNothingInTheFuture()
    {
        var never = new ConcurrentFuture<int>();
        _affine.Submit(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                Thread.CurrentThread.Interrupt();
                Assert.Throws<ThreadInterruptedException>(() => never.GetResult());
            }
        }).GetResult(s_limit);
        Assert.Null(Private.Field(never, "_callbacks"));
        Assert.Empty((System.Collections.ICollection)Private.Field(Private.Field(never, "_extras")!, "_bells")!);
        never.SetResult(1);
    }

    [Fact(Timeout = 30000)]
    public void GetResult_Lending_GoesOnBeforeTheDoneCallbacks()
    {
        var future = new ConcurrentFuture<int>();
        using var wentOn = new ManualResetEventSlim();
        bool inTime = false;
        future.AddDoneCallback(_ => inTime = wentOn.Wait(s_limit / 2));
        using var begun = new ManualResetEventSlim();
        Thread? waiting = null;
        ConcurrentFuture job = _affine.Submit(() =>
        {
            waiting = Thread.CurrentThread;
            begun.Set();
            future.GetResult();
            wentOn.Set();
        });
        begun.Wait(TestContext.Current.CancellationToken);
        SpinWait.SpinUntil(() => waiting!.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
        future.SetResult(1);
        job.GetResult(s_limit);
        Assert.True(inTime);
    }

    private ConcurrentFuture<int> Indirect(int result) => _pool.Submit(() => _affine.Submit(() => result).GetResult());
}
