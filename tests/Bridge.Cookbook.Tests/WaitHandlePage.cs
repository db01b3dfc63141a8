namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/wait-handles.md</summary>
public sealed class WaitHandlePage
{
    [Fact(Timeout = 30000)]
    public void Wait_ForAnEvent_EndsWithItsSignalOrTheTime() => EventLoop.Run(async Coroutine () =>
    {
        using var handle = new AutoResetEvent(true);
        Assert.True(await Wait(EventLoop.Running, handle, TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.False(await Wait(EventLoop.Running, handle, TimeSpan.Zero, CancellationToken.None));
    });

    [Fact(Timeout = 30000)]
    public void Hold_AMutex_IsReleasedAfterTheBlock() => EventLoop.Run(async Coroutine () =>
    {
        using var mutex = new Mutex();
        int done = 0;
        await Guarded(EventLoop.Running, mutex, () => done++, CancellationToken.None);
        Assert.Equal(1, done);
        Assert.True(mutex.WaitOne());
        mutex.ReleaseMutex();
    });

    [Fact(Timeout = 30000)]
    public void Hold_AnAbandonedMutex_IsRepairedAndReleased() => EventLoop.Run(async Coroutine () =>
    {
        using var mutex = new Mutex();
        var owner = new Thread(() => mutex.WaitOne()) { IsBackground = true };
        owner.Start();
        owner.Join();
        int repaired = 0;
        await Repairing(EventLoop.Running, mutex, () => repaired++, CancellationToken.None);
        Assert.Equal(1, repaired);
        Assert.True(mutex.WaitOne());
        mutex.ReleaseMutex();
    });

    private static async Coroutine<bool> Wait(EventLoop loop, WaitHandle handle, TimeSpan timeout, CancellationToken token)
    {
        #region wait-handle
        bool signalled = await loop.WaitAsync(handle, timeout, token);
        #endregion
        return signalled;
    }

    private static async Coroutine Guarded(EventLoop loop, Mutex mutex, Action work, CancellationToken token)
    {
        #region mutex
        await using (await loop.HoldMutex(mutex, token))
        {
            work();
        }
        #endregion
    }

    private static async Coroutine Repairing(EventLoop loop, Mutex mutex, Action repair, CancellationToken token)
    {
        #region mutex-abandoned
        try
        {
            await using (await loop.HoldMutex(mutex, token))
            {
                // The usual work.
            }
        }
        catch (MutexAbandonedException abandoned)
        {
            await using (abandoned.Hold)
            {
                repair();
            }
        }
        #endregion
    }
}
