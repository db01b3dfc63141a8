namespace Bridge;

/// <content>Callbacks that any thread may call and that run on the loop.</content>
public abstract partial class EventLoop
{
    /// <summary>Binds a handler to this loop: <c>hub.On&lt;Msg&gt;("m", loop.Bind&lt;Msg&gt;(Handle, bound: 1000, full: WhenFull.DropOldest));</c></summary>
    /// <typeparam name="T">Type of the argument.</typeparam>
    /// <param name="handler">Runs on the loop thread, once for each call, in the ambient context of that call. What it throws goes to the exception handler.</param>
    /// <param name="bound">How many calls may wait for the loop. Zero: no bound.</param>
    /// <param name="full">What happens to a call beyond that.</param>
    /// <returns>The bound callback, which converts to an <see cref="Action{T}"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is negative, or <paramref name="full"/> is no such value.</exception>
    /// <remarks>
    /// <para>Calls from one thread are handled in their order, also those from the loop thread itself, which come in a later turn. A call returns at once and never throws, unless <paramref name="full"/> says so.</para>
    /// <para>Threads: any. On a closed loop calls do nothing and are counted. No source in asyncio.</para>
    /// </remarks>
    public LoopCallback<T> Bind<T>(Action<T> handler, int bound = 0, WhenFull full = WhenFull.DropOldest)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new SyncLoopCallback<T>(this, handler, bound, full);
    }

    /// <summary>Binds a coroutine to this loop as a handler: <c>loop.Bind&lt;Msg&gt;(async Coroutine (m) =&gt; await Save(m), bound: 1000)</c>.</summary>
    /// <typeparam name="T">Type of the argument.</typeparam>
    /// <param name="handler">Its coroutine becomes a task on the loop, in the ambient context of the call. What it fails with goes to the exception handler.</param>
    /// <param name="bound">How many calls may wait for their turn. Zero: no bound.</param>
    /// <param name="full">What happens to a call beyond that.</param>
    /// <param name="concurrency">How many of its tasks run at a time: 1, the default, handles one call after the other; <see cref="int.MaxValue"/>: no limit.</param>
    /// <returns>The bound callback, which converts to an <see cref="Action{T}"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is negative, <paramref name="full"/> is no such value, or <paramref name="concurrency"/> is less than 1.</exception>
    /// <remarks>As the form for plain handlers. Tasks start in the order of the calls; disposing of the callback leaves those that run alone.</remarks>
    public LoopCallback<T> Bind<T>(Func<T, Coroutine> handler, int bound = 0, WhenFull full = WhenFull.DropOldest, int concurrency = 1)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrency, 1);
        return new CoroutineLoopCallback<T>(this, handler, bound, full, concurrency);
    }
}
