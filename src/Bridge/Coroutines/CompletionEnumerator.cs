namespace Bridge;

/// <summary>Enumerates a <see cref="CompletionSequence{TFuture}"/>. Used by <c>await foreach</c>.</summary>
/// <typeparam name="TFuture">A future or task type.</typeparam>
public sealed class CompletionEnumerator<TFuture> : IAsyncEnumerator<TFuture>
    where TFuture : LoopFuture
{
    private readonly CompletionSequence<TFuture> _sequence;
    private readonly CancellationToken _token;

    internal CompletionEnumerator(CompletionSequence<TFuture> sequence, CancellationToken token)
    {
        _sequence = sequence;
        _token = token;
    }

    /// <summary>The future that finished; valid after a move that gave true.</summary>
    public TFuture Current { get; private set; } = null!;

    /// <summary>Waits for the next future that is done.</summary>
    /// <returns>A coroutine giving false once all were given.</returns>
    /// <remarks>Throws <see cref="TimeoutException"/> for a future that was not done in time; the next move goes on.</remarks>
    public async Coroutine<bool> MoveNextAsync()
    {
        TFuture? next = await _sequence.TakeNext(_token);
        Current = next!;
        return next is not null;
    }

    /// <summary>Does nothing: the sequence keeps its position.</summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // For code that holds the interface; a coroutine's own await foreach uses the member above, whose wait is cancelled promptly.
    async ValueTask<bool> IAsyncEnumerator<TFuture>.MoveNextAsync() => await MoveNextAsync();
}
