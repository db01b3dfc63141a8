using Bridge.Executors;
using Bridge.TestKit;

namespace Bridge.Tests.Interop;

/// <summary>Rows W4, W8, and as seen from the loop U1 to U6; needs 1, 5.</summary>
public sealed class RunCoroutineThreadSafeTests : IDisposable
{
    private readonly LoopHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact(Timeout = 30000)]
    public void Result_TimesOut_CoroutineGoesOn()
    {
        LoopFuture<int> gate = _host.Loop.CreateFuture<int>();
        ConcurrentFuture<int> future = _host.Loop.RunCoroutineThreadSafe(async Coroutine<int> () => await gate);
        Assert.Throws<TimeoutException>(() => future.GetResult(TimeSpan.FromMilliseconds(1)));
        Assert.False(future.IsCancelled);
        _host.Do(() => gate.SetResult(7));
        Assert.Equal(7, future.GetResult(LoopHost.Limit));
    }

    [Fact(Timeout = 30000)]
    public void Coroutine_EndsCancelled_FutureIsCancelled()
    {
        ConcurrentFuture future = _host.Loop.RunCoroutineThreadSafe(async Coroutine () =>
        {
            LoopTask.Current!.Cancel("by itself");
            await LoopTask.Yield();
        });
        var cancelled = Assert.Throws<LoopCanceledException>(() => future.GetResult(LoopHost.Limit));
        Assert.Equal("by itself", cancelled.CancelMessage);
        Assert.True(future.IsCancelled);
    }

    [Fact(Timeout = 30000)]
    public void Start_Throws_FutureFailsAndTheLoopReports()
    {
        var thrown = new InvalidDataException("no coroutine");
        ConcurrentFuture<int> future = _host.Loop.RunCoroutineThreadSafe<int>(() => throw thrown);
        Assert.Same(thrown, BorderContract.Catch(() => future.GetResult(LoopHost.Limit)));
        _host.Do(() => { });
        Assert.Same(thrown, Assert.Single(_host.Reports).Exception);
    }

    [Fact(Timeout = 30000)]
    public void Start_ReturnsNull_SaysSo()
    {
        ConcurrentFuture<int> future = _host.Loop.RunCoroutineThreadSafe<int>(() => null!);
        Assert.Throws<InvalidOperationException>(() => future.GetResult(LoopHost.Limit));
        Assert.Throws<ArgumentNullException>(() => _host.Loop.RunCoroutineThreadSafe((Func<Coroutine>)null!));
    }

    [Fact(Timeout = 30000)]
    public void TaskFactory_Throws_FutureFails()
    {
        _host.Do(() => _host.Loop.TaskFactory = new ThrowingFactory());
        ConcurrentFuture future = _host.Loop.RunCoroutineThreadSafe(() => LoopTask.Sleep(TimeSpan.Zero));
        Assert.Throws<NotSupportedException>(() => future.GetResult(LoopHost.Limit));
    }

    [Fact(Timeout = 30000)]
    public void Loop_Closed_ThrowsAtTheCall()
    {
        _host.Close();
        Assert.Throws<ObjectDisposedException>(() => { _host.Loop.RunCoroutineThreadSafe(() => LoopTask.Sleep(TimeSpan.Zero)); });
    }

    [Fact(Timeout = 30000)]
    public void Cancel_BeforePickUp_NeverStartsTheCoroutine()
    {
        using var busy = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        _host.Loop.CallSoonThreadSafe(() =>
        {
            busy.Set();
            go.Wait();
        });
        busy.Wait();
        bool started = false;
        ConcurrentFuture future = _host.Loop.RunCoroutineThreadSafe(() =>
        {
            started = true;
            return LoopTask.Sleep(TimeSpan.Zero);
        });
        Assert.True(future.Cancel());
        go.Set();
        Assert.True(future.Stopped.Wait(LoopHost.Limit));
        Assert.False(started);
    }

    [Fact(Timeout = 30000)]
    public void Cancel_CoroutineCleansUp_StoppedComesAfterItsFinally()
    {
        using var entered = new ManualResetEventSlim();
        LoopFuture<int> cleanUp = _host.Loop.CreateFuture<int>();
        bool finallyRan = false;
        ConcurrentFuture future = _host.Loop.RunCoroutineThreadSafe(async Coroutine () =>
        {
            try
            {
                entered.Set();
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                await cleanUp;
                finallyRan = true;
            }
        });
        entered.Wait();
        Assert.True(future.Cancel());
        Assert.True(future.IsDone);
        _host.Do(() => { });
        _host.Do(() => { });
        Assert.False(future.Stopped.IsCompleted);
        _host.Do(() => cleanUp.SetResult(0));
        Assert.True(future.Stopped.Wait(LoopHost.Limit));
        Assert.True(finallyRan);
    }

    [Fact(Timeout = 30000)]
    public void Stopped_Completed_OutcomeIsThere()
    {
        for (int round = 0; round < 500; round++)
        {
            ConcurrentFuture<int> future = _host.Loop.RunCoroutineThreadSafe(async Coroutine<int> () =>
            {
                await LoopTask.Yield();
                return 1;
            });
            Assert.True(future.Stopped.Wait(LoopHost.Limit));
            Assert.True(future.IsDone);
        }
    }

    [Fact(Timeout = 30000)]
    public void Cancelled_CoroutineFailsWhileCleaningUp_IsReported()
    {
        using var entered = new ManualResetEventSlim();
        CancelOneThatFails(entered);
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                lock (_host.Reports)
                {
                    return _host.Reports.Exists(report => report.Exception is InvalidDataException);
                }
            },
            LoopHost.Limit));
    }

    [Fact(Timeout = 30000)]
    public void GetResult_OnTheLoopThread_ThrowsAtOnce()
    {
        var refused = Assert.Throws<BlockingWaitException>(() => _host.Do(() =>
        {
            ConcurrentFuture<int> future = _host.Loop.RunCoroutineThreadSafe(async Coroutine<int> () =>
            {
                await LoopTask.Yield();
                return 1;
            });
            future.GetResult();
        }));
        Assert.Contains(_host.Loop.Name, refused.Message, StringComparison.Ordinal);
        Assert.Contains("WrapFuture", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void RunUntilComplete_OnTheLoopThread_ThrowsAtOnce()
        => Assert.Throws<InvalidOperationException>(() => _host.Do(() => _host.Loop.RunUntilComplete(LoopTask.Sleep(TimeSpan.Zero))));

    private void CancelOneThatFails(ManualResetEventSlim entered)
    {
        ConcurrentFuture future = _host.Loop.RunCoroutineThreadSafe(async Coroutine () =>
        {
            try
            {
                entered.Set();
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            catch (OperationCanceledException)
            {
                throw new InvalidDataException("clean-up failed");
            }
        });
        entered.Wait();
        future.Cancel();
        Assert.True(future.Stopped.Wait(LoopHost.Limit));
    }

    private sealed class ThrowingFactory : ITaskFactory
    {
        public LoopTask Create(EventLoop loop, Coroutine coroutine, TaskOptions? options)
        {
            coroutine.Close();
            throw new NotSupportedException();
        }

        public LoopTask<T> Create<T>(EventLoop loop, Coroutine<T> coroutine, TaskOptions? options)
        {
            coroutine.Close();
            throw new NotSupportedException();
        }
    }
}
