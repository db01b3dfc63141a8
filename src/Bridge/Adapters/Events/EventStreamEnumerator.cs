namespace Bridge;

/// <summary>Enumerates an <see cref="EventStream{T}"/>. Used by <c>await foreach</c>.</summary>
/// <typeparam name="T">Type of the event's arguments.</typeparam>
public sealed class EventStreamEnumerator<T> : IAsyncEnumerator<T>
{
    private readonly EventStream<T> _stream;

    internal EventStreamEnumerator(EventStream<T> stream) => _stream = stream;

    /// <summary>The raise that the last move gave.</summary>
    public T Current => _stream.Current;

    /// <summary>See <see cref="EventStream{T}.MoveNextAsync"/>.</summary>
    /// <returns>Something to await: whether there is another item.</returns>
    public LoopOperation<bool> MoveNextAsync() => _stream.MoveNextAsync();

    /// <summary>Unsubscribes.</summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync()
    {
        _stream.Dispose();
        return ValueTask.CompletedTask;
    }

    // For code that holds the interface; a coroutine's own await foreach uses the member above, whose wait is cancelled promptly.
    async ValueTask<bool> IAsyncEnumerator<T>.MoveNextAsync() => await MoveNextAsync();
}
