using System.Collections.Concurrent;

namespace Bridge;

/// <content>Blocking collections as streams.</content>
public abstract partial class EventLoop
{
    /// <summary>Consumes a blocking collection: <c>await foreach (var item in loop.Drain(collection, maxAhead: 100, token))</c></summary>
    /// <typeparam name="T">Type of the items.</typeparam>
    /// <param name="collection">Filled on any thread.</param>
    /// <param name="maxAhead">How many items may be taken before they are asked for, at least 1. More spares hops between threads.</param>
    /// <param name="cancellationToken">Ends the reader's wait, with this token.</param>
    /// <returns>A sequence; it ends when the collection is complete and empty.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="collection"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxAhead"/> is less than 1.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// <para>
    /// A thread of its own takes the items, from the first move until the <c>await foreach</c> is left, which waits until the thread has let go of the collection.
    /// Order: that in which the collection gives them.
    /// </para>
    /// <para>
    /// No item is lost: those taken ahead and not read are kept with the collection, and the next Drain of it, on any loop, gives them first. Code that takes from the
    /// collection directly does not see them. No source in asyncio.
    /// </para>
    /// </remarks>
    public CollectionDrain<T> Drain<T>(BlockingCollection<T> collection, int maxAhead = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxAhead, 1);
        AssertCanSchedule();
        return new CollectionDrain<T>(this, collection, maxAhead, cancellationToken);
    }
}
