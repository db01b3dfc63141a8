using Bridge.Executors;

namespace Bridge;

/// <content>Blocking calls whose end matters also when nobody wants their result any more.</content>
public abstract partial class EventLoop
{
    /// <summary>Runs a blocking function on an executor, and says what cancelling does to it once it runs.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="executor">Where to run it. Null: the loop's default executor.</param>
    /// <param name="function">Gets a token that is cancelled when the future is.</param>
    /// <param name="whenCancelled">
    /// <see cref="JobEnding.WaitForExit"/>: a cancelled future, and the task that awaits it, are done when the function has ended: "cancelled" means stopped.
    /// <see cref="JobEnding.Abandon"/>: at once, as without this argument. <see cref="JobEnding.Interrupt"/>: as the first, and the function's thread is interrupted.
    /// </param>
    /// <returns>A future. Cancelled while the call waits for a thread, it is done at once and the function never runs.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="whenCancelled"/> is not defined.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread, or the executor was shut down.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// <para>A function that was waited for gives its outcome to nobody; a failure other than the cancellation goes to the exception handler.</para>
    /// <para>As <see cref="RunInExecutor{T}(Executor?, Func{T})"/>. Source: none in asyncio; anyio's <c>to_thread.run_sync(abandon_on_cancel=)</c>.</para>
    /// </remarks>
    public LoopFuture<T> RunInExecutor<T>(Executor? executor, Func<CancellationToken, T> function, JobEnding whenCancelled)
    {
        ArgumentNullException.ThrowIfNull(function);
        CheckEnding(whenCancelled, nameof(whenCancelled));
        AssertCanSchedule();
        return Submit(executor, new CancellableFuture<T>(this, function, whenCancelled));
    }

    /// <summary>Runs a blocking action on an executor, and says what cancelling does to it once it runs.</summary>
    /// <param name="executor">Where to run it. Null: the loop's default executor.</param>
    /// <param name="action">Gets a token that is cancelled when the future is.</param>
    /// <param name="whenCancelled">As for a function.</param>
    /// <returns>A future. Cancelled while the call waits for a thread, it is done at once and the action never runs.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="action"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="whenCancelled"/> is not defined.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread, or the executor was shut down.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="RunInExecutor{T}(Executor?, Func{CancellationToken, T}, JobEnding)"/>.</remarks>
    public LoopFuture RunInExecutor(Executor? executor, Action<CancellationToken> action, JobEnding whenCancelled)
    {
        ArgumentNullException.ThrowIfNull(action);
        CheckEnding(whenCancelled, nameof(whenCancelled));
        AssertCanSchedule();
        return Submit(executor, new CancellableFuture<bool>(this, action, whenCancelled));
    }

    private static void CheckEnding(JobEnding ending, string parameter)
    {
        if (!Enum.IsDefined(ending))
        {
            throw new ArgumentOutOfRangeException(parameter, ending, "Use WaitForExit, Abandon or Interrupt.");
        }
    }
}
