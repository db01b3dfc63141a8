namespace Bridge.Executors.Tests;

/// <summary>Needs 13 and 14: one thread owns one object.</summary>
public sealed class AffineExecutorTests
{
    [Fact(Timeout = 30000)]
    public void Submit_Calls_RunInOrderOnTheThreadThatMadeTheObjectAndDisposesIt()
    {
        var executor = new AffineExecutor<Connection>(() => new Connection(), "driver");
        var futures = Enumerable.Range(0, 100).Select(i => executor.Submit(connection => connection.Call(i))).ToList();
        var plain = executor.Submit(() => Environment.CurrentManagedThreadId);
        executor.Submit(connection => { connection.Call(100); }).GetResult();
        var connection = executor.Submit(connection => connection).GetResult();
        Assert.Equal(connection.MadeOn, plain.GetResult());
        Assert.True(executor.Submit(() => executor.IsCurrentThread).GetResult());
        Assert.False(executor.IsCurrentThread);
        Assert.Equal("driver", executor.Submit(() => Thread.CurrentThread.Name!).GetResult());
        executor.Dispose();
        Assert.Equal(Enumerable.Range(0, 101), connection.Calls);
        Assert.All(futures, future => Assert.Equal(connection.MadeOn, future.GetResult()));
        Assert.Equal(connection.MadeOn, connection.DisposedOn);
    }

    [Fact(Timeout = 30000)]
    public void Submit_WithToken_CanBeAskedToStop()
    {
        using var executor = new AffineExecutor<Connection>(() => new Connection());
        using var entered = new ManualResetEventSlim();
        var value = executor.Submit((connection, token) =>
        {
            entered.Set();
            token.WaitHandle.WaitOne();
            token.ThrowIfCancellationRequested();
            return connection.MadeOn;
        });
        entered.Wait();
        Assert.False(value.Cancel());
        Assert.ThrowsAny<OperationCanceledException>(() => value.GetResult());
        executor.Submit((connection, token) => { Assert.False(token.IsCancellationRequested); connection.Call(1); }).GetResult();
    }

    [Fact(Timeout = 30000)]
    public void Factory_Fails_EverySubmissionGetsTheCause()
    {
        using var log = new FaultLog();
        var failure = new FormatException("factory");
        using var executor = new AffineExecutor<Connection>(() => throw failure);
        var first = executor.Submit(connection => connection.MadeOn);
        var caught = Assert.Throws<BrokenExecutorException>(() => first.GetResult());
        Assert.Same(failure, caught.InnerException);
        var later = Assert.Throws<BrokenExecutorException>(() => executor.Submit(connection => connection.MadeOn));
        Assert.Same(failure, later.InnerException);
        Assert.Same(failure, Assert.Single(log.From(executor)).Exception);
        Assert.True(executor.Shutdown(TimeSpan.FromSeconds(20)).IsComplete);
    }

    [Fact(Timeout = 30000)]
    public void Shutdown_NeverUsed_MakesNoObject()
    {
        var executor = new AffineExecutor<Connection>(() => throw new FormatException());
        executor.Dispose();
        Assert.Throws<InvalidOperationException>(() => executor.Submit(connection => connection.MadeOn));
    }

    [Fact(Timeout = 30000)]
    public void Shutdown_DisposeThrows_IsReported()
    {
        using var log = new FaultLog();
        var executor = new AffineExecutor<Connection>(() => new Connection { DisposeFailure = new FormatException("dispose") });
        executor.Submit(connection => connection.MadeOn).GetResult();
        executor.Dispose();
        Assert.IsType<FormatException>(Assert.Single(log.From(executor)).Exception);
    }

    [Fact(Timeout = 30000)]
    public void Shutdown_ObjectIsOnlyAsyncDisposable_IsDisposedToo()
    {
        var executor = new AffineExecutor<AsyncOnly>(() => new AsyncOnly());
        var made = executor.Submit(made => made).GetResult();
        executor.Dispose();
        Assert.True(made.Disposed);
    }

    [Fact(Timeout = 30000)]
    public void GetResult_OfAJobQueuedBehindThisOne_ThrowsInsteadOfHanging()
    {
        using var executor = new AffineExecutor();
        var outer = executor.Submit(() => executor.Submit(() => 1).GetResult());
        Assert.Throws<InvalidOperationException>(() => outer.GetResult());
    }

    [Fact]
    public void Constructor_Sta_ThrowsOutsideWindows()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has apartments.");
        Assert.Contains("Windows", Assert.Throws<PlatformNotSupportedException>(() => new AffineExecutor(null, ApartmentState.STA)).Message, StringComparison.Ordinal);
        Assert.Throws<PlatformNotSupportedException>(() => new AffineExecutor<Connection>(() => new Connection(), null, ApartmentState.STA));
    }

    [Fact]
    public void Constructor_NullFactory_Throws()
        => Assert.Throws<ArgumentNullException>("factory", () => new AffineExecutor<Connection>(null!));

    private sealed class Connection : IDisposable
    {
        public int MadeOn { get; } = Environment.CurrentManagedThreadId;

        public int DisposedOn { get; private set; }

        public List<int> Calls { get; } = [];

        public Exception? DisposeFailure { get; init; }

        public int Call(int value)
        {
            Calls.Add(value);
            return Environment.CurrentManagedThreadId;
        }

        public void Dispose()
        {
            DisposedOn = Environment.CurrentManagedThreadId;
            if (DisposeFailure is not null)
            {
                throw DisposeFailure;
            }
        }
    }

    private sealed class AsyncOnly : IAsyncDisposable
    {
        public bool Disposed { get; private set; }

        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            Disposed = true;
        }
    }
}
