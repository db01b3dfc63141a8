using Bridge.Executors;

namespace Bridge.Tests.Interop;

/// <summary>Need 23, one table of all cases: whose cancellation it was, and what it is on the far side.</summary>
public sealed class CancellationStatesTests : IDisposable
{
    private readonly LoopHost _host = new();
    private readonly CancellationTokenSource _caller = new();

    public void Dispose()
    {
        _host.Dispose();
        _caller.Dispose();
    }

    /// <summary>What the caller's own token cancelled is cancelled, with that token.</summary>
    [Theory(Timeout = 30000)]
    [InlineData("AsTask")]
    [InlineData("RunAsync")]
    [InlineData("WrapFuture of a task")]
    [InlineData("WrapFuture of work")]
    [InlineData("Submit")]
    public async Task CallersToken_IsCancelledWithThatToken(string way)
    {
        Task task = CancelledBy(way, _caller.Token);
        await _caller.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.WaitAsync(LoopHost.Limit));
        Assert.Equal(_caller.Token, cancelled.CancellationToken);
        Assert.True(task.IsCanceled);
    }

    /// <summary>What ended with its owner is cancelled too, for a reason of its own.</summary>
    [Theory(Timeout = 30000)]
    [InlineData("future")]
    [InlineData("coroutine")]
    [InlineData("executor call")]
    public async Task LoopClosed_IsCancelledForThatReason(string what)
    {
        using var go = new ManualResetEventSlim();
        Task task = what switch
        {
            "future" => _host.Loop.CreateFuture<int>().AsTask(),
            "coroutine" => _host.Loop.RunCoroutineThreadSafe(() => LoopTask.Sleep(TimeSpan.FromHours(1))).Task,
            _ => _host.Get(() => _host.Loop.RunInExecutor(null, () => go.Wait()).AsTask()),
        };
        _host.Close();
        var closed = await Assert.ThrowsAsync<LoopClosedException>(() => task.WaitAsync(LoopHost.Limit));
        Assert.Contains(_host.Loop.Name, closed.Message, StringComparison.Ordinal);
        Assert.False(closed.CancellationToken.CanBeCanceled);
        Assert.True(task.IsCanceled);
        go.Set();
    }

    [Fact(Timeout = 30000)]
    public async Task ExecutorShutDown_QueuedCall_IsCancelledForThatReason()
    {
        using var executor = new ThreadPoolExecutor(1);
        using var go = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        ConcurrentFuture running = executor.Submit(() =>
        {
            started.Set();
            go.Wait();
        });
        started.Wait();
        Task queued = _host.Get(() => _host.Loop.RunInExecutor(executor, () => 1).AsTask());
        executor.Shutdown(wait: false, cancelFutures: true);
        var dropped = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued.WaitAsync(LoopHost.Limit));
        Assert.Contains("shut down", dropped.Message, StringComparison.Ordinal);
        Assert.IsNotType<LoopClosedException>(dropped);
        go.Set();
        running.GetResult();
    }

    /// <summary>A function that throws somebody else's cancellation has failed, as <c>Task.Run</c> has it.</summary>
    [Fact(Timeout = 30000)]
    public async Task ForeignCancellation_OfAFunction_IsAFailure()
    {
        var foreign = new OperationCanceledException("somebody else's", new CancellationToken(true));
        LoopFuture<int> future = _host.Get(() => _host.Loop.RunInExecutor(null, int () => throw foreign));
        Assert.Same(foreign, await Assert.ThrowsAsync<OperationCanceledException>(() => Await(future)));
        Assert.False(_host.Get(() => future.IsCancelled));
        Assert.Same(foreign, _host.Get(() => future.GetException()));
        using var executor = new ThreadPoolExecutor(1);
        ConcurrentFuture<int> submitted = executor.Submit(int () => throw foreign);
        Assert.Same(foreign, submitted.GetException());
        Assert.False(submitted.IsCancelled);
        Task<int> run = Task.Run(int () => throw foreign);
        await Assert.ThrowsAsync<OperationCanceledException>(() => run);
        Assert.True(run.IsFaulted);
    }

    /// <summary>A coroutine that ends by a cancellation is cancelled by that very object, as an <c>async Task</c> method is.</summary>
    [Fact(Timeout = 30000)]
    public async Task ForeignCancellation_OfACoroutine_IsItsCancellation()
    {
        var foreign = new OperationCanceledException("somebody else's", _caller.Token);
        ConcurrentFuture future = _host.Loop.RunCoroutineThreadSafe(async Coroutine () =>
        {
            await LoopTask.Yield();
            throw foreign;
        });
        Assert.Same(foreign, BorderContract.Catch(() => future.GetResult(LoopHost.Limit)));
        Assert.True(future.IsCancelled);
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => future.Task);
        Assert.Equal(_caller.Token, cancelled.CancellationToken);
    }

    private static async Task<int> Await(LoopFuture<int> future) => await future.AsTask().WaitAsync(LoopHost.Limit);

    private Task CancelledBy(string way, CancellationToken token)
    {
        switch (way)
        {
            case "AsTask":
                return _host.Loop.CreateFuture<int>().AsTask(token);
            case "RunAsync":
                return RunAsync(token);
            case "WrapFuture of a task":
                return _host.Get(() => _host.Loop.WrapFuture(Task.Delay(Timeout.Infinite, token)).AsTask());
            case "WrapFuture of work":
                return _host.Get(() => _host.Loop.WrapFuture(_ => Task.Delay(Timeout.Infinite, token)).AsTask());
            default:
                var source = new ConcurrentFuture<int>();
                token.UnsafeRegister(static (source, token) => ((ConcurrentFuture<int>)source!).TrySetCanceled(new OperationCanceledException(token)), source);
                return source.Task;
        }
    }

    private static async Task RunAsync(CancellationToken token)
    {
        using var thread = new EventLoopThread();
        Task<int> run = thread.RunAsync(
            async Coroutine<int> () =>
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
                return 1;
            },
            token);
        await run;
    }
}
