using Bridge.Selectors;
using Bridge.TestKit;

namespace Bridge.Tests.Interop.Guests;

/// <summary>Need 29: our loop driven by a foreign one.</summary>
public sealed class RunAsGuestTests : IDisposable
{
    private static readonly AsyncLocal<string?> s_ambient = new();

    private readonly HostPump _host = new();
    private readonly CountingSelector _selector = new(Selector.CreateDefault());
    private readonly EventLoop _loop;
    private readonly List<LoopErrorContext> _reports = [];
    private readonly TaskCompletionSource<LoopTask> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _doneCalls;
    private int _doneThread;

    public RunAsGuestTests()
    {
        _loop = new SelectorEventLoop(_selector, new EventLoopOptions { Name = "guest" });
        _loop.ExceptionHandler = (_, report) =>
        {
            lock (_reports)
            {
                _reports.Add(report);
            }
        };
    }

    public void Dispose()
    {
        _host.Dispose();
        _loop.Close();
    }

    [Fact(Timeout = 30000)]
    public async Task Main_OfEveryKind_RunsOnTheHostsThreadAndTellsItOnce()
    {
        var threads = new List<int>();
        LoopTask<int> task = _host.Get(() => _loop.RunAsGuest(
            _host,
            async Coroutine<int> () =>
            {
                Note();
                await LoopTask.Sleep(TimeSpan.FromMilliseconds(1));
                Note();
                int sum = await _loop.RunInExecutor(null, () => 20 + 1);
                Note();
                sum += await Task.Run(() => 21);
                Note();
                Assert.Same(_loop, EventLoop.Running);
                Assert.Same(_loop.SynchronizationContext, SynchronizationContext.Current);
                return sum;
            },
            Done));
        await Ended();

        // The host hears of the end right after the callback that was waited for.
        _host.Do(() => { });
        Assert.All(threads, id => Assert.Equal(_host.ThreadId, id));
        Assert.Equal(4, threads.Count);
        Assert.Equal(42, task.GetResult());
        Assert.Equal(_host.ThreadId, _doneThread);
        Assert.True(_loop.IsClosed);
        Assert.Equal(0, _host.Operations);
        Assert.Empty(_reports);

        void Note() => threads.Add(Environment.CurrentManagedThreadId);
    }

    [Fact(Timeout = 30000)]
    public async Task Idle_WaitsOnAHelperAndPostsNothing()
    {
        LoopFuture<int> gate = _loop.CreateFuture<int>();
        _ = _loop.RunAsGuest(_host, async Coroutine () => await gate, Done);
        await Asleep();
        _host.Do(() => { });
        long posts = _host.Posts;
        long selects = _selector.Selects;
        for (int i = 0; i < 100; i++)
        {
            _host.Do(() => { });
        }

        Assert.Equal(posts, _host.Posts);
        Assert.Equal(selects, _selector.Selects);
        _loop.CallSoonThreadSafe(() => { });
        await Asleep();
        Assert.Equal(posts + 1, _host.Posts);
        _loop.CallSoonThreadSafe(() => gate.SetResult(1));
        await Ended();
    }

    [Fact(Timeout = 30000)]
    public async Task Timer_WhileIdle_EndsTheWaitOfTheHelper()
    {
        TimeSpan slept = TimeSpan.Zero;
        _ = _loop.RunAsGuest(_host, async Coroutine () =>
        {
            TimeSpan began = _loop.Now;
            await LoopTask.Sleep(TimeSpan.FromMilliseconds(20));
            slept = _loop.Now - began;
        }, Done);
        await Ended();
        Assert.True(slept + EventLoop.ClockResolution >= TimeSpan.FromMilliseconds(20), $"It slept {slept}.");
    }

    [Fact(Timeout = 30000)]
    public async Task HostCode_BetweenTurns_MayUseTheLoopAndWakesIt()
    {
        LoopFuture<int> gate = _loop.CreateFuture<int>();
        LoopTask<int> task = _loop.RunAsGuest(_host, async Coroutine<int> () => await gate, Done);
        await Asleep();
        _host.Do(() =>
        {
            Assert.True(_loop.IsOnLoopThread);
            Assert.False(EventLoop.TryGetRunning(out _));
            Assert.Same(_host, SynchronizationContext.Current);
            _loop.CallSoon(() => gate.SetResult(7));
            Assert.Contains("WrapFuture", Assert.Throws<InvalidOperationException>(() => gate.GetAwaiter().IsCompleted).Message, StringComparison.Ordinal);
        });
        await Ended();
        Assert.Equal(7, task.GetResult());
    }

