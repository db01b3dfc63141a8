using Bridge.TestKit;

namespace Bridge.Tests.Adapters;

/// <summary>Scenario 6: a mutex is acquired and released by one thread.</summary>
public sealed class HoldMutexTests : LoopTest
{
    private readonly Mutex _mutex = new();

    [Fact(Timeout = 30000)]
    public void HoldMutex_Free_IsHeldUntilDisposed() => Run(async Coroutine () =>
    {
        await using (await Loop.HoldMutex(_mutex))
        {
            Assert.False(IsFree());
            await LoopTask.Yield();
            Assert.False(IsFree());
        }

        Assert.True(IsFree());
    });

    [Fact(Timeout = 30000)]
    public void HoldMutex_TwoTasks_TakeTurns() => Run(async Coroutine () =>
    {
        int inside = 0;
        await LoopTask.Gather(Enter(), Enter(), Enter());

        async Coroutine Enter()
        {
            await using (await Loop.HoldMutex(_mutex))
            {
                Assert.Equal(1, ++inside);
                await LoopTask.Yield();
                inside--;
            }
        }
    });

    [Fact(Timeout = 30000)]
    public void HoldMutex_HeldElsewhere_WaitsForIt() => Run(async Coroutine () =>
    {
        using var other = new Owner(_mutex);
        LoopFuture<MutexHold> waiting = Loop.HoldMutex(_mutex);
        await LoopTask.Yield();
        Assert.False(waiting.IsDone);
        other.Release();
        await (await waiting).DisposeAsync();
        Assert.True(IsFree());
    });

    [Fact(Timeout = 30000)]
    public void HoldMutex_Abandoned_ThrowsWithTheMutexHeld() => Run(async Coroutine () =>
    {
        var owner = new Thread(() => _mutex.WaitOne()) { IsBackground = true };
        owner.Start();
        owner.Join();
        MutexAbandonedException abandoned = await FromApmTests.ThrowsAsync<MutexAbandonedException>(Loop.HoldMutex(_mutex));
        Assert.IsType<AbandonedMutexException>(abandoned.InnerException);
        Assert.False(IsFree());
        await abandoned.Hold.DisposeAsync();
        Assert.True(IsFree());
    });

    [Fact(Timeout = 30000)]
    public void HoldMutex_CancelledWhileItWaits_LeavesTheMutexAlone() => Run(async Coroutine () =>
    {
        using var other = new Owner(_mutex);
        using var source = new CancellationTokenSource();
        LoopFuture<MutexHold> first = Loop.HoldMutex(_mutex);
        LoopFuture<MutexHold> second = Loop.HoldMutex(_mutex, source.Token);
        first.Cancel();
        source.Cancel();
        await FromApmTests.ThrowsAsync<LoopCanceledException>(first);
        Assert.Equal(source.Token, (await FromApmTests.ThrowsAsync<OperationCanceledException>(second)).CancellationToken);
        await LoopTask.Yield();
        other.Release();
        await (await Loop.HoldMutex(_mutex)).DisposeAsync();
    });

    [Fact(Timeout = 60000)]
    public void HoldMutex_CancelMeetsAcquire_NeverStaysHeld() => Run(async Coroutine () =>
    {
        for (int i = 0; i < 100; i++)
        {
            LoopFuture<MutexHold> hold = Loop.HoldMutex(_mutex);
            if (i % 2 == 0)
            {
                await LoopTask.Yield();
            }

            if (!hold.Cancel())
            {
                hold.GetResult().Dispose();
            }
        }

        await (await Loop.HoldMutex(_mutex)).DisposeAsync();
    });

