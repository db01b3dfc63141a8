using Bridge.TestKit;
using Nito.AsyncEx.Interop;

namespace Bridge.Tests.Adapters;

/// <summary>Scenario 3: Begin/End pairs become futures.</summary>
public sealed class FromApmTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void FromApm_StreamRead_GivesItsResult() => Run(async Coroutine () =>
    {
        using var stream = new MemoryStream([1, 2, 3]);
        byte[] buffer = new byte[8];
        Assert.Equal(3, await Loop.FromApm(stream.BeginRead, stream.EndRead, buffer, 0, 8));
        Assert.Equal([1, 2, 3], buffer[..3]);
    });

    [Fact(Timeout = 30000)]
    public void FromApm_NoResult_EndsWhenEndHas() => Run(async Coroutine () =>
    {
        using var stream = new MemoryStream();
        await Loop.FromApm(stream.BeginWrite, stream.EndWrite, new byte[] { 7 }, 0, 1);
        Assert.Equal([7], stream.ToArray());
    });

    [Theory(Timeout = 30000)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void FromApm_AnyNumberOfArguments_ArriveInOrder(int count) => Run(async Coroutine () =>
    {
        var operation = new Operation { CompletesAtOnce = true };
        int sum = count switch
        {
            0 => await Loop.FromApm(operation.Begin, operation.End),
            1 => await Loop.FromApm((int a, AsyncCallback c, object? s) => operation.Begin([a], c, s), operation.End, 1),
            2 => await Loop.FromApm((int a, int b, AsyncCallback c, object? s) => operation.Begin([a, b], c, s), operation.End, 1, 2),
            _ => await Loop.FromApm((int a, int b, int d, AsyncCallback c, object? s) => operation.Begin([a, b, d], c, s), operation.End, 1, 2, 3),
        };
        Assert.Equal(Enumerable.Range(1, count), operation.Arguments);
        Assert.Equal(42, sum);

        await (count switch
        {
            0 => Loop.FromApm(operation.Begin, operation.EndVoid),
            1 => Loop.FromApm((int a, AsyncCallback c, object? s) => operation.Begin([a], c, s), operation.EndVoid, 1),
            2 => Loop.FromApm((int a, int b, AsyncCallback c, object? s) => operation.Begin([a, b], c, s), operation.EndVoid, 1, 2),
            _ => Loop.FromApm((int a, int b, int d, AsyncCallback c, object? s) => operation.Begin([a, b, d], c, s), operation.EndVoid, 1, 2, 3),
        });
        Assert.Equal(2, operation.Ends);
    });

    [Theory(Timeout = 30000)]
    [InlineData(true)]
    [InlineData(false)]
    public void FromApm_CompletedSynchronously_SameResultOneTurnLater(bool callsBack) => Run(async Coroutine () =>
    {
        var operation = new Operation { CompletesAtOnce = true, CallsBack = callsBack };
        LoopFuture<int> future = Loop.FromApm(operation.Begin, operation.End);
        Assert.False(future.IsDone);
        Assert.Equal(42, await future);
        Assert.Equal(1, operation.Ends);
    });

    [Fact(Timeout = 30000)]
    public void FromApm_CompletedOnAnotherThread_ResumesOnTheLoop() => Run(async Coroutine () =>
    {
        var operation = new Operation();
        LoopFuture<int> future = Loop.FromApm(operation.Begin, operation.End);
        operation.CompleteElsewhere();
        Assert.Equal(42, await future);
        Assert.True(Loop.IsOnLoopThread);
    });

    /// <summary>Rank 20: whoever completes runs nobody's code.</summary>
    [Fact(Timeout = 30000)]
    public void FromApm_CompletedUnderALock_WaiterRunsLater() => Run(async Coroutine () =>
    {
        var operation = new Operation();
        bool wentOn = false;
        LoopTask waiting = Loop.CreateTask(Wait());
        await LoopTask.Yield();
        operation.Complete();
        Assert.False(wentOn);
        await waiting;
        Assert.True(wentOn);

        async Coroutine Wait()
        {
            await Loop.FromApm(operation.Begin, operation.End);
            wentOn = true;
        }
    });

    [Fact(Timeout = 30000)]
    public void FromApm_CalledBackTwice_EndsOnce() => Run(async Coroutine () =>
    {
        var operation = new Operation();
        LoopFuture<int> future = Loop.FromApm(operation.Begin, operation.End);
        operation.Complete();
        operation.Complete();
        await future;
        Assert.Equal(1, operation.Ends);
    });

    [Fact(Timeout = 30000)]
    public void FromApm_FutureCancelled_EndIsStillCalledOnce() => Run(async Coroutine () =>
    {
        var operation = new Operation { Failure = new InvalidDataException() };
        LoopFuture<int> future = Loop.FromApm(operation.Begin, operation.End);
        Assert.True(future.Cancel());
        Assert.Equal(0, operation.Ends);
        operation.Complete();
        await LoopTask.Yield();
        Assert.Equal(1, operation.Ends);
        Assert.True(future.IsCancelled);
    });

    [Fact(Timeout = 30000)]
    public void FromApm_TokenCancelled_WaitEndsWithThatToken() => Run(async Coroutine () =>
    {
        using var source = new CancellationTokenSource();
        var operation = new Operation();
        LoopFuture<int> future = Loop.FromApm(operation.Begin, operation.End, source.Token);
        source.Cancel();
        OperationCanceledException cancelled = await ThrowsAsync<OperationCanceledException>(future);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        operation.Complete();
        Assert.Equal(1, operation.Ends);
    });

    [Fact(Timeout = 30000)]
    public void FromApm_TokenCancelledBefore_BeginIsNotCalled()
    {
        var operation = new Operation();
        LoopFuture<int> future = Loop.FromApm(operation.Begin, operation.End, new CancellationToken(true));
        Assert.True(future.IsCancelled);
        Assert.Equal(0, operation.Begins);
    }

    [Fact(Timeout = 30000)]
    public void FromApm_BeginOrEndThrows_FutureFailsWithThatException() => Run(async Coroutine () =>
    {
        var thrown = new InvalidDataException();
        Assert.Same(thrown, await ThrowsAsync<InvalidDataException>(Loop.FromApm(IAsyncResult (_, _) => throw thrown, _ => 1)));
        var operation = new Operation { Failure = thrown, CompletesAtOnce = true };
        Assert.Same(thrown, await ThrowsAsync<InvalidDataException>(Loop.FromApm(operation.Begin, operation.End)));
        await ThrowsAsync<InvalidOperationException>(Loop.FromApm((_, _) => null!, _ => 1));
    });

    [Fact(Timeout = 30000)]
    public void FromApm_LoopClosedFirst_EndIsCalledAndTheOutcomeCounted()
    {
        var operation = new Operation();
        using var source = new CancellationTokenSource();
        LoopFuture<int> future = Loop.FromApm(operation.Begin, operation.End, source.Token);
        Loop.Close();
        source.Cancel();
        operation.Complete();
        Assert.Equal(1, operation.Ends);
        Assert.Equal(1, Loop.LateCompletions);
        Assert.False(future.IsDone);
    }

    [Fact(Timeout = 30000)]
    public void FromApm_BadCalls_ThrowAtOnce()
    {
        var operation = new Operation();
        Assert.Throws<ArgumentNullException>("begin", () => Loop.FromApm(null!, operation.End));
        Assert.Throws<ArgumentNullException>("end", () => Loop.FromApm<int>(operation.Begin, (Func<IAsyncResult, int>)null!));
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(() => Loop.FromApm(operation.Begin, operation.End));
    }

    /// <summary>The other libraries' Begin/End pairs are Begin/End pairs as well.</summary>
    [Fact(Timeout = 30000)]
    public void FromApm_OverNitosPair_GivesItsResult() => Run(async Coroutine () =>
    {
        IAsyncResult Begin(AsyncCallback callback, object? state) => ApmAsyncFactory.ToBegin(Task.Run(() => 42), callback, state!);
        Assert.Equal(42, await Loop.FromApm(Begin, ApmAsyncFactory.ToEnd<int>));
    });

    internal static async Coroutine<TException> ThrowsAsync<TException>(LoopFuture future)
        where TException : Exception
    {
        try
        {
            await future;
        }
        catch (TException exception)
        {
            return exception;
        }

        throw new InvalidOperationException($"{future} did not throw.");
    }

    /// <summary>A Begin/End pair in the test's hands.</summary>
    private sealed class Operation : IAsyncResult
    {
        private AsyncCallback? _callback;
        private int _ends;

        internal bool CompletesAtOnce { get; init; }

        internal bool CallsBack { get; init; } = true;

        internal Exception? Failure { get; init; }

        internal int Begins { get; private set; }

        internal int Ends => Volatile.Read(ref _ends);

        internal int[] Arguments { get; private set; } = [];

        public object? AsyncState { get; private set; }

        public bool CompletedSynchronously => CompletesAtOnce;

        public bool IsCompleted { get; private set; }

        public WaitHandle AsyncWaitHandle => throw new NotSupportedException();

        internal IAsyncResult Begin(AsyncCallback callback, object? state) => Begin([], callback, state);

        internal IAsyncResult Begin(int[] arguments, AsyncCallback callback, object? state)
        {
            Begins++;
            (Arguments, AsyncState, _callback) = (arguments, state, callback);
            if (CompletesAtOnce && CallsBack)
            {
                Complete();
            }

            return this;
        }

        internal void Complete()
        {
            IsCompleted = true;
            _callback!(this);
        }

        internal void CompleteElsewhere()
        {
            var thread = new Thread(Complete) { IsBackground = true };
            thread.Start();
            thread.Join();
        }

        internal int End(IAsyncResult result)
        {
            Assert.Same(this, result);
            Interlocked.Increment(ref _ends);
            return Failure is null ? 42 : throw Failure;
        }

        internal void EndVoid(IAsyncResult result) => End(result);
    }
}
