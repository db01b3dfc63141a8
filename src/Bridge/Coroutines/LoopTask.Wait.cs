namespace Bridge;

/// <content>Wait: until some or all are done, without touching them.</content>
public partial class LoopTask
{
    private static readonly Action<object?> s_timeUp = static barrier => ((WaitBarrier)barrier!).TrySetResult(default);

    /// <summary>Waits until some or all of several futures are done.</summary>
    /// <typeparam name="TFuture">A future or task type.</typeparam>
    /// <param name="futures">At least one; all of one loop. Repeats count once. A coroutine must be made a task first, or its outcome could not be found again.</param>
    /// <param name="returnWhen">What to wait for.</param>
    /// <param name="timeout">The longest wait, on the loop's clock; zero or less: one turn. Null: no limit.</param>
    /// <returns>A coroutine giving the futures that are done, and the others, as they are when the caller goes on.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="futures"/> is null.</exception>
    /// <exception cref="ArgumentException">There is none, one is null, or they belong to different loops.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="returnWhen"/> is not a value of the enum.</exception>
    /// <remarks>
    /// <para>
    /// Neither the timeout nor cancelling the wait cancels a future; failures stay where they are, to be looked at. Stronger than
    /// asyncio: waiting for the first exception does not mark it as seen, and bad arguments throw at the call.
    /// </para>
    /// <para>Loop thread. Source: <c>asyncio.wait</c>.</para>
    /// </remarks>
    public static Coroutine<WaitResult<TFuture>> Wait<TFuture>(
        IEnumerable<TFuture> futures, WaitCondition returnWhen = WaitCondition.AllCompleted, TimeSpan? timeout = null)
        where TFuture : LoopFuture
    {
        ArgumentNullException.ThrowIfNull(futures);
        if (!Enum.IsDefined(returnWhen))
        {
            throw new ArgumentOutOfRangeException(nameof(returnWhen), returnWhen, "Use FirstCompleted, FirstException or AllCompleted.");
        }

        TFuture[] distinct = [.. futures.Distinct(ReferenceEqualityComparer.Instance).Cast<TFuture>()];
        if (distinct.Length == 0)
        {
            throw new ArgumentException("There is nothing to wait for. Pass at least one future.", nameof(futures));
        }

        for (int i = 0; i < distinct.Length; i++)
        {
            if (distinct[i] is null)
            {
                throw new ArgumentException(Messages.NullElement(i), nameof(futures));
            }

            if (!ReferenceEquals(distinct[i].Loop, distinct[0].Loop))
            {
                throw new ArgumentException(Messages.FutureOfOtherLoop(distinct[i], distinct[0].Loop), nameof(futures));
            }
        }

        return WaitCore(distinct, returnWhen, timeout);
    }

    private static async Coroutine<WaitResult<TFuture>> WaitCore<TFuture>(TFuture[] futures, WaitCondition returnWhen, TimeSpan? timeout)
        where TFuture : LoopFuture
    {
        futures[0].AssertAwaitable();
        EventLoop loop = futures[0].Loop;
        var barrier = new WaitBarrier(loop, futures, returnWhen);
        TimerHandle timer = timeout is { } limit ? loop.CallLater(limit, s_timeUp, barrier) : default;
        try
        {
            await barrier;
        }
        finally
        {
            timer.Cancel();
            barrier.StopWatching();
        }

        var done = new HashSet<TFuture>(ReferenceEqualityComparer.Instance);
        var pending = new HashSet<TFuture>(ReferenceEqualityComparer.Instance);
        foreach (TFuture future in futures)
        {
            (future.IsDone ? done : pending).Add(future);
        }

        return new WaitResult<TFuture>(done, pending);
    }

    /// <summary>Cancels a future and waits until it has really ended, however often it refuses.</summary>
    /// <remarks>Waits beside it, not for it: its cancellation must not look like the caller's own. Source: <c>_cancel_and_wait</c>.</remarks>
    internal static async Coroutine CancelAndWait(LoopFuture future)
    {
        var barrier = new WaitBarrier(future.Loop, [future], WaitCondition.AllCompleted);
        try
        {
            future.Cancel();
            await barrier;
        }
        finally
        {
            barrier.StopWatching();
        }
    }
}
