namespace Bridge.Net;

/// <summary>Enumerates the lines of a <see cref="LoopStreamReader"/>. Used by <c>await foreach</c>.</summary>
public sealed class LineEnumerator : IAsyncEnumerator<ReadOnlyMemory<byte>>
{
    private readonly LoopStreamReader _reader;
    private readonly CancellationToken _token;

    internal LineEnumerator(LoopStreamReader reader, CancellationToken token)
    {
        _reader = reader;
        _token = token;
    }

    /// <summary>The line with its newline; valid after a move that gave true. Yours to keep.</summary>
    public ReadOnlyMemory<byte> Current { get; private set; }

    /// <summary>Waits for the next line.</summary>
    /// <returns>A coroutine giving false at the end of the stream; it throws as <see cref="LoopStreamReader.ReadLineAsync()"/>.</returns>
    public async Coroutine<bool> MoveNextAsync()
    {
        _token.ThrowIfCancellationRequested();
        Current = await _reader.ReadLineAsync();
        return !Current.IsEmpty;
    }

    /// <summary>Does nothing: the reader stays as it is.</summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // For code that holds the interface; a coroutine's own await foreach uses the member above, whose wait is cancelled promptly.
    async ValueTask<bool> IAsyncEnumerator<ReadOnlyMemory<byte>>.MoveNextAsync() => await MoveNextAsync();
}