    [Fact(Timeout = 30000)]
    public async Task HostCode_WatchesAFileWhileTheHelperWaits_IsCalledBack()
    {
        using var pair = new SocketPair();
        var called = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        LoopTask task = _loop.RunAsGuest(_host, () => LoopTask.Sleep(TimeSpan.FromHours(1)), Done);
        await Asleep();
        _host.Do(() => _loop.AddReader(pair.Server, () =>
        {
            _loop.RemoveReader(pair.Server);
            called.SetResult(Environment.CurrentManagedThreadId);
        }));
        await Asleep();
        pair.WriteToServer();
        Assert.Equal(_host.ThreadId, await called.Task);
        _host.Do(() => task.Cancel());
        await Ended();
    }

    [Fact(Timeout = 30000)]
    public async Task OtherThread_WhileTheLoopIsIdle_ThrowsAndNamesTheThreads()
    {
        LoopTask task = _loop.RunAsGuest(_host, () => LoopTask.Sleep(TimeSpan.FromHours(1)), Done);
        await Asleep();
        var wrong = Assert.Throws<InvalidOperationException>(() => _loop.CallSoon(() => { }));
        Assert.Contains($"{_host.ThreadId}", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("CallSoonThreadSafe", wrong.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(_loop.Close);
        Assert.Throws<InvalidOperationException>(_loop.RunForever);
        task.CancelThreadSafe();
        await Ended();
    }

    [Fact(Timeout = 30000)]
    public async Task HostExit_CancelsMain_EveryFinallyRunsBeforeOnDone()
    {
        var order = new List<string>();
        LoopTask task = _loop.RunAsGuest(
            _host,
            async Coroutine () =>
            {
                _ = LoopTask.Create(Other());
                try
                {
                    await LoopTask.Sleep(TimeSpan.FromHours(1));
                }
                finally
                {
                    await LoopTask.Sleep(TimeSpan.FromMilliseconds(1));
                    order.Add("main");
                }
            },
            task =>
            {
                order.Add("done");
                Done(task);
            });
        await Asleep();
        _host.Do(() => task.Cancel("the window was closed"));
        await Ended();
        Assert.Equal(["main", "other", "done"], order);
        Assert.True(task.IsCancelled);

        async Coroutine Other()
        {
            try
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                await LoopTask.Yield();
                order.Add("other");
            }
        }
    }

    [Theory(Timeout = 30000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Host_TakesNoMoreTurns_MainIsCancelledAndEndsElsewhere(bool refuses)
    {
        bool cleanedUp = false;
        LoopTask task = _loop.RunAsGuest(_host, async Coroutine () =>
        {
            try
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                await LoopTask.Yield();
                cleanedUp = _loop.IsOnLoopThread;
            }
        }, Done);
        await Asleep();
        if (refuses)
        {
            _host.Refuse();
        }
        else
        {
            _host.EndInSilence();
        }

        _loop.CallSoonThreadSafe(() => { });
        await Ended();
        Assert.True(cleanedUp);
        Assert.True(task.IsCancelled);
        Assert.NotEqual(_host.ThreadId, _doneThread);
        Assert.Contains("host", Assert.Single(_reports).Message, StringComparison.Ordinal);
        Assert.Equal(refuses, _reports[0].Exception is ObjectDisposedException);
    }

    [Fact(Timeout = 30000)]
    public async Task Stop_InAGuest_CancelsMainAndEndsInOrder()
    {
        LoopTask task = _loop.RunAsGuest(_host, () => LoopTask.Sleep(TimeSpan.FromHours(1)), Done);
        await Asleep();
        _loop.CallSoonThreadSafe(_loop.Stop);
        await Ended();
        Assert.True(task.IsCancelled);
    }

    [Fact(Timeout = 30000)]
    public async Task FatalException_InATurn_CancelsMainAndIsReported()
    {
        var fatal = new FatalTestException();
        LoopTask task = _loop.RunAsGuest(_host, () => LoopTask.Sleep(TimeSpan.FromHours(1)), Done);
        await Asleep();
        _loop.CallSoonThreadSafe(() => throw fatal);
        await Ended();
        Assert.True(task.IsCancelled);
        Assert.Same(fatal, Assert.Single(_reports).Exception);
    }

    [Fact(Timeout = 30000)]
    public async Task Main_Fails_TheTaskSaysSo()
    {
        var failure = new InvalidDataException();
        LoopTask task = _loop.RunAsGuest(_host, Coroutine () => throw failure, Done);
        await Ended();
        Assert.Same(failure, task.GetException());
    }

    [Fact(Timeout = 30000)]
    public async Task OnDone_Throws_TheHostGetsIt()
    {
        var failure = new InvalidDataException();
        _ = _loop.RunAsGuest(_host, () => LoopTask.Sleep(TimeSpan.Zero), task =>
        {
            Done(task);
            throw failure;
        });
        await Ended();
        _host.Do(() => { });
        Assert.Same(failure, Assert.Single(_host.Failures));
        Assert.Equal(0, _host.Operations);
    }

    [Fact(Timeout = 30000)]
    public async Task Contexts_OfTheHost_StayItsOwn()
    {
        string? seen = "unset";
        _host.Do(() =>
        {
            s_ambient.Value = "caller";
            _ = _loop.RunAsGuest(_host, async Coroutine () =>
            {
                await LoopTask.Yield();
                seen = s_ambient.Value;
                s_ambient.Value = "guest";
                await LoopTask.Yield();
            }, Done);
        });
        await Ended();
        Assert.Equal("caller", seen);
        Assert.Same(_host, _host.Get(() => SynchronizationContext.Current));
    }

    [Fact(Timeout = 30000)]
    public async Task Host_IsALoopOfOurs_EachFindsItself()
    {
        using var host = new LoopHost("host");
        EventLoop? inGuest = null;
        EventLoop? between = null;
        _ = _loop.RunAsGuest(
            host.Loop.SynchronizationContext,
            async Coroutine () =>
            {
                await LoopTask.Sleep(TimeSpan.FromMilliseconds(1));
                inGuest = EventLoop.Running;
                LoopFuture<int> hosts = host.Loop.CreateFuture<int>();
                await Assert.ThrowsAsync<InvalidOperationException>(async () => await hosts);
                host.Loop.CallSoon(() =>
                {
                    between = EventLoop.Running;
                    hosts.SetResult(3);
                });
                Assert.Equal(3, await _loop.WrapFuture(hosts));
            },
            Done);
        LoopTask task = await Ended();
        Assert.Null(task.GetException());
        Assert.Same(_loop, inGuest);
        Assert.Same(host.Loop, between);
        Assert.Equal(host.ThreadId, _doneThread);
        host.Do(() => Assert.Same(host.Loop, EventLoop.Running));
    }

    [Fact(Timeout = 30000)]
    public async Task Host_IsNitosAsyncContext_WaitsForItsGuest()
    {
        LoopTask<int>? task = null;
        int hostThread = 0;
        int mainThread = 0;
        await Task.Factory.StartNew(
            () => Nito.AsyncEx.AsyncContext.Run(async () =>
            {
                hostThread = Environment.CurrentManagedThreadId;
                task = _loop.RunAsGuest(
                    SynchronizationContext.Current!,
                    async Coroutine<int> () =>
                    {
                        await LoopTask.Sleep(TimeSpan.FromMilliseconds(5));
                        await Task.Run(() => { });
                        mainThread = Environment.CurrentManagedThreadId;
                        return 5;
                    },
                    Done);
                await Task.Yield();
                Assert.Equal(hostThread, Environment.CurrentManagedThreadId);
            }),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        // The context has ended: it did not end before its guest.
        Assert.True(_loop.IsClosed);
        Assert.Equal(5, task!.GetResult());
        Assert.Equal(hostThread, mainThread);
        Assert.Equal(hostThread, _doneThread);
    }

    [Fact(Timeout = 30000)]
    public void BadCalls_ThrowAtOnce()
    {
        Assert.Throws<ArgumentNullException>("host", () => _loop.RunAsGuest(null!, () => LoopTask.Sleep(TimeSpan.Zero), Done));
        Assert.Throws<ArgumentNullException>("main", () => _loop.RunAsGuest(_host, null!, Done));
        Assert.Throws<ArgumentNullException>("onDone", () => _loop.RunAsGuest(_host, () => LoopTask.Sleep(TimeSpan.Zero), null!));
        Assert.Throws<ArgumentException>("host", () => _loop.RunAsGuest(_loop.SynchronizationContext, () => LoopTask.Sleep(TimeSpan.Zero), Done));
        _loop.Close();
        Assert.Throws<ObjectDisposedException>(() => _loop.RunAsGuest(_host, () => LoopTask.Sleep(TimeSpan.Zero), Done));
    }

    private void Done(LoopTask task)
    {
        _doneThread = Environment.CurrentManagedThreadId;
        Assert.Equal(1, Interlocked.Increment(ref _doneCalls));
        _done.SetResult(task);
    }

    private Task<LoopTask> Ended() => _done.Task.WaitAsync(LoopHost.Limit);

    /// <summary>The helper waits in the selector, for the first time or again.</summary>
    private async Task Asleep() => Assert.True(await _selector.Asleep.WaitAsync(LoopHost.Limit));
}
