using System.Collections.Concurrent;
using Bridge.Executors;

namespace Bridge.Tests.Interop;

/// <summary>Need 11: sync code on one thread calls async code that calls sync code on that thread, and so on: the blocked thread lends itself.</summary>
public sealed class AffineLendingTests : IDisposable
{
    private readonly EventLoopThread _loop = new("lending");
    private readonly AffineExecutor _affine = new("affine");
    private readonly AffineExecutor _other = new("other");

    public void Dispose()
    {
        _affine.Dispose();
        _other.Dispose();
        _loop.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void GetResult_AffineSyncAndLoopNestedTenDeep_Completes()
    {
        var threads = new ConcurrentBag<int>();
        Assert.Equal(10, _affine.Submit(() => Nest(10)).GetResult(LoopHost.Limit));
        Assert.Single(threads.Distinct());

        int Nest(int depth)
        {
            threads.Add(Environment.CurrentManagedThreadId);
            return depth == 0 ? 0 : _loop.Run(async Coroutine<int> () => await EventLoop.Running.RunInExecutor(_affine, () => Nest(depth - 1)) + 1);
        }
    }

    [Fact(Timeout = 30000)]
    public void GetResult_ThroughRunCoroutineThreadSafe_Completes()
    {
        Assert.Equal(10, _affine.Submit(() => Nest(10)).GetResult(LoopHost.Limit));

        int Nest(int depth) => depth == 0
            ? 0
            : _loop.Loop.RunCoroutineThreadSafe(async Coroutine<int> () =>
            {
                await LoopTask.Yield();
                return await EventLoop.Running.CreateTask(Call(depth)) + 1;
            }).GetResult();

        async Coroutine<int> Call(int depth) => await EventLoop.Running.RunInExecutor(_affine, () => Nest(depth - 1));
    }

    [Fact(Timeout = 30000)]
    public void GetResult_TwoExecutorsInTurn_Completes()
    {
        Assert.Equal(10, _affine.Submit(() => Nest(10)).GetResult(LoopHost.Limit));

        int Nest(int depth) => depth == 0
            ? 0
            : _loop.Run(async Coroutine<int> () => await EventLoop.Running.RunInExecutor(depth % 2 == 0 ? _other : _affine, () => Nest(depth - 1)) + 1);
    }

    [Fact(Timeout = 30000)]
    public void GetResult_ExecutorsAlone_Completes()
    {
        Assert.Equal(10, _affine.Submit(() => Nest(10)).GetResult(LoopHost.Limit));

        int Nest(int depth) => depth == 0 ? 0 : (depth % 2 == 0 ? _other : _affine).Submit(() => Nest(depth - 1)).GetResult() + 1;
    }

    [Fact(Timeout = 30000)]
    public void Run_LoopOnTheAffineThreadItself_Completes()
    {
        int inside = 0;
        int outside = _affine.Submit(() => EventLoop.Run(async Coroutine<int> () =>
        {
            inside = await EventLoop.Running.RunInExecutor(_affine, () => Environment.CurrentManagedThreadId);
            return await EventLoop.Running.RunInExecutor(null, () => _affine.Submit(() => Environment.CurrentManagedThreadId).GetResult());
        })).GetResult(LoopHost.Limit);
        Assert.Equal(inside, outside);
    }

    [Fact(Timeout = 30000)]
    public void Run_JobCausedBeforeTheLoopBegins_IsRunByTheLoop()
        => Assert.Equal(5, _affine.Submit(() =>
        {
            using var queued = new ManualResetEventSlim();
            ConcurrentFuture<int> indirect = _other.Submit(() =>
            {
                ConcurrentFuture<int> job = _affine.Submit(() => 5);
                queued.Set();
                return job.GetResult(LoopHost.Limit / 2);
            });
            queued.Wait();
            return EventLoop.Run(async Coroutine<int> () => await EventLoop.Running.WrapFuture(indirect));
        }).GetResult(LoopHost.Limit));

    [Fact(Timeout = 30000)]
    public void GetResult_StrangersJobs_WaitForTheirTurn()
    {
        var order = new ConcurrentQueue<string>();
        using var blocked = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        ConcurrentFuture first = _affine.Submit(() =>
        {
            _loop.Run(async Coroutine () =>
            {
                await EventLoop.Running.RunInExecutor(_affine, () =>
                {
                    blocked.Set();
                    go.Wait();
                    order.Enqueue("caused");
                });
                await EventLoop.Running.RunInExecutor(_affine, () => order.Enqueue("caused too"));
            });
            order.Enqueue("first");
        });
        blocked.Wait();
        ConcurrentFuture stranger = _affine.Submit(() => order.Enqueue("stranger"));
        go.Set();
        stranger.GetResult(LoopHost.Limit);
        first.GetResult(LoopHost.Limit);
        Assert.Equal(["caused", "caused too", "first", "stranger"], order);
    }

    [Fact(Timeout = 30000)]
    public void GetResult_CausedButNeverWaitedFor_RunsInItsTurn()
    {
        ConcurrentFuture<int>? left = null;
        _affine.Submit(() =>
        {
            _loop.Loop.RunCoroutineThreadSafe(async Coroutine () =>
            {
                left = _affine.Submit(() => 1);
                await LoopTask.Yield();
            }).Stopped.GetAwaiter().GetResult();
        }).GetResult(LoopHost.Limit);
        Assert.Equal(1, left!.GetResult(LoopHost.Limit));
    }

    [Fact(Timeout = 30000)]
    public void GetResult_LimitAndTokenWhileLending_EndTheWait()
    {
        var never = new ConcurrentFuture<int>();
        using var source = new CancellationTokenSource();
        Assert.Throws<TimeoutException>(() => _affine.Submit(() => never.GetResult(TimeSpan.FromMilliseconds(5))).GetResult(LoopHost.Limit));
        ConcurrentFuture<int> wait = _affine.Submit(() => never.GetResult(cancellationToken: source.Token));
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => wait.GetResult(LoopHost.Limit));
        never.SetResult(1);
        Assert.Equal(1, _affine.Submit(() => never.GetResult()).GetResult(LoopHost.Limit));
    }

    [Fact(Timeout = 30000)]
    public void GetResult_TwoThreadsWaitForEachOther_ThrowsAndPrintsTheChain()
    {
        using var both = new Barrier(2);
        ConcurrentFuture<int> one = _affine.Submit(() => WaitFor(_other));
        ConcurrentFuture<int> two = _other.Submit(() => WaitFor(_affine));
        Exception?[] failures = [one.GetException(LoopHost.Limit), two.GetException(LoopHost.Limit)];
        Exception failure = failures.First(failure => failure is not null)!;
        Assert.IsType<InvalidOperationException>(failure);
        Assert.Contains("'affine'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("'other'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("circle", failure.Message, StringComparison.Ordinal);

        int WaitFor(AffineExecutor executor)
        {
            both.SignalAndWait();
            return executor.Submit(() => 1).GetResult();
        }
    }
}
