using Bridge.Selectors;
using Bridge.TestKit;

namespace Bridge.Tests.Interop.Guests;

/// <summary>Hosts that are interrupted or forbid blocking, and clocks that fail: the guest goes on, or ends in order.</summary>
public sealed class GuestHardshipTests : IDisposable
{
    private readonly CountingSelector _selector = new(Selector.CreateDefault());
    private readonly TaskCompletionSource<LoopTask> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EventLoop _loop;

    public GuestHardshipTests()
    {
        _loop = new SelectorEventLoop(_selector, new EventLoopOptions { Name = "guest" });
        _loop.ExceptionHandler = static (_, _) => { };
    }

    public void Dispose() => _loop.Close();

    [Fact(Timeout = 30000)]
    public async Task Host_IsInterruptedBetweenTurns_UsesTheLoopAllTheSame()
    {
        using var host = new HostPump();
        LoopFuture<int> end = _loop.CreateFuture<int>();
        host.Do(() => _loop.RunAsGuest(host, async Coroutine () => await end, _done.SetResult));
        await Asleep();
        host.Do(() =>
        {
            Thread.CurrentThread.Interrupt();
            end.SetResult(1);
            Assert.Throws<ThreadInterruptedException>(() => Thread.Sleep(0));
        });
        Assert.Null((await Ended()).GetException());
    }

    [Fact(Timeout = 30000)]
    public async Task Host_IsALoopThatForbidsBlocking_UsesItsGuestAllTheSame()
    {
        using var host = new LoopHost("host");
        host.Loop.BlockingWaits = BlockingWaitPolicy.Throw;
        LoopFuture<int> end = _loop.CreateFuture<int>();
        host.Do(() => _loop.RunAsGuest(host.Loop.SynchronizationContext, async Coroutine () => await end, _done.SetResult));
        for (int i = 0; i < 10; i++)
        {
            await Asleep();
            host.Do(() => _loop.CallSoon(() => { }));
        }

        host.Do(() => end.SetResult(1));
        Assert.Null((await Ended()).GetException());
    }

    [Fact(Timeout = 30000)]
    public async Task Clock_ItsTimerFails_MainIsCancelledAndTheRunEnds()
    {
        using var host = new HostPump();
        _loop.Close();
        _loop = new SelectorEventLoop(null, new EventLoopOptions { Name = "guest", TimeProvider = new DeadTimers() });
        _loop.ExceptionHandler = static (_, _) => { };
        host.Do(() => _loop.RunAsGuest(host, () => LoopTask.Sleep(TimeSpan.FromHours(2)), _done.SetResult));
        await Ended();
        Assert.True(_loop.IsClosed);
        Assert.Empty(host.Failures);
    }

    [Fact(Timeout = 30000)]
    public async Task Orphan_StopIsCalledOnTheWay_RunsOn()
    {
        using var host = new HostPump();
        LoopFuture<int> never = _loop.CreateFuture<int>();
        bool wasRunning = false;
        host.Do(() => _loop.RunAsGuest(
            host,
            async Coroutine () =>
            {
                try
                {
                    await never;
                }
                finally
                {
                    _loop.Stop();
                    try
                    {
                        await LoopTask.Yield();
                    }
                    finally
                    {
                        wasRunning = _loop.IsRunning;
                    }
                }
            },
            _done.SetResult));
        await Asleep();
        host.Refuse();
        _loop.CallSoonThreadSafe(() => { });
        await Ended();
        Assert.True(wasRunning);
    }

    private Task<LoopTask> Ended() => _done.Task.WaitAsync(LoopHost.Limit);

    private async Task Asleep() => Assert.True(await _selector.Asleep.WaitAsync(LoopHost.Limit));

    /// <summary>Its timers cannot be set.</summary>
    private sealed class DeadTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
            => throw new InvalidOperationException("This clock has no timers.");
    }
}
