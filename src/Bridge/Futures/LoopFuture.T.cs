namespace Bridge;

/// <summary>A <see cref="LoopFuture"/> with a result, completed by whoever made it.</summary>
/// <typeparam name="T">Type of the result.</typeparam>
public class LoopFuture<T> : LoopFuture, ILoopAwaitable<T>
{
    private T _result = default!;

    /// <summary>Makes a pending future.</summary>
    /// <param name="loop">The loop it belongs to; may be closed. Null: the one running in this thread.</param>
    /// <exception cref="InvalidOperationException"><paramref name="loop"/> is null and no loop is running in this thread.</exception>
    public LoopFuture(EventLoop? loop = null)
        : base(loop ?? RunningLoop.Required)
    {
    }

    /// <summary>The result.</summary>
    /// <returns>What was set.</returns>
    /// <exception cref="InvalidStateException">It is pending.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled (a <see cref="LoopCanceledException"/>).</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>If it failed, throws the very exception that was set, with its original frames, and marks it as seen. Source: <c>Future.result</c>.</remarks>
    public T GetResult()
    {
        Loop.AssertLoopThread();
        ThrowUnlessSucceeded();
        return _result;
    }

    /// <summary>Completes the future and queues what waits for it.</summary>
    /// <param name="result">The result.</param>
    /// <exception cref="InvalidStateException">It is done already.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread; use <c>loop.CallSoonThreadSafe(() => future.SetResult(value))</c>.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed and something waits; the future is done all the same.</exception>
    /// <remarks>Source: <c>Future.set_result</c>.</remarks>
    public void SetResult(T result)
    {
        CheckPending();
        _result = result;
        Complete(FutureState.Finished, null);
    }

    /// <summary>Completes the future unless it is done.</summary>
    /// <param name="result">The result.</param>
    /// <returns>False if it was done already, as after a cancellation.</returns>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed and something waits; the future is done all the same.</exception>
    public bool TrySetResult(T result)
    {
        Loop.AssertLoopThread();
        if (IsDone)
        {
            return false;
        }

        _result = result;
        Complete(FutureState.Finished, null);
        return true;
    }

    /// <summary>Fails the future and queues what waits for it.</summary>
    /// <param name="exception">Thrown at everyone who waits. If nobody ever looks at it, the exception handler hears of it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is null.</exception>
    /// <exception cref="InvalidStateException">It is done already.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed and something waits; the future is done all the same.</exception>
    /// <remarks>Source: <c>Future.set_exception</c>.</remarks>
    public void SetException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        CheckPending();
        CompleteFaulted(exception);
    }

    /// <summary>Fails the future unless it is done.</summary>
    /// <param name="exception">Thrown at everyone who waits.</param>
    /// <returns>False if it was done already.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed and something waits; the future is done all the same.</exception>
    public bool TrySetException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        Loop.AssertLoopThread();
        if (IsDone)
        {
            return false;
        }

        CompleteFaulted(exception);
        return true;
    }

    /// <summary>Makes the future awaitable.</summary>
    /// <returns>The awaiter.</returns>
    public new LoopFutureAwaiter<T> GetAwaiter() => new(this);

    /// <summary>Fails the future with an exception that has its frames already, unless it is done.</summary>
    internal bool TryFailWith(System.Runtime.ExceptionServices.ExceptionDispatchInfo fault)
    {
        Loop.AssertLoopThread();
        if (IsDone)
        {
            return false;
        }

        CompleteFaulted(fault);
        return true;
    }

    /// <summary>Cancels the future, for a cancellation that came from elsewhere and keeps its token; unless it is done.</summary>
    internal bool TryCancelWith(OperationCanceledException cancellation)
    {
        Loop.AssertLoopThread();
        if (IsDone)
        {
            return false;
        }

        Complete(FutureState.Cancelled, cancellation);
        return true;
    }

    T ILoopAwaitable<T>.TakeResult() => TakeResult();

    internal T TakeResult()
    {
        ThrowUnlessSucceeded();
        return _result;
    }

    private protected override string DescribeResult() => ResultText.Of(_result);
}
