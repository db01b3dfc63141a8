using Bridge.Executors;

namespace Bridge.Tests.Interop;

/// <summary>What users of such bridges ran into elsewhere: needs 4, 5, 8, 19, 20, 21, 24. Numbers are scaled down for every-day runs; each says so.</summary>
public sealed class BorderNeedsTests : IDisposable
{
    private static readonly AsyncLocal<string?> s_tenant = new();

    private readonly LoopHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact(Timeout = 30000)]
    public void Close_HundredJobsRun_AllAreDroppedCountedAndTheirWaitersToldWhy()
    {
        using var executor = new ThreadPoolExecutor(100);
        using var started = new CountdownEvent(100);
        using var go = new ManualResetEventSlim();
        Task<int>[] waiters = _host.Get(() => Enumerable.Range(0, 100).Select(number => _host.Loop.RunInExecutor(executor, () =>
        {
            started.Signal();
            go.Wait();
            return number;
        }).AsTask()).ToArray());
        Assert.True(started.Wait(LoopHost.Limit));
        _host.Close();
        go.Set();
        executor.Shutdown();
        Assert.Equal(100, _host.Loop.LateCompletions);
        foreach (Task<int> waiter in waiters)
        {
            Assert.IsType<LoopClosedException>(BorderContract.Catch(() => waiter.GetAwaiter().GetResult()));
            Assert.True(waiter.IsCanceled);
        }
    }

    /// <summary>20,000 races; the need says a million.</summary>
    [Fact(Timeout = 60000)]
    public void Post_CancelledInTime_NeverRuns()
    {
        int ran = 0;
        int cancelled = 0;
        for (int round = 0; round < 20_000; round++)
        {
            Handle handle = _host.Loop.CallSoonThreadSafe(() => ran++);
            if (handle.Cancel())
            {
                cancelled++;
            }
        }

        Assert.Equal(20_000, cancelled + _host.Get(() => ran));
    }

    [Fact(Timeout = 30000)]
    public void AmbientContext_OverEveryBorder_FlowsInAndNeverBack() => _host.Run(async Coroutine () =>
    {
        s_tenant.Value = "A";
        Assert.Equal("A", await _host.Loop.RunInExecutor<string?>(null, Read));
        Assert.Equal("A", await _host.Loop.WrapFuture(_ => Task.Run(Read)));
        LoopFuture<string?> posted = _host.Loop.CreateFuture<string?>();
        await _host.Loop.RunInExecutor(null, () => { _host.Loop.CallSoonThreadSafe(() => posted.SetResult(Read())); });
        Assert.Equal("A", await posted);
        Assert.Equal("A", await _host.Loop.WrapFuture(_host.Loop.RunCoroutineThreadSafe(async Coroutine<string?> () =>
        {
            await LoopTask.Yield();
            return Read();
        })));
        Assert.Equal("A", s_tenant.Value);

        static string? Read()
        {
            string? seen = s_tenant.Value;
            s_tenant.Value = "changed";
            return seen;
        }
    });

    /// <summary>3,000 races over three futures in a row; the need says a million.</summary>
    [Fact(Timeout = 120000)]
    public void Chain_CompletionsRace_OneWinsAndBothEndsAgree()
    {
        for (int round = 0; round < 3_000; round++)
        {
            var source = new ConcurrentFuture<int>();
            var middle = new ConcurrentFuture<int>();
            LoopFuture<int> end = _host.Loop.CreateFuture<int>();
            Futures.Chain(source, middle);
            Futures.Chain(middle, end);
            using var barrier = new Barrier(3);
            Task[] racers =
            [
                Task.Run(() => Meet(barrier, () => source.TrySetResult(1))),
                Task.Run(() => Meet(barrier, () => source.TrySetException(new InvalidDataException()))),
                Task.Run(() => Meet(barrier, () => source.Cancel())),
            ];
            Task.WaitAll(racers);
            _host.Run(() => RunInExecutorTests.Settled(end));
            _host.Do(() =>
            {
                Assert.Equal(source.IsCancelled, end.IsCancelled);
                if (!end.IsCancelled)
                {
                    Assert.Same(source.GetException(), end.GetException());
                }
            });
        }

        Assert.Empty(_host.Reports);
    }

    [Fact(Timeout = 30000)]
    public void Cancel_ThousandHandlersThatBlock_ReturnsAndAllAreCancelled()
    {
        using var source = new CancellationTokenSource();
        using var go = new ManualResetEventSlim();
        Task<int>[] tasks = _host.Get(() => Enumerable.Range(0, 1000).Select(_ =>
        {
            LoopFuture<int> future = _host.Loop.CreateFuture<int>();
            Task<int> task = future.AsTask(source.Token);
            task.ContinueWith(_ => go.Wait(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return task;
        }).ToArray());

        // Hangs if any of the handlers runs inside.
        source.Cancel();
        try
        {
            _host.Do(() => { });
            _host.Do(() => { });
            Assert.All(tasks, static task => Assert.True(task.IsCanceled));
        }
        finally
        {
            go.Set();
        }
    }

    [Fact(Timeout = 30000)]
    public void SetResult_HoldingALockTheContinuationNeeds_DoesNotDeadlock()
    {
        object gate = new();
        LoopFuture<int> future = _host.Loop.CreateFuture<int>();
        var order = new List<int>();
        Task[] waiters = _host.Get(() => new[] { Waiter(1), Waiter(2) });
        _host.Do(() =>
        {
            lock (gate)
            {
                future.SetResult(1);
                Assert.Empty(order);
            }
        });
        Task.WaitAll(waiters);
        Assert.Equal([1, 2], order);

        async Task Waiter(int number)
        {
            await future;
            lock (gate)
            {
                order.Add(number);
            }
        }
    }

    /// <summary>20,000 links on a 256 KB stack; the need says 100,000.</summary>
    [Theory(Timeout = 60000)]
    [InlineData(true)]
    [InlineData(false)]
    public void Chain_Long_CompletesAndCancelsOffTheStack(bool cancel)
    {
        ConcurrentFuture<int>[] links = [.. Enumerable.Range(0, 20_000).Select(_ => new ConcurrentFuture<int>())];
        for (int i = 1; i < links.Length; i++)
        {
            Futures.Chain(links[i - 1], links[i]);
        }

        OnSmallStack(() =>
        {
            if (cancel)
            {
                links[^1].Cancel();
            }
            else
            {
                links[0].SetResult(1);
            }
        });
        Assert.All(links, link => Assert.Equal(cancel, link.IsCancelled));
        Assert.All(links, link => Assert.True(link.IsDone));
    }

    /// <summary>20,000 wraps of one future; the need says 100,000.</summary>
    [Theory(Timeout = 60000)]
    [InlineData(true)]
    [InlineData(false)]
    public void WrapFuture_OneFutureManyTimes_CompletesAndCancelsOffTheStack(bool cancel)
    {
        var source = new ConcurrentFuture<int>();
        LoopFuture<int>[] wraps = _host.Get(() => Enumerable.Range(0, 20_000).Select(_ => _host.Loop.WrapFuture(source)).ToArray());
        OnSmallStack(() => _ = cancel ? source.Cancel() : source.TrySetResult(1));
        _host.Do(() => { });
        _host.Do(() => Assert.All(wraps, wrap => Assert.True(wrap.IsDone && wrap.IsCancelled == cancel)));
    }

    private static void OnSmallStack(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    action();
                }
                catch (Exception exception)
                {
                    failure = exception;
                }
            },
            256 * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    private static void Meet(Barrier barrier, Action action)
    {
        barrier.SignalAndWait();
        action();
    }
}
