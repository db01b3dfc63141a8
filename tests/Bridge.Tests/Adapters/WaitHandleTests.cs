using Bridge.TestKit;

namespace Bridge.Tests.Adapters;

/// <summary>Scenario 6: wait handles without a thread per wait, and no signal eaten.</summary>
public sealed class WaitHandleTests : IDisposable
{
    private readonly SelectorEventLoop _loop = new(options: new EventLoopOptions { Name = "handles" });
    private readonly AutoResetEvent _event = new(false);

    public void Dispose()
    {
        _loop.Close();
        _event.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void WaitAsync_SignalledLater_GivesTrueOnTheLoop() => Run(async Coroutine () =>
    {
        LoopFuture<bool> wait = _loop.WaitAsync(_event);
        _event.Set();
        Assert.True(await wait);
        Assert.True(_loop.IsOnLoopThread);
    });

    [Fact(Timeout = 30000)]
    public void WaitAsync_ManyWaits_NeedNoThreadEach() => Run(async Coroutine () =>
    {
        const int Count = 500;
        ManualResetEvent[] events = [.. Enumerable.Range(0, Count).Select(_ => new ManualResetEvent(false))];
        int before = System.Diagnostics.Process.GetCurrentProcess().Threads.Count;
        List<LoopFuture<bool>> waits = [.. events.Select(handle => _loop.WaitAsync(handle))];
        int added = System.Diagnostics.Process.GetCurrentProcess().Threads.Count - before;

        // Other tests start threads meanwhile too.
        Assert.InRange(added, int.MinValue, Count / 2);
        foreach (ManualResetEvent handle in events)
        {
            handle.Set();
        }

        foreach (LoopFuture<bool> wait in waits)
        {
            Assert.True(await wait);
        }

        foreach (ManualResetEvent handle in events)
        {
            handle.Dispose();
        }
    });

    [Fact(Timeout = 30000)]
    public void WaitAsync_TimeIsOver_GivesFalseAndLeavesTheNextSignal() => Run(async Coroutine () =>
    {
        Assert.False(await _loop.WaitAsync(_event, TimeSpan.FromMilliseconds(1)));
        _event.Set();
        Assert.True(_event.WaitOne(0));
    });

    [Fact(Timeout = 30000)]
    public void WaitAsync_NoTime_OnlyLooks() => Run(async Coroutine () =>
    {
        Assert.False(await _loop.WaitAsync(_event, TimeSpan.Zero));
        for (int i = 0; i < 50; i++)
        {
            _event.Set();
            Assert.True(await _loop.WaitAsync(_event, TimeSpan.Zero));
            Assert.False(_event.WaitOne(0));
        }
    });

    [Fact(Timeout = 30000)]
    public void WaitAsync_FutureCancelled_IsTakenBackAndLeavesTheNextSignal() => Run(async Coroutine () =>
    {
        LoopFuture<bool> wait = _loop.WaitAsync(_event);
        Assert.True(wait.Cancel("enough"));
        Assert.False(wait.IsDone);
        LoopCanceledException cancelled = await FromApmTests.ThrowsAsync<LoopCanceledException>(wait);
        Assert.Equal("enough", cancelled.CancelMessage);
        _event.Set();
        Assert.True(_event.WaitOne(0));
    });

    [Fact(Timeout = 30000)]
    public void WaitAsync_TokenCancelled_WaitEndsWithThatToken() => Run(async Coroutine () =>
    {
        using var source = new CancellationTokenSource();
        LoopFuture<bool> wait = _loop.WaitAsync(_event, cancellationToken: source.Token);
        source.Cancel();
        OperationCanceledException cancelled = await FromApmTests.ThrowsAsync<OperationCanceledException>(wait);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.True(_loop.WaitAsync(_event, cancellationToken: source.Token).IsCancelled);
    });

    /// <summary>Cancel and signal meet in every order: each signal is either given to the waiter or still there.</summary>
    [Fact(Timeout = 60000)]
    public void WaitAsync_CancelMeetsSignal_NoSignalIsEaten() => Run(async Coroutine () =>
    {
        using var semaphore = new Semaphore(0, int.MaxValue);
        int given = 0;
        const int Rounds = 300;
        for (int i = 0; i < Rounds; i++)
        {
            LoopTask task = _loop.CreateTask(WaitOnce());
            await LoopTask.Yield();
            if (i % 3 == 0)
            {
                semaphore.Release();
                task.Cancel();
            }
            else
            {
                LoopFuture released = _loop.RunInExecutor(null, () => { semaphore.Release(); });
                if (i % 3 == 1)
                {
                    await LoopTask.Yield();
                }

                task.Cancel();
                await released;
            }

            await LoopTask.Wait([task]);
            Assert.True(task.IsCancelled);
        }

        int left = 0;
        while (semaphore.WaitOne(0))
        {
            left++;
        }

        Assert.Equal(Rounds, given + left);

        // A signal that came is given; the cancellation comes at the next await.
        async Coroutine WaitOnce()
        {
            if (await _loop.WaitAsync(semaphore))
            {
                given++;
            }

            await _loop.CreateFuture<bool>();
        }
    });

    [Fact(Timeout = 30000)]
    public void WaitAsync_LoopClosedFirst_IsTakenBack()
    {
        LoopFuture<bool> wait = _loop.WaitAsync(_event);
        _loop.Close();
        Assert.False(wait.IsDone);

        // Taken back by the pool some time after; a signal goes to whoever waits then, or is counted.
        Assert.True(SpinWait.SpinUntil(() => ((WaitHandleFuture)wait).IsTakenBack, TimeSpan.FromSeconds(20)));
        _event.Set();
        Assert.True(_event.WaitOne(0));
        Assert.Equal(0, _loop.LateCompletions);
    }

    [Fact(Timeout = 30000)]
    public void WaitAsync_HandleDisposedMeanwhile_EndsWhenTheTimeIsOver() => Run(async Coroutine () =>
    {
        var handle = new ManualResetEvent(false);
        LoopFuture<bool> wait = _loop.WaitAsync(handle, TimeSpan.FromMilliseconds(1));
        handle.Dispose();
        Assert.False(await wait);
    });

    [Fact(Timeout = 30000)]
    public void WaitAsync_BadCalls_ThrowAtOnce()
    {
        using var mutex = new Mutex();
        Assert.Throws<ArgumentNullException>("handle", () => _loop.WaitAsync(null!));
        Assert.Contains("HoldMutex", Assert.Throws<ArgumentException>("handle", () => _loop.WaitAsync(mutex)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => _loop.WaitAsync(_event, TimeSpan.FromSeconds(-2)));
        var disposed = new AutoResetEvent(false);
        disposed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _loop.WaitAsync(disposed));
        _loop.Close();
        Assert.Throws<ObjectDisposedException>(() => _loop.WaitAsync(_event));
    }

    private void Run(Func<Coroutine> body) => _loop.RunUntilComplete(body());
}
