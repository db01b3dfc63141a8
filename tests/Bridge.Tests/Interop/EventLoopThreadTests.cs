using System.Runtime.CompilerServices;

namespace Bridge.Tests.Interop;

/// <summary>A loop for synchronous callers; needs 1, 5, 9, 23.</summary>
public sealed class EventLoopThreadTests
{
    private static readonly AsyncLocal<object?> s_ambient = new();

    [Fact(Timeout = 30000)]
    public void Run_Coroutine_GivesItsResultFromTheLoopThread()
    {
        using var thread = new EventLoopThread("lib");
        Assert.True(thread.Loop.IsRunning);
        Assert.Equal("lib", thread.Loop.Name);
        (string? name, bool background) = thread.Run(async Coroutine<(string?, bool)> () =>
        {
            await LoopTask.Yield();
            return (Thread.CurrentThread.Name, Thread.CurrentThread.IsBackground);
        });
        Assert.Equal("lib", name);
        Assert.True(background);
        thread.Run(() => LoopTask.Sleep(TimeSpan.Zero));
    }

    [Fact(Timeout = 30000)]
    public void Run_CoroutineThrows_SameObjectWithItsFrames()
    {
        using var thread = new EventLoopThread();
        Exception caught = BorderContract.Catch(() => thread.Run(async Coroutine () =>
        {
            await LoopTask.Yield();
            BorderContract.ThrowerOfTheBorderTests();
        }));
        Assert.IsType<InvalidDataException>(caught);
        Assert.Contains(nameof(BorderContract.ThrowerOfTheBorderTests), caught.StackTrace, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Run_TokenCancelled_ReturnsOnceTheCoroutineHasStopped()
    {
        using var thread = new EventLoopThread();
        using var source = new CancellationTokenSource();
        bool cleanedUp = false;
        var cancelled = Assert.ThrowsAny<OperationCanceledException>(() => thread.Run(
            async Coroutine () =>
            {
                try
                {
                    source.Cancel();
                    await LoopTask.Sleep(TimeSpan.FromHours(1));
                }
                finally
                {
                    await LoopTask.Yield();
                    cleanedUp = true;
                }
            },
            source.Token));
        Assert.True(cleanedUp);
        Assert.Equal(source.Token, cancelled.CancellationToken);
    }

    [Fact(Timeout = 30000)]
    public void Run_TokenCancelledButCoroutineEndsWithAResult_ResultWins()
    {
        using var thread = new EventLoopThread();
        using var source = new CancellationTokenSource();
        int result = thread.Run(
            async Coroutine<int> () =>
            {
                try
                {
                    source.Cancel();
                    await LoopTask.Sleep(TimeSpan.FromHours(1));
                    return 1;
                }
                catch (OperationCanceledException)
                {
                    return 2;
                }
            },
            source.Token);
        Assert.Equal(2, result);
    }

    [Fact(Timeout = 30000)]
    public void Run_TokenCancelledBefore_StartsNothing()
    {
        using var thread = new EventLoopThread();
        using var source = new CancellationTokenSource();
        source.Cancel();
        bool started = false;
        var cancelled = Assert.ThrowsAny<OperationCanceledException>(() => thread.Run(
            () =>
            {
                started = true;
                return LoopTask.Sleep(TimeSpan.Zero);
            },
            source.Token));
        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.False(started);
    }

    [Fact(Timeout = 30000)]
    public void RunAsync_TokenCancelled_TaskIsCanceledWithThatToken()
    {
        using var thread = new EventLoopThread();
        using var source = new CancellationTokenSource();
        Task<int> task = thread.RunAsync(
            async Coroutine<int> () =>
            {
                source.Cancel();
                await LoopTask.Sleep(TimeSpan.FromHours(1));
                return 1;
            },
            source.Token);
        var cancelled = Assert.ThrowsAny<OperationCanceledException>(() => task.GetAwaiter().GetResult());
        Assert.True(task.IsCanceled);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.True(thread.RunAsync(() => LoopTask.Sleep(TimeSpan.Zero)).Wait(LoopHost.Limit));
    }

    [Fact(Timeout = 30000)]
    public void Run_OnTheLoopThread_ThrowsAtOnce()
    {
        using var thread = new EventLoopThread("own");
        thread.Run(async Coroutine () =>
        {
            await LoopTask.Yield();
            var refused = Assert.Throws<InvalidOperationException>(() => thread.Run(() => LoopTask.Sleep(TimeSpan.Zero)));
            Assert.Contains("own", refused.Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => thread.Stop(TimeSpan.Zero));
            Assert.Throws<InvalidOperationException>(thread.Dispose);
            await thread.RunAsync(() => LoopTask.Sleep(TimeSpan.Zero));
        });
    }

    [Fact(Timeout = 30000)]
    public void Constructor_FactoryFails_ItsExceptionComesOut()
    {
        Exception caught = BorderContract.Catch(static () =>
        {
            using var thread = new EventLoopThread(factory: () =>
            {
                BorderContract.ThrowerOfTheBorderTests();
                return null!;
            });
        });
        Assert.IsType<InvalidDataException>(caught);
        Assert.Contains(nameof(BorderContract.ThrowerOfTheBorderTests), caught.StackTrace, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(BorderContract.Catch(static () => new EventLoopThread(factory: () => null!).Dispose()));
        Assert.IsType<ArgumentException>(BorderContract.Catch(static () => new EventLoopThread(options: new EventLoopOptions(), factory: () => null!).Dispose()));
    }

    [Fact(Timeout = 30000)]
    public void Constructor_FactoryGivesALoopThatRunsElsewhere_ThrowsAndLeavesItAlone()
    {
        using var host = new LoopHost();
        Assert.IsType<InvalidOperationException>(BorderContract.Catch(() => new EventLoopThread(factory: () => host.Loop).Dispose()));
        Assert.Equal(1, host.Run(async Coroutine<int> () =>
        {
            await LoopTask.Yield();
            return 1;
        }));
    }

    [Fact(Timeout = 30000)]
    public void Stop_TasksRun_CancelsThemAndWaitsForTheirCleanUp()
    {
        var thread = new EventLoopThread();
        using var entered = new ManualResetEventSlim();
        bool cleanedUp = false;
        Task task = thread.RunAsync(async Coroutine () =>
        {
            try
            {
                entered.Set();
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                await LoopTask.Sleep(TimeSpan.FromTicks(1));
                cleanedUp = true;
            }
        });
        entered.Wait();
        Assert.True(thread.Stop(LoopHost.Limit));
        Assert.True(cleanedUp);
        Assert.True(task.IsCanceled);
        Assert.True(thread.Loop.IsClosed);
        Assert.True(thread.Stop(TimeSpan.Zero));
        thread.Dispose();
        Assert.Throws<ObjectDisposedException>(() => thread.Run(() => LoopTask.Sleep(TimeSpan.Zero)));
    }

    [Fact(Timeout = 30000)]
    public void Stop_TaskWillNotEnd_ReturnsFalseAndTearsNothingDown()
    {
        var thread = new EventLoopThread();
        using var entered = new ManualResetEventSlim();
        LoopFuture<int> gate = thread.Loop.CreateFuture<int>();
        Task<int> task = thread.RunAsync(async Coroutine<int> () =>
        {
            try
            {
                entered.Set();
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            catch (OperationCanceledException)
            {
                // It has work to finish first.
            }

            return await gate.AsTask();
        });
        entered.Wait();
        Assert.False(thread.Stop(TimeSpan.FromMilliseconds(1)));
        Assert.False(thread.Loop.IsClosed);
        Assert.Throws<ObjectDisposedException>(() => { _ = thread.RunAsync(() => LoopTask.Sleep(TimeSpan.Zero)); });
        thread.Loop.CallSoonThreadSafe(() => gate.SetResult(5));
        Assert.True(thread.Stop(LoopHost.Limit));
        Assert.True(task.IsCompleted);
    }

    [Fact(Timeout = 30000)]
    public void Stop_TaskStartsAnotherWhileItEnds_ThatOneIsCancelledToo()
    {
        var thread = new EventLoopThread();
        using var entered = new ManualResetEventSlim();
        LoopTask? late = null;
        thread.RunAsync(async Coroutine () =>
        {
            try
            {
                entered.Set();
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                late = LoopTask.Create(LoopTask.Sleep(TimeSpan.FromHours(1)));
            }
        });
        entered.Wait();
        Assert.True(thread.Stop(LoopHost.Limit));
        Assert.True(late!.IsCancelled);
    }

    [Fact(Timeout = 30000)]
    public void Stop_BlockingCallRuns_WaitsForIt()
    {
        var thread = new EventLoopThread();
        using var go = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        bool ended = false;
        thread.Run(async Coroutine () =>
        {
            await LoopTask.Yield();
            _ = thread.Loop.RunInExecutor(null, () =>
            {
                started.Set();
                go.Wait();
                ended = true;
            });
        });
        started.Wait();
        Assert.False(thread.Stop(TimeSpan.FromMilliseconds(1)));
        go.Set();
        Assert.True(thread.Stop(LoopHost.Limit));
        Assert.True(ended);
    }

    [Fact(Timeout = 30000)]
    public void LoopStop_CalledByACallback_EndsTheThreadInOrder()
    {
        var thread = new EventLoopThread();
        Task task = thread.RunAsync(() => LoopTask.Sleep(TimeSpan.FromHours(1)));
        thread.Loop.CallSoonThreadSafe(thread.Loop.Stop);
        Assert.ThrowsAny<OperationCanceledException>(() => task.WaitAsync(LoopHost.Limit).GetAwaiter().GetResult());
        thread.Dispose();
        Assert.True(thread.Loop.IsClosed);
    }

    [Fact(Timeout = 30000)]
    public void Constructor_InsideAScope_ThreadKeepsNoAmbientContext()
    {
        (WeakReference weak, EventLoopThread thread) = MakeInsideAScope();
        using (thread)
        {
            Assert.True(BorderContract.IsCollected(weak));
            Assert.Null(thread.Run(async Coroutine<object?> () =>
            {
                await LoopTask.Yield();
                return s_ambient.Value;
            }));
        }
    }

    [Fact(Timeout = 30000)]
    public void Run_AmbientContext_IsTheCallersAndDoesNotLeakBack()
    {
        using var thread = new EventLoopThread();
        s_ambient.Value = "caller";
        object? seen = thread.Run(async Coroutine<object?> () =>
        {
            object? found = s_ambient.Value;
            s_ambient.Value = "coroutine";
            await LoopTask.Yield();
            return found;
        });
        Assert.Equal("caller", seen);
        Assert.Equal("caller", s_ambient.Value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Weak, EventLoopThread Thread) MakeInsideAScope()
    {
        EventLoopThread? thread = null;
        var weak = new WeakReference(null);
        ExecutionContext.Run(ExecutionContext.Capture()!, _ =>
        {
            s_ambient.Value = weak.Target = new byte[10_000_000];
            thread = new EventLoopThread();

            // Use everything that has a thread or a timer of its own.
            thread.Run(async Coroutine () =>
            {
                await thread.Loop.RunInExecutor(null, () => { });
                await LoopTask.Sleep(TimeSpan.FromTicks(1));
            });
        }, null);
        return (weak, thread!);
    }
}
