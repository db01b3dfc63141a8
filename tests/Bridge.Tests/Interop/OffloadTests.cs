namespace Bridge.Tests.Interop;

/// <summary>Need 37, scenario 13: "async" methods that block do so elsewhere.</summary>
public sealed class OffloadTests
{
    [Fact(Timeout = 30000)]
    public void Offload_AsyncMethodThatBlocks_RunsOffTheLoopFromItsFirstLineOn() => EventLoop.Run(async Coroutine () =>
    {
        int loopThread = Environment.CurrentManagedThreadId;
        var seen = await EventLoop.Running.Offload(async () =>
        {
            (int Thread, SynchronizationContext? Context) before = (Environment.CurrentManagedThreadId, SynchronizationContext.Current);
            await Task.Delay(1);
            return (before, SynchronizationContext.Current);
        });
        Assert.NotEqual(loopThread, seen.before.Thread);
        Assert.Null(seen.before.Context);
        Assert.Null(seen.Item2);
        Assert.Equal(loopThread, Environment.CurrentManagedThreadId);
    });

    [Fact(Timeout = 30000)]
    public void Offload_LibraryThatBlocksForItself_Works() => EventLoop.Run(async Coroutine () =>
    {
        Assert.Equal(3, await EventLoop.Running.Offload(Load));
        bool ran = false;
        await EventLoop.Running.Offload(() => { ran = true; });
        await EventLoop.Running.Offload(() => Task.Delay(1));
        await EventLoop.Running.Offload(token => Task.Delay(1, token));
        Assert.Equal(1, await EventLoop.Running.Offload(token => Task.FromResult(1)));
        Assert.True(ran);

        static int Load() => LoadAsync().Result;

        static async Task<int> LoadAsync()
        {
            await Task.Delay(1);
            return 3;
        }
    });

    [Fact(Timeout = 30000)]
    public void Offload_Fails_SameExceptionArrives() => EventLoop.Run(async Coroutine () =>
    {
        var thrown = new InvalidDataException();
        Assert.Same(thrown, await Catch(EventLoop.Running.Offload(Task<int> () => throw thrown)));
        Assert.Same(thrown, await Catch(EventLoop.Running.Offload(() => Task.FromException<int>(thrown))));
        Assert.IsType<InvalidOperationException>(await Catch(EventLoop.Running.Offload(Task<int> () => null!)));
    });

    [Fact(Timeout = 30000)]
    public void Offload_DefaultExecutorIsShutDown_ThrowsAtTheCall() => EventLoop.Run(async Coroutine () =>
    {
        EventLoop loop = EventLoop.Running;
        await loop.ShutdownDefaultExecutor();
        Assert.Throws<InvalidOperationException>(() => loop.Offload(() => 1));
        Assert.Throws<InvalidOperationException>(() => loop.Offload(() => Task.CompletedTask));
        Assert.Throws<InvalidOperationException>(() => loop.Offload(() => Task.FromResult(1)));
    });

    [Fact(Timeout = 30000)]
    public void Offload_AsyncMethod_IsNamedInReports() => EventLoop.Run(async Coroutine () =>
    {
        EventLoop loop = EventLoop.Running;
        string? name = await loop.Offload(Look);
        Assert.Contains(nameof(Look), name, StringComparison.Ordinal);

        Task<string?> Look() => Task.FromResult(loop.DefaultExecutorIfAny!.RunningJobs.Single().Name);
    });

    [Fact(Timeout = 30000)]
    public void Offload_Cancelled_TokenFires() => EventLoop.Run(async Coroutine () =>
    {
        var begun = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        LoopFuture<int> future = EventLoop.Running.Offload(async token =>
        {
            begun.SetResult();
            try
            {
                await Task.Delay(-1, token);
            }
            finally
            {
                stopped.SetResult();
            }

            return 1;
        });
        await begun.Task;
        Assert.True(future.Cancel());
        await stopped.Task;
        Assert.True(future.IsCancelled);
    });

    private static async Coroutine<Exception?> Catch(LoopFuture<int> future)
    {
        try
        {
            await future;
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
