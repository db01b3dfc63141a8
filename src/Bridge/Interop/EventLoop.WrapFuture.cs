using Bridge.Executors;

namespace Bridge;

/// <content>From other worlds' futures to loop futures.</content>
public abstract partial class EventLoop
{
    private const string NullTask = "The function given to WrapFuture returned null instead of a task.";

    /// <summary>A future of this loop with the outcome of a task.</summary>
    /// <param name="task">Completes on any thread.</param>
    /// <param name="source">Cancelled, without waiting for its callbacks, when the future is cancelled. Null: cancelling only drops the outcome.</param>
    /// <returns>A future; it is done a turn after the task, at the earliest in the next one.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="task"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// <para>Exceptions arrive as the same object with their frames; several stay an <see cref="AggregateException"/>. A cancelled task cancels the future, its token attached. An outcome that comes after the loop closed is dropped and counted.</para>
    /// <para>A coroutine can await a task directly; wrap it to be able to cancel the wait at once. Source: <c>asyncio.wrap_future</c>.</para>
    /// </remarks>
    public LoopFuture WrapFuture(Task task, CancellationTokenSource? source = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        AssertCanSchedule();
        return new TaskFuture<bool>(this, task, source, ownsSource: false);
    }

    /// <summary>A future of this loop with the outcome of a task.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="task">Completes on any thread.</param>
    /// <param name="source">Cancelled, without waiting for its callbacks, when the future is cancelled. Null: cancelling only drops the outcome.</param>
    /// <returns>A future; it is done a turn after the task, at the earliest in the next one.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="task"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="WrapFuture(Task, CancellationTokenSource?)"/>.</remarks>
    public LoopFuture<T> WrapFuture<T>(Task<T> task, CancellationTokenSource? source = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        AssertCanSchedule();
        return new TaskFuture<T>(this, task, source, ownsSource: false);
    }

    /// <summary>A future of this loop with the outcome of a value task.</summary>
    /// <param name="task">Used up by this call.</param>
    /// <param name="source">As for a task.</param>
    /// <returns>The future.</returns>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="WrapFuture(Task, CancellationTokenSource?)"/>.</remarks>
    public LoopFuture WrapFuture(ValueTask task, CancellationTokenSource? source = null) => WrapFuture(task.AsTask(), source);

    /// <summary>A future of this loop with the outcome of a value task.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="task">Used up by this call.</param>
    /// <param name="source">As for a task.</param>
    /// <returns>The future.</returns>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="WrapFuture(Task, CancellationTokenSource?)"/>.</remarks>
    public LoopFuture<T> WrapFuture<T>(ValueTask<T> task, CancellationTokenSource? source = null) => WrapFuture(task.AsTask(), source);

    /// <summary>Starts cancellable work and gives its outcome as a future: <c>await loop.WrapFuture(ct =&gt; client.GetAsync(url, ct));</c></summary>
    /// <param name="start">Called at once, on the loop thread, with a token that is cancelled when the future is. What it throws fails the future.</param>
    /// <returns>The future. Cancelling it ends the wait at once and the work through its token.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public LoopFuture WrapFuture(Func<CancellationToken, Task> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        AssertCanSchedule();
        var source = new CancellationTokenSource();
        return new TaskFuture<bool>(this, Start(start, source.Token), source, ownsSource: true);
    }

    /// <summary>Starts cancellable work and gives its outcome as a future: <c>await loop.WrapFuture(ct =&gt; client.GetStringAsync(url, ct));</c></summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="start">Called at once, on the loop thread, with a token that is cancelled when the future is. What it throws fails the future.</param>
    /// <returns>The future. Cancelling it ends the wait at once and the work through its token.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public LoopFuture<T> WrapFuture<T>(Func<CancellationToken, Task<T>> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        AssertCanSchedule();
        var source = new CancellationTokenSource();
        return new TaskFuture<T>(this, Start(start, source.Token), source, ownsSource: true);
    }

    /// <summary>A future of this loop with the outcome of a concurrent future; cancelling it asks that one to cancel.</summary>
    /// <param name="future">Completes on any thread.</param>
    /// <returns>A future; it is done a turn after the source, at the earliest in the next one.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="future"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>Source: <c>asyncio.wrap_future</c>.</remarks>
    public LoopFuture WrapFuture(ConcurrentFuture future)
    {
        ArgumentNullException.ThrowIfNull(future);
        AssertCanSchedule();
        return new ConcurrentFutureFuture<bool>(this, future);
    }

    /// <summary>A future of this loop with the outcome of a concurrent future; cancelling it asks that one to cancel.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="future">Completes on any thread.</param>
    /// <returns>A future; it is done a turn after the source, at the earliest in the next one.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="future"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>Source: <c>asyncio.wrap_future</c>.</remarks>
    public LoopFuture<T> WrapFuture<T>(ConcurrentFuture<T> future)
    {
        ArgumentNullException.ThrowIfNull(future);
        AssertCanSchedule();
        return new ConcurrentFutureFuture<T>(this, future);
    }

    /// <summary>A future of this loop with the outcome of another loop's future; cancelling it asks that one to cancel, on its own loop.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="future">A future of any loop. One of this loop is returned itself.</param>
    /// <returns>The future. If the other loop is, or gets, closed first, it is cancelled by a <see cref="LoopClosedException"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="future"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public LoopFuture<T> WrapFuture<T>(LoopFuture<T> future)
    {
        ArgumentNullException.ThrowIfNull(future);
        AssertCanSchedule();
        if (ReferenceEquals(future.Loop, this))
        {
            return future;
        }

        LoopFuture<T> bridged = CreateFuture<T>();
        Futures.Chain(future, bridged);
        return bridged;
    }

    /// <summary>A future of this loop with the outcome of another loop's task; cancelling it asks that one to cancel, on its own loop.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="task">A task of any loop.</param>
    /// <returns>The future. If the other loop is, or gets, closed first, it is cancelled by a <see cref="LoopClosedException"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="task"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public LoopFuture<T> WrapFuture<T>(LoopTask<T> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        AssertCanSchedule();
        LoopFuture<T> bridged = CreateFuture<T>();
        Futures.Chain(task, bridged);
        return bridged;
    }

    /// <summary>A future of this loop with the completion of another loop's future or task; cancelling it asks that one to cancel, on its own loop.</summary>
    /// <param name="future">A future or task of any loop. One of this loop is returned itself.</param>
    /// <returns>The future. If the other loop is, or gets, closed first, it is cancelled by a <see cref="LoopClosedException"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="future"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public LoopFuture WrapFuture(LoopFuture future)
    {
        ArgumentNullException.ThrowIfNull(future);
        AssertCanSchedule();
        if (ReferenceEquals(future.Loop, this))
        {
            return future;
        }

        LoopFuture<bool> bridged = CreateFuture<bool>();
        new Chain<bool>(new LoopSource<bool>(future), new LoopDestination<bool>(bridged)).Link();
        return bridged;
    }

    private static Task Start(Func<CancellationToken, Task> start, CancellationToken token)
    {
        try
        {
            return start(token) ?? throw new InvalidOperationException(NullTask);
        }
        catch (Exception exception)
        {
            // The future is where the caller looks for failures, whenever they happen.
            return Task.FromException(exception);
        }
    }

    private static Task<T> Start<T>(Func<CancellationToken, Task<T>> start, CancellationToken token)
    {
        try
        {
            return start(token) ?? throw new InvalidOperationException(NullTask);
        }
        catch (Exception exception)
        {
            return Task.FromException<T>(exception);
        }
    }
}
