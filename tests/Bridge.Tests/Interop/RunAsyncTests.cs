namespace Bridge.Tests.Interop;

/// <summary>Async code elsewhere runs something on a loop.</summary>
public sealed class RunAsyncTests
{
    [Fact(Timeout = 30000)]
    public async Task InvokeAsync_Function_RunsOnTheLoopThread()
    {
        using var host = new LoopHost();
        Assert.Equal(host.ThreadId, await host.Loop.InvokeAsync(() => Environment.CurrentManagedThreadId));
        var failure = new InvalidDataException("seeded");
        Assert.Same(failure, await Assert.ThrowsAsync<InvalidDataException>(() => host.Loop.InvokeAsync<int>(() => throw failure)));
    }

    [Fact(Timeout = 30000)]
    public async Task RunAsync_TokenFires_EndsWithItWhenTheCoroutineHasStopped()
    {
        using var host = new LoopHost();
        using var stop = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool hasStopped = false;
        Task running = host.Loop.RunAsync(Work, stop.Token);
        await begun.Task;
        await stop.CancelAsync();
        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(stop.Token, thrown.CancellationToken);
        Assert.True(hasStopped);
        bool ran = false;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Loop.InvokeAsync(() => ran = true, stop.Token));
        Assert.False(ran);

        async Coroutine Work()
        {
            begun.SetResult();
            try
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                await LoopTask.Yield();
                hasStopped = true;
            }
        }
    }

    [Fact(Timeout = 30000)]
    public async Task RunAsync_LoopIsOrGetsClosed_SaysSo()
    {
        var host = new LoopHost();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int> running = host.Loop.RunAsync(async Coroutine<int> () =>
        {
            begun.SetResult();
            await LoopTask.Sleep(TimeSpan.FromHours(1));
            return 1;
        });
        await begun.Task;
        host.Close();
        await Assert.ThrowsAsync<LoopClosedException>(() => running);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.Loop.InvokeAsync(() => 1));
    }
}
