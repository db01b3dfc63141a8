namespace Bridge;

/// <content>Components that tell their end by an event (EAP) as futures.</content>
public abstract partial class EventLoop
{
    /// <summary>Starts one call of a component that tells its end by an event, and gives the event's arguments as a future.</summary>
    /// <typeparam name="TArgs">Type of the event's arguments.</typeparam>
    /// <param name="add">Adds the handler: <c>h =&gt; client.Done += h</c>; <c>h =&gt; client.Done += h.Invoke</c> where the event has a delegate type of its own. What it throws, this call throws.</param>
    /// <param name="remove">Removes it in the same way. Called once in every outcome.</param>
    /// <param name="start">Starts the call; is given a new object to pass as the call's user state. What it throws fails the future.</param>
    /// <param name="cancel">Asks the component to cancel the call with this user state. Called once if the wait ends early. Null: it cannot be asked.</param>
    /// <param name="match">
    /// Whether arguments belong to the call with this user state; runs on the thread that raises the event, and what it throws fails the future.
    /// Null: <see cref="System.ComponentModel.AsyncCompletedEventArgs.UserState"/> is compared.
    /// </param>
    /// <param name="cancellationToken">Ends the wait, with this token. Cancelled already: nothing is called.</param>
    /// <returns>
    /// A future. Arguments whose <c>Cancelled</c> is set cancel it, those with an <c>Error</c> fail it with that exception.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="add"/>, <paramref name="remove"/> or <paramref name="start"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// <para>Any number of calls may overlap: each has its own handler and user state.</para>
    /// <para>
    /// Threads: loop thread. Everything but <paramref name="match"/> is called there, or by the closing thread if the loop closes first. The event may be
    /// raised on any thread. <paramref name="cancel"/> comes a turn after the request, in the ambient context of this call. No source in asyncio.
    /// </para>
    /// </remarks>
    public LoopFuture<TArgs> FromEap<TArgs>(
        Action<EventHandler<TArgs>> add,
        Action<EventHandler<TArgs>> remove,
        Action<object> start,
        Action<object>? cancel = null,
        Func<object, TArgs, bool>? match = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(add);
        ArgumentNullException.ThrowIfNull(remove);
        ArgumentNullException.ThrowIfNull(start);
        AssertCanSchedule();
        return EapFuture<TArgs>.Start(this, (add, remove), start, cancel, match ?? EapFuture<TArgs>.IsOfCall, cancellationToken);
    }
}
