using Bridge.Executors;
using Nito.AsyncEx;

namespace Bridge.Tests.Interop;

/// <summary>Issue needs 17, 22 and 23 with foreign loops: Nito's AsyncContext and AsyncContextThread as peers, any SynchronizationContext as a target.</summary>
public sealed class ForeignLoopTests : IDisposable
{
    private readonly LoopHost _host = new("ours");

    public void Dispose() => _host.Dispose();

    [Fact(Timeout = 30000)]
    public async Task AsyncContextThread_AwaitsOurFuture_GoesOnOnItsOwnThread()
    {
        using var peer = new AsyncContextThread();
        int itsThread = await peer.Factory.Run(() => Environment.CurrentManagedThreadId);
        LoopFuture<int> future = _host.Loop.CreateFuture<int>();
        Task<(int Result, int Thread)> waiter = peer.Factory.Run(async () => (await future.AsTask(), Environment.CurrentManagedThreadId));
        _host.Do(() => future.SetResult(5));
        Assert.Equal((5, itsThread), await waiter);
        await peer.JoinAsync();
    }

    [Fact(Timeout = 30000)]
    public async Task AsyncContextThread_RunsForOurCoroutine_WhichComesBackToItsLoop()
    {
        using var peer = new AsyncContextThread();
        int itsThread = await peer.Factory.Run(() => Environment.CurrentManagedThreadId);
        (int ranOn, int cameBackTo) = _host.Run(async Coroutine<(int, int)> () =>
        {
            int ranOn = await peer.Factory.Run(async () =>
            {
                await Task.Yield();
                return Environment.CurrentManagedThreadId;
            });
            return (ranOn, Environment.CurrentManagedThreadId);
        });
        Assert.Equal(itsThread, ranOn);
        Assert.Equal(_host.ThreadId, cameBackTo);
        await peer.JoinAsync();
    }

    [Fact(Timeout = 30000)]
    public async Task AsyncContextThread_OurSideCancels_ItsWorkIsCancelledOnItsThread()
    {
        using var peer = new AsyncContextThread();
        int itsThread = await peer.Factory.Run(() => Environment.CurrentManagedThreadId);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cleanedUpOn = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        LoopFuture future = _host.Get(() => _host.Loop.WrapFuture(token => peer.Factory.Run(async () =>
        {
            try
            {
                started.SetResult();
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                cleanedUpOn.SetResult(Environment.CurrentManagedThreadId);
            }
        })));
        await started.Task;
        _host.Do(() => future.Cancel());
        Assert.Equal(itsThread, await cleanedUpOn.Task.WaitAsync(LoopHost.Limit));
        await peer.JoinAsync();
    }

    [Fact(Timeout = 30000)]
    public async Task AsyncContextThread_ItsSideCancels_OurTaskIsCancelledOnItsLoop()
    {
        using var peer = new AsyncContextThread();
        using var source = new CancellationTokenSource();
        var cleanedUpOn = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        LoopTask<int> task = _host.Get(() => _host.Loop.CreateTask(Body()));
        Task<int> waiter = peer.Factory.Run(async () =>
        {
            Task<int> ours = task.AsTask(source.Token);
            await source.CancelAsync();
            return await ours;
        });
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiter);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.Equal(_host.ThreadId, await cleanedUpOn.Task);
        await peer.JoinAsync();

