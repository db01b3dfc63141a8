namespace Bridge;

/// <summary>Between loop futures and Tasks.</summary>
public static class FutureTaskExtensions
{
    /// <summary>A task with the outcome of a loop future, for code outside the loop.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="future">A future of any loop.</param>
    /// <param name="cancellationToken">Cancelling it asks the future to cancel; the task ends when the future does.</param>
    /// <returns>The task. Its continuations never run inside the loop.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="future"/> is null.</exception>
    /// <remarks>
    /// <para>Any thread. Exceptions are the same object with their frames; a cancelled future cancels the task. If the loop closes first, the task ends cancelled by a <see cref="LoopClosedException"/>.</para>
    /// <para>Do not block on it on the loop thread: nothing could complete it.</para>
    /// </remarks>
    public static Task<T> AsTask<T>(this LoopFuture<T> future, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(future);
        return FutureToTask<T>.Bridge(future, cancellationToken);
    }

    /// <summary>A .NET task with the outcome of a loop task, for code outside the loop.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="task">A task of any loop.</param>
    /// <param name="cancellationToken">Cancelling it asks the loop task to cancel; the .NET task ends when that one does.</param>
    /// <returns>The task. Its continuations never run inside the loop.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="task"/> is null.</exception>
    /// <remarks>As <see cref="AsTask{T}(LoopFuture{T}, CancellationToken)"/>.</remarks>
    public static Task<T> AsTask<T>(this LoopTask<T> task, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        return FutureToTask<T>.Bridge(task, cancellationToken);
    }

    /// <summary>A task with the completion of a loop future or task, for code outside the loop.</summary>
    /// <param name="future">A future of any loop.</param>
    /// <param name="cancellationToken">Cancelling it asks the future to cancel; the task ends when the future does.</param>
    /// <returns>The task. Its continuations never run inside the loop.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="future"/> is null.</exception>
    /// <remarks>As <see cref="AsTask{T}(LoopFuture{T}, CancellationToken)"/>.</remarks>
    public static Task AsTask(this LoopFuture future, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(future);
        return FutureToTask<bool>.Bridge(future, cancellationToken);
    }

    /// <summary>The same as <see cref="EventLoop.WrapFuture{T}(Task{T}, CancellationTokenSource?)"/>.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="task">Completes on any thread.</param>
    /// <param name="loop">The future's loop. Null: the one running in this thread.</param>
    /// <returns>The future.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="task"/> is null.</exception>
    /// <exception cref="InvalidOperationException">No loop is named or running in this thread, or it runs on another one.</exception>
    public static LoopFuture<T> AsLoopFuture<T>(this Task<T> task, EventLoop? loop = null) => (loop ?? RunningLoop.Required).WrapFuture(task);

    /// <summary>The same as <see cref="EventLoop.WrapFuture(Task, CancellationTokenSource?)"/>.</summary>
    /// <param name="task">Completes on any thread.</param>
    /// <param name="loop">The future's loop. Null: the one running in this thread.</param>
    /// <returns>The future.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="task"/> is null.</exception>
    /// <exception cref="InvalidOperationException">No loop is named or running in this thread, or it runs on another one.</exception>
    public static LoopFuture AsLoopFuture(this Task task, EventLoop? loop = null) => (loop ?? RunningLoop.Required).WrapFuture(task);
}
