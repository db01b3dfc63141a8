namespace Bridge;

/// <summary>The raises of a .NET event, one after the other, for <c>await foreach</c>: <see cref="EventLoop.FromEvent{T}(Action{EventHandler{T}}, Action{EventHandler{T}}, int, WhenFull, CancellationToken)"/>.</summary>
/// <typeparam name="T">Type of the event's arguments.</typeparam>
/// <remarks>
/// <para>Subscribed from the moment it is made, so that nothing is missed before the first read, until it is disposed; leaving <c>await foreach</c> disposes it.</para>
/// <para>Order: that of the raises, per thread. It is read once, by one reader; the items are handled in the reader's ambient context.</para>
/// <para>Threads: the loop's, except where a member says otherwise. If the loop closes first, the closing thread unsubscribes.</para>
/// </remarks>
#pragma warning disable CA1711, CA1710 // A sequence that is taken, not a System.IO.Stream or a collection.
public sealed class EventStream<T> : IAsyncEnumerable<T>, IDisposable
#pragma warning restore CA1711, CA1710
{
    private readonly EventLoop _loop;
    private readonly ForeignItems<T> _items;
    private readonly Action _unsubscribe;
    private readonly CloseRegistration _closeRegistration;
    private bool _isRead;

    /// <summary>0, then 1: any thread, by one exchange.</summary>
    private int _isDisposed;

    internal EventStream(EventLoop loop, ForeignItems<T> items, Action unsubscribe)
    {
        _loop = loop;
        _items = items;
        _unsubscribe = unsubscribe;
        _closeRegistration = loop.OnClose(EndByClose);
    }

    /// <summary>How many raises were dropped because the stream was full. Any thread.</summary>
    public long Dropped => _items.Dropped;

    /// <summary>The next raise: waits for one if there is none.</summary>
    /// <returns>Something to await: true and then <see cref="Current"/>, or false once the stream was disposed.</returns>
    /// <exception cref="InvalidOperationException">On await: another task is waiting for the next raise, or the loop runs on another thread.</exception>
    /// <remarks>Throws <see cref="QueueFullException"/>, after the raises before it, if the stream was full and its policy is <see cref="WhenFull.Fail"/>. A cancelled wait takes nothing.</remarks>
    public LoopOperation<bool> MoveNextAsync() => new(_items);

    /// <summary>The raise that the last move gave.</summary>
    public T Current => _items.Current;

    /// <summary>For <c>await foreach</c>.</summary>
    /// <param name="cancellationToken">Ends a wait, besides the one given to FromEvent.</param>
    /// <returns>An enumerator that disposes this stream when it is disposed.</returns>
    /// <exception cref="InvalidOperationException">It was called before, or the loop runs on another thread.</exception>
    public EventStreamEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        _loop.AssertLoopThread();
        if (_isRead)
        {
            throw new InvalidOperationException(Messages.StreamEnumeratedTwice);
        }

        _isRead = true;
        _items.WatchAlso(cancellationToken);
        return new EventStreamEnumerator<T>(this);
    }

    /// <summary>Unsubscribes and ends the stream. Any thread.</summary>
    /// <remarks>The event's handler is removed on the loop thread: at once if this is it, else by a post. Raises that come until then are ignored.</remarks>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _items.Unwatch();
            _items.End(null);
            _items.TakeRest();

            // If the loop closes before it gets there, its close action unsubscribes.
            OnLoopThread.TryRun(_loop, Unsubscribe);
        }
    }

    IAsyncEnumerator<T> IAsyncEnumerable<T>.GetAsyncEnumerator(CancellationToken cancellationToken) => GetAsyncEnumerator(cancellationToken);

    private void Unsubscribe()
    {
        _closeRegistration.Dispose();
        _unsubscribe();
    }

    private void EndByClose()
    {
        _items.Unwatch();
        _unsubscribe();
    }
}
