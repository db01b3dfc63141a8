using Bridge.TestKit;
using Bridge.Tests.Interop;

namespace Bridge.Tests.Adapters;

/// <summary>Need 33: code gets to the loop thread, and stays there; and disposal from the other side.</summary>
public sealed class HopTests : LoopTest
{
    private static readonly AsyncLocal<string?> s_trace = new();

    [Fact(Timeout = 30000)]
    public async Task SwitchToAsync_FromThePool_GoesOnOnTheLoopAndStays()
    {
        using var host = new LoopHost();
        s_trace.Value = "mine";
        Assert.Equal((host.ThreadId, host.ThreadId, "mine"), await Work());

        async Task<(int, int, string?)> Work()
        {
            await Elsewhere().ConfigureAwait(false);
            await host.Loop.SwitchToAsync();
            int first = Environment.CurrentManagedThreadId;
            await Elsewhere();
            return (first, Environment.CurrentManagedThreadId, s_trace.Value);
        }

        // Done on the pool, once the loop is free: so whoever awaits it on the loop has to wait.
        Task Elsewhere() => Task.Run(() => host.Do(() => { }));
    }

    [Fact(Timeout = 30000)]
    public void SwitchToAsync_OnTheLoopAlready_NoHopUnlessAsked() => Run(async Coroutine () =>
    {
        bool ran = false;
        Loop.CallSoon(() => ran = true);
        await Loop.SwitchToAsync();
        Assert.False(ran);
        await Loop.SwitchToAsync(alwaysYield: true);
        Assert.True(ran);
        ran = false;
        Loop.CallSoon(() => ran = true);
        await Plain();
        Assert.True(ran);

        async Task Plain()
        {
            await Loop.SwitchToAsync();
            Assert.False(ran);
            await Loop.SwitchToAsync(alwaysYield: true);
            Assert.True(Loop.IsOnLoopThread);
        }
    });

    [Fact(Timeout = 30000)]
    public async Task SwitchToAsync_ClosedLoop_ThrowsAtTheAwait()
    {
        var loop = new SelectorEventLoop();
        loop.Close();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await loop.SwitchToAsync());
    }

    [Fact(Timeout = 30000)]
    public void SwitchToAsync_CoroutineOfAnotherLoop_ThrowsAndNamesBoth() => Run(async Coroutine () =>
    {
        using var host = new LoopHost("other");
        InvalidOperationException? thrown = null;
        try
        {
            await host.Loop.SwitchToAsync();
        }
        catch (InvalidOperationException exception)
        {
            thrown = exception;
        }

        Assert.Contains("'test'", thrown!.Message, StringComparison.Ordinal);
        Assert.Contains("'other'", thrown.Message, StringComparison.Ordinal);
        Assert.True(Loop.IsOnLoopThread);
    });

    [Fact(Timeout = 30000)]
    public void SwitchToAsync_PlainMethodStartedOnALoop_GoesToAnotherAndItsCallerStaysHome() => Run(async Coroutine () =>
    {
        using var host = new LoopHost("other");
        Assert.Equal(host.ThreadId, await Work());
        Assert.True(Loop.IsOnLoopThread);

        async Task<int> Work()
        {
            await host.Loop.SwitchToAsync();
            return Environment.CurrentManagedThreadId;
        }
    });

    [Theory(Timeout = 30000)]
    [InlineData("succeed", false)]
    [InlineData("fail", false)]
    [InlineData("cancel", false)]
    [InlineData("succeed", true)]
    [InlineData("fail", true)]
    [InlineData("cancel", true)]
    public void Await_ForeignTask_ComesBackToTheLoopWhateverItsOutcome(string outcome, bool isDoneAlready) => Run(async Coroutine () =>
    {
        using var gate = new SemaphoreSlim(isDoneAlready ? 1 : 0);
        Task work = Foreign();
        if (!isDoneAlready)
        {
            gate.Release();
        }

        string seen = "succeed";
        try
        {
            await work;
        }
        catch (InvalidDataException)
        {
            seen = "fail";
        }
        catch (OperationCanceledException)
        {
            seen = "cancel";
        }

        Assert.Equal(outcome, seen);
        Assert.True(Loop.IsOnLoopThread);
        await LoopTask.Yield();

        async Task Foreign()
        {
            await gate.WaitAsync().ConfigureAwait(false);
            switch (outcome)
            {
                case "fail":
                    throw new InvalidDataException("seeded");
                case "cancel":
                    throw new OperationCanceledException("seeded");
            }
        }
    });

    [Fact(Timeout = 30000)]
    public void DisposeOn_SynchronousThread_DisposesOnceOnTheLoop()
    {
        using var host = new LoopHost();
        var resource = new Resource();
        using (IDisposable disposal = resource.DisposeOn(host.Loop))
        {
            disposal.Dispose();
        }

        Assert.Equal([host.ThreadId], resource.DisposedOn);
    }

    [Fact(Timeout = 30000)]
    public void DisposeOn_DisposalFails_ThrowsTheSameObject()
    {
        using var host = new LoopHost();
        var failure = new InvalidDataException("seeded");
        IDisposable disposal = new Resource { Failure = failure }.DisposeOn(host.Loop);
        Assert.Same(failure, Assert.Throws<InvalidDataException>(disposal.Dispose));
        disposal.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void DisposeOn_OnTheLoopThread_ThrowsAndDisposesOfNothing() => Run(async Coroutine () =>
    {
        var resource = new Resource();
        IDisposable disposal = resource.DisposeOn(Loop);
        Assert.Contains("await using", Assert.Throws<InvalidOperationException>(disposal.Dispose).Message, StringComparison.Ordinal);
        Assert.Empty(resource.DisposedOn);
        await resource.DisposeAsync();
    });

    [Fact(Timeout = 30000)]
    public void DisposeOffLoop_BlockingResource_DisposesOnceOnTheExecutor() => Run(async Coroutine () =>
    {
        var resource = new Resource();
        using var executor = new Bridge.Executors.AffineExecutor("owner");
        int owner = await Loop.RunInExecutor(executor, () => Environment.CurrentManagedThreadId);
        await using (IAsyncDisposable disposal = resource.DisposeOffLoop(Loop, executor))
        {
            await disposal.DisposeAsync();
        }

        Assert.Equal([owner], resource.DisposedOn);
        Assert.True(Loop.IsOnLoopThread);
    });

    [Fact(Timeout = 30000)]
    public void DisposeOffLoop_DisposalFails_FailsTheAwait() => Run(async Coroutine () =>
    {
        var failure = new InvalidDataException("seeded");
        IAsyncDisposable disposal = new Resource { Failure = failure }.DisposeOffLoop(Loop);
        Exception? thrown = null;
        try
        {
            await disposal.DisposeAsync();
        }
        catch (InvalidDataException exception)
        {
            thrown = exception;
        }

        Assert.Same(failure, thrown);
    });

    private sealed class Resource : IDisposable, IAsyncDisposable
    {
        internal List<int> DisposedOn { get; } = [];

        internal Exception? Failure { get; init; }

        public void Dispose()
        {
            DisposedOn.Add(Environment.CurrentManagedThreadId);
            if (Failure is not null)
            {
                throw Failure;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            Dispose();
        }
    }
}
