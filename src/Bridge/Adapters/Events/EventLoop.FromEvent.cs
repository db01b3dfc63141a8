namespace Bridge;

/// <content>.NET events as streams.</content>
public abstract partial class EventLoop
{
    /// <summary>Subscribes to an event and gives its raises as a stream: <c>await foreach (var e in loop.FromEvent&lt;Args&gt;(h =&gt; x.Changed += h, h =&gt; x.Changed -= h))</c></summary>
    /// <typeparam name="T">Type of the event's arguments.</typeparam>
    /// <param name="add">Called at once: <c>h =&gt; x.Changed += h</c>; <c>h =&gt; x.Changed += h.Invoke</c> where the event has a delegate type of its own.</param>
    /// <param name="remove">Removes the handler in the same way; called once, on the loop thread, or on the closing thread if the loop closes first.</param>
    /// <param name="bound">How many raises may wait to be read. Zero: no bound.</param>
    /// <param name="full">What happens to a raise beyond that.</param>
    /// <param name="cancellationToken">Ends the reader's wait, with this token.</param>
    /// <returns>The stream, subscribed. Dispose it, or leave the <c>await foreach</c> over it, to unsubscribe.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="add"/> or <paramref name="remove"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is negative, or <paramref name="full"/> is no such value.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// The event may be raised on any thread, which never waits and gets no exception. Order: that of the raises, per thread; none is lost unless the policy says
    /// so, and then it is counted. No source in asyncio.
    /// </remarks>
    public EventStream<T> FromEvent<T>(
        Action<EventHandler<T>> add, Action<EventHandler<T>> remove, int bound = 0, WhenFull full = WhenFull.Fail, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(add);
        ArgumentNullException.ThrowIfNull(remove);
        ForeignItems<T> items = ItemsOfEvent<T>(bound, full, cancellationToken);
        EventHandler<T> handler = (_, args) => items.Add(args);
        return Subscribe(items, () => add(handler), () => remove(handler));
    }

    /// <summary>The same for an event whose delegate is an <see cref="Action{T}"/>, or takes one argument.</summary>
    /// <typeparam name="T">Type of the event's argument.</typeparam>
    /// <param name="add">Called at once: <c>h =&gt; x.Changed += h</c>.</param>
    /// <param name="remove">Removes the handler; called once, on the loop thread, or on the closing thread if the loop closes first.</param>
    /// <param name="bound">How many raises may wait to be read. Zero: no bound.</param>
    /// <param name="full">What happens to a raise beyond that.</param>
    /// <param name="cancellationToken">Ends the reader's wait, with this token.</param>
    /// <returns>The stream, subscribed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="add"/> or <paramref name="remove"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is negative, or <paramref name="full"/> is no such value.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="FromEvent{T}(Action{EventHandler{T}}, Action{EventHandler{T}}, int, WhenFull, CancellationToken)"/>.</remarks>
    public EventStream<T> FromEvent<T>(
        Action<Action<T>> add, Action<Action<T>> remove, int bound = 0, WhenFull full = WhenFull.Fail, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(add);
        ArgumentNullException.ThrowIfNull(remove);
        ForeignItems<T> items = ItemsOfEvent<T>(bound, full, cancellationToken);
        Action<T> handler = args => items.Add(args);
        return Subscribe(items, () => add(handler), () => remove(handler));
    }

    private ForeignItems<T> ItemsOfEvent<T>(int bound, WhenFull full, CancellationToken token)
    {
        AssertCanSchedule();
        return new ForeignItems<T>(this, bound, full, token);
    }

    private EventStream<T> Subscribe<T>(ForeignItems<T> items, Action subscribe, Action unsubscribe)
    {
        try
        {
            subscribe();
        }
        catch
        {
            items.Unwatch();
            throw;
        }

        return new EventStream<T>(this, items, unsubscribe);
    }
}
