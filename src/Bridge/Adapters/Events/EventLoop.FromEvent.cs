namespace Bridge;

/// <content>.NET events as streams.</content>
public abstract partial class EventLoop
{
    /// <summary>Subscribes to an event and gives its raises as a stream: <c>await foreach (var e in loop.FromEvent&lt;Args&gt;(h =&gt; x.Changed += h, h =&gt; x.Changed -= h))</c></summary>
    /// <typeparam name="T">Type of the event's arguments.</typeparam>
    /// <param name="add">Called at once: <c>h =&gt; x.Changed += h</c>; <c>h =&gt; x.Changed += h.Invoke</c> where the event has a delegate type of its own.</param>
    /// <param name="remove">Removes the handler in the same way; called once, on the loop thread, or on the closing thread if the loop closes first.</param>
    /// <param name="bound">How many raises may wait to be read, at least 1. Null: any number.</param>
    /// <param name="overflow">What happens to a raise when that many wait.</param>
    /// <param name="cancellationToken">Ends the reader's wait, with this token.</param>
    /// <returns>The stream, subscribed. Dispose it, or leave the <c>await foreach</c> over it, to unsubscribe.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="add"/> or <paramref name="remove"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is less than 1, or <paramref name="overflow"/> is none of the named values.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// The event may be raised on any thread, which never waits and gets no exception. Order: that of the raises, per thread; none is lost unless the policy says
    /// so, and then it is counted. No source in asyncio.
    /// </remarks>
    public EventStream<T> FromEvent<T>(
        Action<EventHandler<T>> add, Action<EventHandler<T>> remove, int? bound = null, EventOverflow overflow = EventOverflow.Fail, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(add);
        ArgumentNullException.ThrowIfNull(remove);
        ForeignItems<T> items = ItemsOfEvent<T>(bound, overflow, cancellationToken);
        EventHandler<T> handler = (_, args) => items.TryAdd(args);
        return Subscribe(items, () => add(handler), () => remove(handler));
    }

    /// <summary>The same for an event whose delegate is an <see cref="Action{T}"/>, or takes one argument.</summary>
    /// <typeparam name="T">Type of the event's argument.</typeparam>
    /// <param name="add">Called at once: <c>h =&gt; x.Changed += h</c>.</param>
    /// <param name="remove">Removes the handler; called once, on the loop thread, or on the closing thread if the loop closes first.</param>
    /// <param name="bound">How many raises may wait to be read, at least 1. Null: any number.</param>
    /// <param name="overflow">What happens to a raise when that many wait.</param>
    /// <param name="cancellationToken">Ends the reader's wait, with this token.</param>
    /// <returns>The stream, subscribed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="add"/> or <paramref name="remove"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is less than 1, or <paramref name="overflow"/> is none of the named values.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="FromEvent{T}(Action{EventHandler{T}}, Action{EventHandler{T}}, int?, EventOverflow, CancellationToken)"/>.</remarks>
    public EventStream<T> FromEvent<T>(
        Action<Action<T>> add, Action<Action<T>> remove, int? bound = null, EventOverflow overflow = EventOverflow.Fail, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(add);
        ArgumentNullException.ThrowIfNull(remove);
        ForeignItems<T> items = ItemsOfEvent<T>(bound, overflow, cancellationToken);
        Action<T> handler = args => items.TryAdd(args);
        return Subscribe(items, () => add(handler), () => remove(handler));
    }

    private ForeignItems<T> ItemsOfEvent<T>(int? bound, EventOverflow overflow, CancellationToken token)
    {
        if (bound is { } limit)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1, nameof(bound));
        }

        if (!Enum.IsDefined(overflow))
        {
            throw new ArgumentOutOfRangeException(nameof(overflow), overflow, Messages.UnknownOverflow(overflow));
        }

        AssertCanSchedule();
        return new ForeignItems<T>(this, bound, overflow, token);
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
