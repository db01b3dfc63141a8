using System.Threading.Channels;

namespace Bridge;

/// <summary>Both ends of a .NET channel for code on a loop.</summary>
public static class ChannelExtensions
{
    /// <summary>Reads a channel on a loop: <c>await foreach (var item in channel.Reader.On(loop))</c>.</summary>
    /// <typeparam name="T">Type of the items.</typeparam>
    /// <param name="reader">Written to by anybody, anywhere.</param>
    /// <param name="loop">Where the items are used.</param>
    /// <returns>The items, to be enumerated on the loop's thread. Several enumerations share them: each item goes to one.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="reader"/> or <paramref name="loop"/> is null.</exception>
    /// <remarks>
    /// An item is taken when the enumeration asks for it, not ahead, so none is lost by a <c>break</c> or a cancellation; and cancelling the task ends the wait at
    /// once. The exception that the channel was completed with is thrown after the last item.
    /// </remarks>
    public static LoopChannelItems<T> On<T>(this ChannelReader<T> reader, EventLoop loop)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(loop);
        return new LoopChannelItems<T>(reader, loop);
    }

    /// <summary>Writes into a channel from code on a loop; waits while it is full.</summary>
    /// <typeparam name="T">Type of the items.</typeparam>
    /// <param name="writer">Read from by anybody, anywhere.</param>
    /// <param name="item">The item.</param>
    /// <returns>A coroutine. Cancelling it ends the wait at once, and then nothing was written.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="writer"/> is null.</exception>
    /// <exception cref="ChannelClosedException">On await: the channel was completed, before or while this waits.</exception>
    /// <exception cref="InvalidOperationException">On await: no loop is running in this thread.</exception>
    /// <remarks>Order: tasks that wait for room compete for it. Await one write before the next where order matters.</remarks>
    public static Coroutine WriteOnLoop<T>(this ChannelWriter<T> writer, T item)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return Write();

        async Coroutine Write()
        {
            EventLoop loop = RunningLoop.Required;
            while (!writer.TryWrite(item))
            {
                if (!await loop.WrapFuture(token => writer.WaitToWriteAsync(token).AsTask()))
                {
                    throw new ChannelClosedException("The channel was completed. Stop writing to it.");
                }
            }
        }
    }
}

/// <summary>The items of a channel, for <c>await foreach</c> on a loop. Made by <see cref="ChannelExtensions.On{T}"/>.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
public sealed class LoopChannelItems<T> : IAsyncEnumerable<T>
{
    private readonly ChannelReader<T> _reader;
    private readonly EventLoop _loop;

    internal LoopChannelItems(ChannelReader<T> reader, EventLoop loop)
    {
        _reader = reader;
        _loop = loop;
    }

    /// <summary>Begins to read. Loop thread.</summary>
    /// <param name="cancellationToken">Ends the wait for an item, with this token.</param>
    /// <returns>An enumerator whose waits end at once when their task is cancelled.</returns>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    public LoopChannelEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        _loop.AssertLoopThread();
        return new LoopChannelEnumerator<T>(_reader, _loop, cancellationToken);
    }

    IAsyncEnumerator<T> IAsyncEnumerable<T>.GetAsyncEnumerator(CancellationToken cancellationToken) => GetAsyncEnumerator(cancellationToken);
}

/// <summary>Enumerates <see cref="LoopChannelItems{T}"/>. Used by <c>await foreach</c>.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
public sealed class LoopChannelEnumerator<T> : IAsyncEnumerator<T>
{
    private readonly ChannelReader<T> _reader;
    private readonly EventLoop _loop;
    private readonly CancellationToken _token;
    private T _current = default!;

    internal LoopChannelEnumerator(ChannelReader<T> reader, EventLoop loop, CancellationToken token)
    {
        _reader = reader;
        _loop = loop;
        _token = token;
    }

    /// <summary>The item; valid after a move that gave true.</summary>
    public T Current => _current;

    /// <summary>Waits for the next item.</summary>
    /// <returns>A coroutine giving false when the channel was completed and nothing is left; it throws what the channel was completed with.</returns>
    /// <exception cref="InvalidOperationException">On await: the loop runs on another thread.</exception>
    /// <exception cref="OperationCanceledException">On await: the token fired; nothing was taken.</exception>
    public async Coroutine<bool> MoveNextAsync()
    {
        _loop.AssertLoopThread();
        _token.ThrowIfCancellationRequested();
        while (!_reader.TryRead(out _current!))
        {
            if (!await TokenWait.Await(_loop.WrapFuture(token => _reader.WaitToReadAsync(token).AsTask()), _token))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Does nothing: what was not read stays in the channel.</summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // For code that holds the interface; a coroutine's own await foreach uses the member above, whose wait is cancelled promptly.
    async ValueTask<bool> IAsyncEnumerator<T>.MoveNextAsync() => await MoveNextAsync();
}
