using Bridge.TestKit;
using Nito.AsyncEx;
using static Bridge.Tests.Synchronization.Script;

namespace Bridge.Tests.Synchronization;

/// <summary>The Nito.AsyncEx primitives are Task-based; they work in loop code as any foreign awaitable does, and always resume on the loop.</summary>
public sealed class NitoPrimitivesTests : LoopTest
{
    private readonly List<string> _order = [];

    [Fact(Timeout = 30000)]
    public void AsyncLock_InCoroutines_ExcludesAndResumesOnTheLoop() => Run(async Coroutine () =>
    {
        var asyncLock = new AsyncLock();
        LoopTask[] tasks = [Loop.CreateTask(Work("a")), Loop.CreateTask(Work("b"))];
        await AllDone(tasks);
        Assert.Equal(["a in", "a out", "b in", "b out"], _order);

        async Coroutine Work(string name)
        {
            using (await asyncLock.LockAsync())
            {
                Assert.True(Loop.IsOnLoopThread);
                _order.Add($"{name} in");
                await Turns(3);
                _order.Add($"{name} out");
            }
        }
    });

    [Fact(Timeout = 30000)]
    public void AsyncLock_InAsyncTaskCodeOnTheLoop_ExcludesAndResumesOnTheLoop() => Run(async Coroutine () =>
    {
        var asyncLock = new AsyncLock();
        await Task.WhenAll(WorkAsync("a"), WorkAsync("b"));
        Assert.Equal(["a in", "a out", "b in", "b out"], _order);

        async Task WorkAsync(string name)
        {
            using (await asyncLock.LockAsync())
            {
                Assert.True(Loop.IsOnLoopThread);
                _order.Add($"{name} in");
                await Task.Yield();
                _order.Add($"{name} out");
            }
        }
    });

    [Fact(Timeout = 30000)]
    public void AsyncManualResetEvent_SetOnAnotherThread_ResumesCoroutineAndTaskOnTheLoop() => Run(async Coroutine () =>
    {
        var resetEvent = new AsyncManualResetEvent();
        LoopTask coroutine = Loop.CreateTask(WaitIt());
        Task task = WaitItAsync();
        await Turns();
        Assert.Empty(_order);
        Assert.Null(OnAnotherThread(resetEvent.Set));
        await coroutine;
        await task;
        Assert.Equal(["coroutine", "task"], _order.Order());

        async Coroutine WaitIt()
        {
            await resetEvent.WaitAsync();
            Assert.True(Loop.IsOnLoopThread);
            _order.Add("coroutine");
        }

        async Task WaitItAsync()
        {
            await resetEvent.WaitAsync();
            Assert.True(Loop.IsOnLoopThread);
            _order.Add("task");
        }
    });

    [Fact(Timeout = 30000)]
    public void AsyncLock_TaskCancelledWhileWaiting_EndsThroughItsToken() => Run(async Coroutine () =>
    {
        var asyncLock = new AsyncLock();
        using IDisposable held = await asyncLock.LockAsync();
        LoopTask waiting = Loop.CreateTask(WaitIt());
        await Turns();
        waiting.Cancel();
        Assert.IsAssignableFrom<OperationCanceledException>(await FailureOf(waiting));
        Assert.True(waiting.IsCancelled);

        async Coroutine WaitIt()
        {
            using (await asyncLock.LockAsync(LoopTask.Current!.CancellationToken))
            {
                _order.Add("never");
            }
        }
    });
}