        async Coroutine<int> Body()
        {
            try
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
                return 1;
            }
            finally
            {
                cleanedUpOn.SetResult(Environment.CurrentManagedThreadId);
            }
        }
    }

    [Fact(Timeout = 30000)]
    public async Task AsyncContextThread_OurLoopClosesFirst_ItsWaiterIsToldOnItsThread()
    {
        using var peer = new AsyncContextThread();
        int itsThread = await peer.Factory.Run(() => Environment.CurrentManagedThreadId);
        LoopFuture<int> future = _host.Loop.CreateFuture<int>();
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int> waiter = peer.Factory.Run(async () =>
        {
            Task<int> task = future.AsTask();
            waits.SetResult();
            try
            {
                return await task;
            }
            catch (LoopClosedException)
            {
                return Environment.CurrentManagedThreadId;
            }
        });
        await waits.Task;
        _host.Close();
        Assert.Equal(itsThread, await waiter.WaitAsync(LoopHost.Limit));
        await peer.JoinAsync();
    }

    /// <summary>A context that has ended drops what is posted to it without a word, so its task never ends. Our side stays cancellable.</summary>
    [Fact(Timeout = 30000)]
    public async Task AsyncContextThread_EndsFirst_OurWaitCanStillBeCancelled()
    {
        using var peer = new AsyncContextThread();
        LoopFuture<int> future = _host.Loop.CreateFuture<int>();
        Task<int> lost = await peer.Factory.Run(() => Task.FromResult(Resume(future.AsTask())));
        await peer.JoinAsync();
        LoopFuture<int> waiting = _host.Get(() => _host.Loop.WrapFuture(lost));
        _host.Do(() => future.SetResult(1));
        _host.Do(() => { });
        Assert.False(lost.IsCompleted);
        _host.Do(() => Assert.True(waiting.Cancel()));
        Assert.True(waiting.IsCancelled);

        static async Task<int> Resume(Task<int> task) => await task;
    }

    [Fact(Timeout = 30000)]
    public void AsyncContext_InsideAWorker_CallsIntoOurLoopAndComesBack()
    {
        int before = 0;
        int after = 0;
        int loopThread = AsyncContext.Run(async () =>
        {
            before = Environment.CurrentManagedThreadId;
            int ran = await _host.Loop.RunCoroutineThreadSafe(async Coroutine<int> () =>
            {
                await LoopTask.Yield();
                return Environment.CurrentManagedThreadId;
            }).Task;
            after = Environment.CurrentManagedThreadId;
            return ran;
        });
        Assert.Equal(_host.ThreadId, loopThread);
        Assert.Equal(before, after);
    }

    [Fact(Timeout = 30000)]
    public async Task AsyncContext_FailureOfOurCoroutine_IsTheSameObjectWithItsFrames()
    {
        using var peer = new AsyncContextThread();
        Task waiter = peer.Factory.Run(async () => await _host.Loop.RunCoroutineThreadSafe(async Coroutine () =>
        {
            await LoopTask.Yield();
            BorderContract.ThrowerOfTheBorderTests();
        }).Task);
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => waiter);
        Assert.Contains(nameof(BorderContract.ThrowerOfTheBorderTests), failure.StackTrace, StringComparison.Ordinal);
        await peer.JoinAsync();
    }

    [Fact(Timeout = 30000)]
    public async Task AwaitOfOurFuture_OnAForeignLoop_ThrowsAndNamesTheBridge()
    {
        using var peer = new AsyncContextThread();
        LoopFuture<int> future = _host.Loop.CreateFuture<int>();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => peer.Factory.Run(async () => await future));
        Assert.Contains("'ours'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("AsTask", refused.Message, StringComparison.Ordinal);
        Assert.Contains("WrapFuture", refused.Message, StringComparison.Ordinal);
        await peer.JoinAsync();
    }

    [Fact(Timeout = 30000)]
    public async Task AnySynchronizationContext_AwaitsOurs_GoesOnThere()
    {
        using var pump = new Guests.HostPump();
        LoopFuture<int> future = _host.Loop.CreateFuture<int>();
        var concurrent = new ConcurrentFuture<int>();
        var done = new TaskCompletionSource<int[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        pump.Do(() => _ = Wait());
        _host.Do(() => future.SetResult(1));
        concurrent.SetResult(2);
        Assert.Equal([1, pump.ThreadId, 2, pump.ThreadId], await done.Task.WaitAsync(LoopHost.Limit));

        async Task Wait()
        {
            int first = await future.AsTask();
            int firstThread = Environment.CurrentManagedThreadId;
            int second = await concurrent;
            done.SetResult([first, firstThread, second, Environment.CurrentManagedThreadId]);
        }
    }

    [Fact(Timeout = 30000)]
    public void Posts_BothWays_BetweenTwoLoops_KeepTheirOrder()
    {
        using var other = new LoopHost("other");
        const int Count = 1000;
        List<int> answers = [];
        using var all = new ManualResetEventSlim();
        for (int i = 0; i < Count; i++)
        {
            int number = i;
            _host.Loop.CallSoonThreadSafe(() => other.Loop.CallSoonThreadSafe(() => _host.Loop.CallSoonThreadSafe(() =>
            {
                answers.Add(number);
                if (answers.Count == Count)
                {
                    all.Set();
                }
            })));
        }

        Assert.True(all.Wait(LoopHost.Limit));
        Assert.Equal(Enumerable.Range(0, Count), answers);
    }
}
