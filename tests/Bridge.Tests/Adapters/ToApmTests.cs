using Bridge.TestKit;

namespace Bridge.Tests.Adapters;

/// <summary>Scenario 3, the other way: what a loop does becomes a Begin/End pair for any thread.</summary>
public sealed class ToApmTests : IDisposable
{
    private readonly LoopThread _thread = new(new SelectorEventLoop(options: new EventLoopOptions { Name = "apm" }));

    private EventLoop Loop => _thread.Loop;

    public void Dispose() => _thread.Dispose();

    [Fact(Timeout = 30000)]
    public void ToApm_Coroutine_EndWaitsForItsResult()
    {
        IAsyncResult result = Loop.ToApm(() => Compute(20), null, "state");
        Assert.Equal("state", result.AsyncState);
        Assert.False(result.CompletedSynchronously);
        Assert.Equal(21, Loop.EndApm<int>(result));
        Assert.True(result.IsCompleted);
    }

    [Fact(Timeout = 30000)]
    public void ToApm_CoroutineWithoutResult_EndWaitsForIt()
    {
        int ran = 0;
        Loop.EndApm(Loop.ToApm(async Coroutine () =>
        {
            await LoopTask.Yield();
            ran = 1;
        }, null, null));
        Assert.Equal(1, ran);
    }

    [Fact(Timeout = 30000)]
    public void ToApm_Callback_ComesOnceNotUnderTheCallersLock()
    {
        var gate = new Lock();
        using var called = new ManualResetEventSlim();
        int calls = 0;
        IAsyncResult? seen = null;
        IAsyncResult begun;
        lock (gate)
        {
            begun = Loop.ToApm(
                () => Compute(1),
                result =>
                {
                    lock (gate)
                    {
                        seen = result;
                        calls++;
                    }

                    called.Set();
                },
                null);
            _thread.RunOnLoop(() => { });
            Assert.Null(seen);
        }

        called.Wait();
        Assert.Same(begun, seen);
        Assert.Equal(1, calls);
        Assert.Equal(2, Loop.EndApm<int>(begun));
    }

    [Fact(Timeout = 30000)]
    public void ToApm_Callback_SeesTheAmbientContextOfBegin()
    {
        var local = new AsyncLocal<string?> { Value = "begin" };
        string? inCoroutine = null;
        string? inCallback = null;
        using var called = new ManualResetEventSlim();
        IAsyncResult result = Loop.ToApm(
            async Coroutine<int> () =>
            {
                inCoroutine = local.Value;
                local.Value = "coroutine";
                await LoopTask.Yield();
                return 1;
            },
            _ =>
            {
                inCallback = local.Value;
                called.Set();
            },
            null);
        called.Wait();
        Loop.EndApm<int>(result);
        Assert.Equal(("begin", "begin", "begin"), (inCoroutine, inCallback, local.Value));
    }

    [Fact(Timeout = 30000)]
    public void ToApm_WaitHandle_IsSetWhenDoneAndClosedByEnd()
    {
        using var go = new ManualResetEventSlim();
        IAsyncResult result = Loop.ToApm(async Coroutine<int> () => await Loop.RunInExecutor(null, () =>
        {
            go.Wait();
            return 5;
        }), null, null);
        Assert.False(result.AsyncWaitHandle.WaitOne(0));
        go.Set();
        result.AsyncWaitHandle.WaitOne();
        Assert.Equal(5, Loop.EndApm<int>(result));
        Assert.Throws<ObjectDisposedException>(() => result.AsyncWaitHandle);
    }

    [Fact(Timeout = 30000)]
    public void ToApm_Future_GivesItsOutcome()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        IAsyncResult result = Loop.ToApm(future, null, null);
        var thrown = new InvalidDataException();
        Loop.CallSoonThreadSafe(() => future.SetException(thrown));
        Assert.Same(thrown, Assert.Throws<InvalidDataException>(() => Loop.EndApm<int>(result)));
    }

    [Fact(Timeout = 30000)]
    public void EndApm_OnTheLoopThreadWhilePending_ThrowsAtOnceAndMayBeCalledLater() => _thread.RunOnLoop(() =>
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        IAsyncResult result = Loop.ToApm(future, null, null);
        var thrown = Assert.Throws<InvalidOperationException>(() => Loop.EndApm<int>(result));
        Assert.Contains("'apm'", thrown.Message, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public void EndApm_BadCalls_Throw()
    {
        IAsyncResult result = Loop.ToApm(() => Compute(1), null, null);
        Assert.Throws<ArgumentException>("asyncResult", () => Loop.EndApm<string>(result));
        Assert.Throws<ArgumentException>("asyncResult", () => Loop.EndApm<int>(Task.CompletedTask));
        Assert.Throws<ArgumentException>("asyncResult", () => Loop.EndApm(Loop.ToApm(async Coroutine<bool> () => await Compute(1) == 2, null, null)));
        using var other = new SelectorEventLoop();
        Assert.Throws<ArgumentException>("asyncResult", () => other.EndApm<int>(result));
        Assert.Throws<ArgumentException>("future", () => other.ToApm(Loop.CreateFuture<int>(), null, null));
        Assert.Equal(2, Loop.EndApm<int>(result));
        Assert.Throws<InvalidOperationException>(() => Loop.EndApm<int>(result));
    }

    [Fact(Timeout = 30000)]
    public void ToApm_LoopClosedFirst_EndSaysSo()
    {
        using var loop = new SelectorEventLoop();
        IAsyncResult result = loop.ToApm(() => Compute(1), null, null);
        loop.Close();
        Assert.True(result.IsCompleted);
        Assert.Throws<LoopClosedException>(() => loop.EndApm<int>(result));
        Assert.Throws<ObjectDisposedException>(() => loop.ToApm(() => Compute(1), null, null));
    }

    [Fact(Timeout = 30000)]
    public async Task ToApm_UnderTheFactoryOfDotNet_GivesTheResult()
    {
        Assert.Equal(2, await Task.Factory.FromAsync((callback, state) => Loop.ToApm(() => Compute(1), callback, state), Loop.EndApm<int>, null));
        Assert.Equal(3, await Task.Factory.FromAsync(Loop.ToApm(() => Compute(2), null, null), Loop.EndApm<int>));
    }

    private static async Coroutine<int> Compute(int value)
    {
        await LoopTask.Yield();
        return value + 1;
    }
}
