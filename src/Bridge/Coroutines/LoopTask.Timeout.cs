namespace Bridge;

/// <content>Timeout: a deadline around a block.</content>
public partial class LoopTask
{
    /// <summary>Runs a body inside the current task and cancels it if it takes too long.</summary>
    /// <param name="delay">How long it may take, counted from when the coroutine is awaited. Zero or less: it is cancelled where it first suspends. Null: no limit, until <see cref="TimeoutScope.Reschedule"/> sets one.</param>
    /// <param name="body">The block; gets the scope.</param>
    /// <returns>A coroutine that ends as the body does, or throws <see cref="TimeoutException"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="body"/> is null.</exception>
    /// <remarks>
    /// <para>
    /// At the deadline the task is cancelled once. If the body leaves with that cancellation, and nobody else asked the task to
    /// cancel, <see cref="TimeoutException"/> is thrown, with the cancellation as its inner exception. If somebody did, the
    /// cancellation passes. Another exception passes unchanged; a body that swallows the cancellation ends without an error, and
    /// <see cref="TimeoutScope.Expired"/> is true. Timeouts nest; each translates only its own cancellation.
    /// </para>
    /// <para>
    /// The body is a delegate because only so its exception can be seen and translated; a <c>using</c> block would hide it. While the
    /// body awaits something that is not of this library, the deadline cancels the task's <see cref="CancellationToken"/>.
    /// </para>
    /// <para>Source: <c>asyncio.timeout</c>.</para>
    /// </remarks>
    public static Coroutine Timeout(TimeSpan? delay, Func<TimeoutScope, Coroutine> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return TimeoutScope.Run(delay, isDelay: true, body);
    }

    /// <summary>Runs a body with a result inside the current task and cancels it if it takes too long.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="delay">How long it may take, counted from when the coroutine is awaited. Null: no limit.</param>
    /// <param name="body">The block; gets the scope.</param>
    /// <returns>A coroutine that ends as the body does, or throws <see cref="TimeoutException"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="body"/> is null.</exception>
    /// <remarks>As <see cref="Timeout(TimeSpan?, Func{TimeoutScope, Coroutine})"/>.</remarks>
    public static Coroutine<T> Timeout<T>(TimeSpan? delay, Func<TimeoutScope, Coroutine<T>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return TimeoutScope.Run(delay, isDelay: true, body);
    }

    /// <summary>Runs a body inside the current task and cancels it at a point in loop time.</summary>
    /// <param name="when">The deadline on <see cref="EventLoop.Now"/>'s clock; one that has passed takes effect where the body first suspends. Null: none.</param>
    /// <param name="body">The block; gets the scope.</param>
    /// <returns>A coroutine that ends as the body does, or throws <see cref="TimeoutException"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="body"/> is null.</exception>
    /// <remarks>As <see cref="Timeout(TimeSpan?, Func{TimeoutScope, Coroutine})"/>. Source: <c>asyncio.timeout_at</c>.</remarks>
    public static Coroutine TimeoutAt(TimeSpan? when, Func<TimeoutScope, Coroutine> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return TimeoutScope.Run(when, isDelay: false, body);
    }

    /// <summary>Runs a body with a result inside the current task and cancels it at a point in loop time.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="when">The deadline on <see cref="EventLoop.Now"/>'s clock. Null: none.</param>
    /// <param name="body">The block; gets the scope.</param>
    /// <returns>A coroutine that ends as the body does, or throws <see cref="TimeoutException"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="body"/> is null.</exception>
    /// <remarks>As <see cref="Timeout(TimeSpan?, Func{TimeoutScope, Coroutine})"/>. Source: <c>asyncio.timeout_at</c>.</remarks>
    public static Coroutine<T> TimeoutAt<T>(TimeSpan? when, Func<TimeoutScope, Coroutine<T>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return TimeoutScope.Run(when, isDelay: false, body);
    }
}
