using Bridge.Executors;
using Bridge.TestKit;

namespace Bridge.Tests.Adapters;

/// <summary>Scenarios 1 and 2: an object that one thread has to itself.</summary>
public sealed class AffineTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void Run_Calls_OneThreadMakesUsesAndDisposes() => Run(async Coroutine () =>
    {
        int home = Environment.CurrentManagedThreadId;
        Connection made;
        await using (LoopAffine<Connection> db = Loop.CreateAffine(() => new Connection(), "db"))
        {
            made = await db.Run(connection => connection);
            LoopTask<int>[] queries = [.. Enumerable.Range(0, 5).Select(number => LoopTask.Create(db.Run(connection => connection.Query(number))))];
            int[] results = await LoopTask.Gather(queries);
            Assert.Equal([0, 1, 2, 3, 4], results);
            await db.Run(connection => connection.Calls.Add(9));
            Assert.Equal(home, Environment.CurrentManagedThreadId);
            Assert.Equal("db", await db.Run(_ => Thread.CurrentThread.Name));
            Assert.Equal("db", db.Executor.Name);
        }

        Assert.Equal([0, 1, 2, 3, 4, 9], made.Calls);
        Assert.NotEqual(home, Assert.Single(made.Threads.Distinct()));
        Assert.True(made.IsDisposed);
    });

    [Fact(Timeout = 30000)]
    public void Run_CancelledWhileItWaitsInLine_NeverRuns() => Run(async Coroutine () =>
    {
        await using LoopAffine<Connection> db = Loop.CreateAffine(() => new Connection());
        using var begun = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        LoopTask blocker = LoopTask.Create(db.Run(_ =>
        {
            begun.Set();
            release.Wait();
        }));
        await LoopTask.ToThread(() => begun.Wait());
        LoopTask<int> byTask = LoopTask.Create(db.Run(connection => connection.Query(1)));
        LoopTask<int> byToken = LoopTask.Create(db.Run(connection => connection.Query(2), stop.Token));
        await LoopTask.Yield();
        byTask.Cancel();
        await stop.CancelAsync();
        await LoopTask.Wait([byTask, byToken]);
        Assert.True(byTask.IsCancelled && byToken.IsCancelled);
        Assert.Equal(stop.Token, await TokenOf(byToken));
        release.Set();
        await blocker;
        Assert.Empty(await db.Run(connection => connection.Calls));
    });

    [Fact(Timeout = 30000)]
    public void Run_CancelledWhileItRuns_OnCancelIsCalledElsewhereBeforeTheNextCall() => Run(async Coroutine () =>
    {
        await using LoopAffine<Connection> db = Loop.CreateAffine(() => new Connection());
        using var stop = new CancellationTokenSource();
        using var begun = new ManualResetEventSlim();
        LoopTask<int> slow = LoopTask.Create(db.Run(
            connection =>
            {
                begun.Set();
                return connection.QueryUntilCancelled();
            },
            stop.Token,
            onCancel: connection => connection.CancelCommand()));
        await LoopTask.ToThread(() => begun.Wait());
        await stop.CancelAsync();
        await LoopTask.Wait([slow]);
        Assert.Equal(stop.Token, await TokenOf(slow));
        Connection made = await db.Run(connection => connection);
        Assert.NotEqual(made.Threads.First(), made.CancelledBy);
        Assert.NotEqual(0, made.CancelledBy);
    });

    [Fact(Timeout = 30000)]
    public void Run_WithToken_CanBeAskedToStop() => Run(async Coroutine () =>
    {
        await using LoopAffine<Connection> db = Loop.CreateAffine(() => new Connection());
        using var begun = new ManualResetEventSlim();
        LoopTask<bool> waiting = LoopTask.Create(db.Run((_, token) =>
        {
            begun.Set();
            return token.WaitHandle.WaitOne();
        }));
        await LoopTask.ToThread(() => begun.Wait());
        waiting.Cancel();
        await LoopTask.Wait([waiting]);
        Assert.True(waiting.IsCancelled);
        Assert.Equal(3, await db.Run(connection => connection.Query(3)));
    });

    [Fact(Timeout = 30000)]
    public void Run_OnCancelThrows_IsReported()
    {
        Run(async Coroutine () =>
        {
            await using LoopAffine<Connection> db = Loop.CreateAffine(() => new Connection());
            using var begun = new ManualResetEventSlim();
            LoopTask<int> slow = LoopTask.Create(db.Run(
                connection =>
                {
                    begun.Set();
                    return connection.QueryUntilCancelled();
                },
                onCancel: connection =>
                {
                    connection.CancelCommand();
                    throw new InvalidDataException("seeded");
                }));
            await LoopTask.ToThread(() => begun.Wait());
            slow.Cancel();
            await LoopTask.Wait([slow]);
            while (Reports.Count == 0)
            {
                await LoopTask.ToThread(() => Thread.Yield());
            }
        });
        Assert.Equal("seeded", TakeReport().Exception!.Message);
    }

    [Fact(Timeout = 30000)]
    public void Run_FactoryFails_EveryCallGetsTheCause() => Run(async Coroutine () =>
    {
        await using LoopAffine<Connection> db = Loop.CreateAffine<Connection>(() => throw new InvalidDataException("seeded"));
        for (int i = 0; i < 2; i++)
        {
            LoopTask<int> query = LoopTask.Create(db.Run(connection => connection.Query(1)));
            await LoopTask.Wait([query]);
            Assert.Equal("seeded", Assert.IsType<BrokenExecutorException>(query.GetException()).InnerException!.Message);
        }
    });

    [Fact(Timeout = 30000)]
    public void Run_AfterDispose_Throws() => Run(async Coroutine () =>
    {
        LoopAffine<Connection> db = Loop.CreateAffine(() => new Connection());
        await db.DisposeAsync();
        await db.DisposeAsync();
        LoopTask<int> query = LoopTask.Create(db.Run(connection => connection.Query(1)));
        await LoopTask.Wait([query]);
        Assert.IsType<InvalidOperationException>(query.GetException());
    });

    [Fact(Timeout = 30000)]
    public void LoopCloses_ObjectInUse_IsDisposedAndTheThreadEnds()
    {
        var loop = new SelectorEventLoop();
        LoopAffine<Connection> db = null!;
        Connection made = null!;
        using var release = new ManualResetEventSlim();
        Thread thread = null!;
        loop.RunUntilComplete(Body());
        loop.Close();
        release.Set();
        Assert.True(thread.Join(TimeSpan.FromSeconds(20)));
        Assert.True(made.IsDisposed);

        async Coroutine Body()
        {
            db = loop.CreateAffine(() => new Connection());
            (made, thread) = await db.Run(connection => (connection, Thread.CurrentThread));
            _ = loop.RunInExecutor(db.Executor, () => release.Wait());
        }
    }

    [Fact]
    public void CreateAffine_StaOutsideWindows_ThrowsAtOnce()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There it exists.");
        Assert.Throws<PlatformNotSupportedException>(() => Loop.CreateAffine(() => new Connection(), "excel", ApartmentState.STA));
    }

    [Fact]
    public void Instance_OnAnotherThread_Throws()
    {
        using var executor = new AffineExecutor<Connection>(() => new Connection(), "db");
        Assert.Contains("'db'", Assert.Throws<InvalidOperationException>(() => executor.Instance).Message, StringComparison.Ordinal);
        Assert.Equal(5, executor.Submit(() => executor.Instance.Query(5)).GetResult());
    }

    private static async Coroutine<CancellationToken> TokenOf(LoopTask<int> task)
    {
        try
        {
            await task;
            return default;
        }
        catch (OperationCanceledException cancelled)
        {
            return cancelled.CancellationToken;
        }
    }

    /// <summary>A driver of the old kind: one thread, and calls that block.</summary>
    private sealed class Connection : IDisposable
    {
        private readonly ManualResetEventSlim _cancelled = new();

        internal Connection() => Threads.Enqueue(Environment.CurrentManagedThreadId);

        internal System.Collections.Concurrent.ConcurrentQueue<int> Threads { get; } = new();

        internal List<int> Calls { get; } = [];

        internal int CancelledBy { get; private set; }

        internal bool IsDisposed { get; private set; }

        public void Dispose()
        {
            Threads.Enqueue(Environment.CurrentManagedThreadId);
            IsDisposed = true;
            _cancelled.Dispose();
        }

        internal int Query(int number)
        {
            Threads.Enqueue(Environment.CurrentManagedThreadId);
            Calls.Add(number);
            return number;
        }

        internal int QueryUntilCancelled()
        {
            _cancelled.Wait();
            return -1;
        }

        internal void CancelCommand()
        {
            CancelledBy = Environment.CurrentManagedThreadId;
            _cancelled.Set();
        }
    }
}
