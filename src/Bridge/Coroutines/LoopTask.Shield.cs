namespace Bridge;

/// <content>Shield: cancelling the waiter does not cancel the work.</content>
public partial class LoopTask
{
    /// <summary>Waits for something without handing cancellation on to it.</summary>
    /// <param name="awaitable">A coroutine (which becomes a task), future or task.</param>
    /// <returns>A future with the same outcome, or the future itself if it is done.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="awaitable"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A coroutine, and there is no current loop; or the loop runs on another thread.</exception>
    /// <remarks>
    /// <para>
    /// Cancelling the returned future leaves the inner one alone; if that then fails, the exception handler hears "... exception in
    /// shielded future" at once. If the inner one is cancelled, so is the returned one.
    /// </para>
    /// <para>Source: <c>asyncio.shield</c> as of 3.14.</para>
    /// </remarks>
    public static LoopFuture Shield(ILoopAwaitable awaitable)
    {
        LoopFuture inner = StartOne(awaitable);
        return inner.IsDone ? inner : new ShieldFuture<NoResult>(inner, static _ => default);
    }

    /// <summary>Waits for a result without handing cancellation on to what gives it.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="awaitable">A coroutine (which becomes a task), future or task.</param>
    /// <returns>A future with the same outcome; the future itself if it is a plain one that is done.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="awaitable"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A coroutine, and there is no current loop; or the loop runs on another thread.</exception>
    /// <remarks>As <see cref="Shield(ILoopAwaitable)"/>. For a task that is done the returned future is another object, done as well.</remarks>
    public static LoopFuture<T> Shield<T>(ILoopAwaitable<T> awaitable)
    {
        LoopFuture inner = StartOne(awaitable);
        return inner.IsDone && inner is LoopFuture<T> same ? same : new ShieldFuture<T>(inner, ResultOf<T>);
    }

    private static LoopFuture StartOne(ILoopAwaitable awaitable)
    {
        ArgumentNullException.ThrowIfNull(awaitable);
        return StartedChildren.Start([awaitable], nameof(awaitable), reportDestroyed: true).All[0];
    }
}
