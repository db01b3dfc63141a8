namespace Bridge;

/// <content>AsCompleted: several, in the order in which they finish.</content>
public partial class LoopTask
{
    /// <summary>Gives futures in the order in which they finish.</summary>
    /// <typeparam name="TFuture">A future or task type.</typeparam>
    /// <param name="futures">All of one loop. Repeats count once.</param>
    /// <param name="timeout">From now on, on the loop's clock. Those not done by then throw <see cref="TimeoutException"/> when their turn comes; they are not cancelled. Null: no limit.</param>
    /// <returns>A sequence for <c>await foreach</c> (the futures themselves) or <c>foreach</c> (coroutines giving them).</returns>
    /// <exception cref="ArgumentNullException"><paramref name="futures"/> is null.</exception>
    /// <exception cref="ArgumentException">One is null, or they belong to different loops.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread; or there is no future and no current loop.</exception>
    /// <remarks>Loop thread. Source: <c>asyncio.as_completed</c> as of 3.13.</remarks>
    public static CompletionSequence<TFuture> AsCompleted<TFuture>(IEnumerable<TFuture> futures, TimeSpan? timeout = null)
        where TFuture : LoopFuture
        => new(StartedChildren.Start(futures, nameof(futures), reportDestroyed: true), timeout);

    /// <summary>Runs coroutines concurrently and gives their tasks in the order in which they finish.</summary>
    /// <typeparam name="T">Type of the results.</typeparam>
    /// <param name="coroutines">Not used before. Repeats count once.</param>
    /// <param name="timeout">As for <see cref="AsCompleted{TFuture}(IEnumerable{TFuture}, TimeSpan?)"/>.</param>
    /// <returns>A sequence for <c>await foreach</c> (the tasks) or <c>foreach</c> (coroutines giving them).</returns>
    /// <exception cref="ArgumentNullException"><paramref name="coroutines"/> is null.</exception>
    /// <exception cref="ArgumentException">One is null.</exception>
    /// <exception cref="InvalidOperationException">There is no current loop, it runs on another thread, or a coroutine was used before. Nothing was started.</exception>
    /// <remarks>Loop thread. Source: <c>asyncio.as_completed</c>.</remarks>
    public static CompletionSequence<LoopTask<T>> AsCompleted<T>(IEnumerable<Coroutine<T>> coroutines, TimeSpan? timeout = null)
        => new(StartedChildren.Start(coroutines, nameof(coroutines), reportDestroyed: true), timeout);

    /// <summary>Runs coroutines without results concurrently and gives their tasks in the order in which they finish.</summary>
    /// <param name="coroutines">Not used before. Repeats count once.</param>
    /// <param name="timeout">As for <see cref="AsCompleted{TFuture}(IEnumerable{TFuture}, TimeSpan?)"/>.</param>
    /// <returns>A sequence for <c>await foreach</c> (the tasks) or <c>foreach</c> (coroutines giving them).</returns>
    /// <exception cref="ArgumentNullException"><paramref name="coroutines"/> is null.</exception>
    /// <exception cref="ArgumentException">One is null.</exception>
    /// <exception cref="InvalidOperationException">There is no current loop, it runs on another thread, or a coroutine was used before. Nothing was started.</exception>
    /// <remarks>Loop thread. Source: <c>asyncio.as_completed</c>.</remarks>
    public static CompletionSequence<LoopTask> AsCompleted(IEnumerable<Coroutine> coroutines, TimeSpan? timeout = null)
        => new(StartedChildren.Start(coroutines, nameof(coroutines), reportDestroyed: true), timeout);
}
