namespace Bridge;

/// <content>Yield, Sleep, Create, Ensure.</content>
public partial class LoopTask
{
    /// <summary>Lets everything that is queued run before the caller goes on: <c>await LoopTask.Yield();</c></summary>
    /// <returns>Something to await at once.</returns>
    /// <exception cref="InvalidOperationException">No loop is running in this thread.</exception>
    /// <remarks>Allocates nothing. Source: <c>asyncio.sleep(0)</c>.</remarks>
    public static LoopYield Yield() => new(RunningLoop.Required);

    /// <summary>Suspends the task for a while.</summary>
    /// <param name="delay">On the loop's clock. Zero or negative: yields once.</param>
    /// <returns>A coroutine.</returns>
    /// <remarks>Cancelling the task ends the sleep and removes its timer at once. Source: <c>asyncio.sleep</c>.</remarks>
    public static Coroutine Sleep(TimeSpan delay) => Bridge.Sleep.Guarded(new SleepCoroutine(delay));

    /// <summary>Suspends the task for a while, and then gives a value.</summary>
    /// <typeparam name="T">Type of the value.</typeparam>
    /// <param name="delay">On the loop's clock. Zero or negative: yields once.</param>
    /// <param name="result">The value.</param>
    /// <returns>A coroutine.</returns>
    /// <remarks>Source: <c>asyncio.sleep</c>.</remarks>
    public static Coroutine<T> Sleep<T>(TimeSpan delay, T result) => Bridge.Sleep.Guarded(new SleepCoroutine<T>(delay, result));

    /// <summary>Runs a coroutine concurrently on the loop of this thread.</summary>
    /// <param name="coroutine">A coroutine that was not used before.</param>
    /// <param name="options">Name, context, eager start.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="coroutine"/> is null.</exception>
    /// <exception cref="InvalidOperationException">No loop is running in this thread, or the coroutine was used before.</exception>
    /// <remarks>Source: <c>asyncio.create_task</c>.</remarks>
    public static LoopTask Create(Coroutine coroutine, TaskOptions? options = null) => RunningLoop.Required.CreateTask(coroutine, options);

    /// <summary>Runs a coroutine concurrently on the loop of this thread.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="coroutine">A coroutine that was not used before.</param>
    /// <param name="options">Name, context, eager start.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="coroutine"/> is null.</exception>
    /// <exception cref="InvalidOperationException">No loop is running in this thread, or the coroutine was used before.</exception>
    /// <remarks>Source: <c>asyncio.create_task</c>.</remarks>
    public static LoopTask<T> Create<T>(Coroutine<T> coroutine, TaskOptions? options = null) => RunningLoop.Required.CreateTask(coroutine, options);

    /// <summary>The future itself, or a new task for a coroutine.</summary>
    /// <param name="awaitable">A coroutine, future or task.</param>
    /// <param name="loop">Its loop. Null: a future's own, else the one running in this thread.</param>
    /// <returns>Something that can be awaited several times, cancelled and waited for with others.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="awaitable"/> is null.</exception>
    /// <exception cref="ArgumentException">A future of another loop than <paramref name="loop"/>.</exception>
    /// <exception cref="InvalidOperationException">A coroutine, and no loop was named or is running in this thread.</exception>
    /// <remarks>Source: <c>asyncio.ensure_future</c>.</remarks>
    public static LoopFuture Ensure(ILoopAwaitable awaitable, EventLoop? loop = null)
    {
        ArgumentNullException.ThrowIfNull(awaitable);
        return awaitable.ToFuture(loop ?? (awaitable as LoopFuture)?.Loop ?? RunningLoop.Required);
    }
}
