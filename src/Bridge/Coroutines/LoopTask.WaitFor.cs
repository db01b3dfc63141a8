namespace Bridge;

/// <content>WaitFor: one awaitable with a limit.</content>
public partial class LoopTask
{
    /// <summary>Waits for something, and cancels it if it takes too long.</summary>
    /// <param name="awaitable">A coroutine (run inside the current task), future or task.</param>
    /// <param name="timeout">The limit, on the loop's clock. Zero or less: only what is done already is accepted; a coroutine never starts. Null: none.</param>
    /// <returns>A coroutine that ends as the awaitable does, or throws <see cref="TimeoutException"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="awaitable"/> is null.</exception>
    /// <remarks>
    /// <para>
    /// When time is up the awaitable is cancelled, and its end is waited for: a result or another exception that it then still gives
    /// is given. Cancelling the wait cancels the awaitable, too; shield it (<see cref="Shield(ILoopAwaitable)"/>) where that is not wanted.
    /// </para>
    /// <para>Source: <c>asyncio.wait_for</c> as of 3.12.</para>
    /// </remarks>
    public static Coroutine WaitFor(ILoopAwaitable awaitable, TimeSpan? timeout)
    {
        ArgumentNullException.ThrowIfNull(awaitable);
        return timeout switch
        {
            null => AwaitHere(awaitable),
            { } limit when limit <= TimeSpan.Zero => TakeNow(awaitable),
            _ => TimeoutScope.Run(timeout, isDelay: true, _ => AwaitHere(awaitable)),
        };
    }

    /// <summary>Waits for a result, and cancels what gives it if it takes too long.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="awaitable">A coroutine (run inside the current task), future or task.</param>
    /// <param name="timeout">The limit, on the loop's clock. Zero or less: only what is done already is accepted; a coroutine never starts. Null: none.</param>
    /// <returns>A coroutine that ends as the awaitable does, or throws <see cref="TimeoutException"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="awaitable"/> is null.</exception>
    /// <remarks>As <see cref="WaitFor(ILoopAwaitable, TimeSpan?)"/>.</remarks>
    public static Coroutine<T> WaitFor<T>(ILoopAwaitable<T> awaitable, TimeSpan? timeout)
    {
        ArgumentNullException.ThrowIfNull(awaitable);
        return timeout switch
        {
            null => AwaitHere(awaitable),
            { } limit when limit <= TimeSpan.Zero => TakeNow(awaitable),
            _ => TimeoutScope.Run(timeout, isDelay: true, _ => AwaitHere(awaitable)),
        };
    }

    private static async Coroutine AwaitHere(ILoopAwaitable awaitable)
    {
        switch (awaitable)
        {
            case Coroutine coroutine:
                await coroutine;
                break;
            case LoopTask task:
                await task;
                break;
            default:
                await (LoopFuture)awaitable;
                break;
        }
    }

    private static async Coroutine<T> AwaitHere<T>(ILoopAwaitable<T> awaitable)
    {
        await AwaitHere((ILoopAwaitable)awaitable);
        return awaitable.TakeResult();
    }

    /// <summary>No time is given: what is done is taken, the rest is cancelled and seen to its end.</summary>
    private static async Coroutine<LoopFuture> EndNow(ILoopAwaitable awaitable)
    {
        LoopFuture future = awaitable.ToFuture(RunningLoop.Required);
        if (!future.IsDone)
        {
            await CancelAndWait(future);
            if (future.IsCancelled)
            {
                throw new TimeoutException("No time was given, and what was waited for was not done.", future.MakeCancelledException());
            }
        }

        return future;
    }

    private static async Coroutine TakeNow(ILoopAwaitable awaitable) => (await EndNow(awaitable)).ThrowUnlessSucceeded();

    private static async Coroutine<T> TakeNow<T>(ILoopAwaitable<T> awaitable) => ResultOf<T>(await EndNow(awaitable));
}