    [Fact(Timeout = 30000)]
    public void HoldMutex_HoldDropped_IsReportedAndAbandoned()
    {
        Run(async Coroutine () => await Drop());
        Assert.True(SpinWait.SpinUntil(HasReport, TimeSpan.FromSeconds(20)));
        Assert.Contains("never released", TakeReport().Message, StringComparison.Ordinal);
        Assert.Throws<AbandonedMutexException>(() => _mutex.WaitOne());
        _mutex.ReleaseMutex();

        async Coroutine Drop() => await Loop.HoldMutex(_mutex);

        bool HasReport()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            RunTurns(1);
            lock (Reports)
            {
                return Reports.Count != 0;
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Close_WhileHeld_TellsTheNextOwner()
    {
        Run(async Coroutine () => GC.KeepAlive(await Loop.HoldMutex(_mutex)));
        Loop.Close();
        Assert.Throws<AbandonedMutexException>(() => _mutex.WaitOne());
        _mutex.ReleaseMutex();
    }

    [Fact(Timeout = 30000)]
    public void HoldMutex_CancelledAndLoopClosedBeforeItsNextTurn_IsReleased()
    {
        LoopFuture<MutexHold> hold = Loop.HoldMutex(_mutex);
        Assert.True(SpinWait.SpinUntil(() => !IsFree(), TimeSpan.FromSeconds(20)));
        hold.Cancel();
        Loop.Close();
        Assert.True(SpinWait.SpinUntil(IsFree, TimeSpan.FromSeconds(20)));
    }

    [Fact(Timeout = 30000)]
    public void HoldMutex_Fails_LeavesNothingWithTheLoop()
    {
        WeakReference<Mutex>? failed = null;
        Garbage.MakeAndCollect(() =>
        {
            var disposed = new Mutex();
            disposed.Dispose();
            failed = new WeakReference<Mutex>(disposed);
            Run(async Coroutine () => await FromApmTests.ThrowsAsync<ObjectDisposedException>(Loop.HoldMutex(disposed)));
        });
        Assert.True(SpinWait.SpinUntil(IsGone, TimeSpan.FromSeconds(20)));

        bool IsGone()
        {
            Garbage.Collect();
            return !failed!.TryGetTarget(out _);
        }
    }

    [Fact(Timeout = 30000)]
    public void HoldMutex_Named_WaitsAndIsCancelled() => Run(async Coroutine () =>
    {
        using var named = new Mutex(false, $"bridge-{Guid.NewGuid():N}");
        using var other = new Owner(named);
        LoopFuture<MutexHold> cancelled = Loop.HoldMutex(named);
        LoopFuture<MutexHold> waiting = Loop.HoldMutex(named);
        cancelled.Cancel();
        other.Release();
        await (await waiting).DisposeAsync();
    });

    [Fact(Timeout = 30000)]
    public void HoldMutex_BadCalls_ThrowAtOnceOrFail()
    {
        Assert.Throws<ArgumentNullException>("mutex", () => Loop.HoldMutex(null!));
        var disposed = new Mutex();
        disposed.Dispose();
        Run(async Coroutine () => await FromApmTests.ThrowsAsync<ObjectDisposedException>(Loop.HoldMutex(disposed)));
        Assert.True(Loop.HoldMutex(_mutex, new CancellationToken(true)).IsCancelled);
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(() => Loop.HoldMutex(_mutex));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _mutex.Dispose();
    }

    /// <summary>Whether this thread, which owns none, could have it.</summary>
    private bool IsFree()
    {
        bool isFree = _mutex.WaitOne(0);
        if (isFree)
        {
            _mutex.ReleaseMutex();
        }

        return isFree;
    }

    /// <summary>A thread that holds a mutex.</summary>
    private sealed class Owner : IDisposable
    {
        private readonly ManualResetEventSlim _release = new();
        private readonly Thread _thread;

        internal Owner(Mutex mutex)
        {
            using var held = new ManualResetEventSlim();
            _thread = new Thread(() =>
            {
                mutex.WaitOne();
                held.Set();
                _release.Wait();
                mutex.ReleaseMutex();
            })
            { IsBackground = true };
            _thread.Start();
            held.Wait();
        }

        internal void Release() => _release.Set();

        public void Dispose()
        {
            _release.Set();
            _thread.Join();
            _release.Dispose();
        }
    }
}
