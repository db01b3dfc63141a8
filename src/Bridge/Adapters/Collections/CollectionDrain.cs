using System.Collections.Concurrent;

namespace Bridge;

/// <summary>The items of a <see cref="BlockingCollection{T}"/>, for <c>await foreach</c>: <see cref="EventLoop.Drain{T}(BlockingCollection{T}, int, CancellationToken)"/>.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
/// <remarks>
/// Each enumeration has a thread of its own, from its first move until it is left. Threads: the loop's.
/// </remarks>
#pragma warning disable CA1711, CA1710 // A sequence that is taken, not a collection that is held.
public sealed class CollectionDrain<T> : IAsyncEnumerable<T>
#pragma warning restore CA1711, CA1710
{
    private readonly EventLoop _loop;
    private readonly BlockingCollection<T> _collection;
    private readonly int _maxAhead;
    private readonly CancellationToken _token;

    internal CollectionDrain(EventLoop loop, BlockingCollection<T> collection, int maxAhead, CancellationToken token)
    {
        _loop = loop;
        _collection = collection;
        _maxAhead = maxAhead;
        _token = token;
    }

    /// <summary>For <c>await foreach</c>.</summary>
    /// <param name="cancellationToken">Ends a wait, besides the one given to Drain.</param>
    /// <returns>An enumerator; disposing it ends its thread.</returns>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public CollectionDrainEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        _loop.AssertCanSchedule();
        return new CollectionDrainEnumerator<T>(_loop, _collection, _maxAhead, _token, cancellationToken);
    }

    IAsyncEnumerator<T> IAsyncEnumerable<T>.GetAsyncEnumerator(CancellationToken cancellationToken) => GetAsyncEnumerator(cancellationToken);
}
