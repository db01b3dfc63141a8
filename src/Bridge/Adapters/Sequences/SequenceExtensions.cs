namespace Bridge;

/// <summary>Sequences across the border: produced in one world, used in another.</summary>
public static class SequenceExtensions
{
    /// <summary>Runs an async sequence on the .NET thread pool, some items ahead, for a consumer on a loop: <c>await foreach (var m in call.ReadAllAsync().On(loop))</c>.</summary>
    /// <typeparam name="T">Type of the items.</typeparam>
    /// <param name="source">Enumerated, moved and disposed of on the thread pool, never on the loop's thread.</param>
    /// <param name="loop">Where the items are used.</param>
    /// <param name="buffer">How many items the source may be ahead at most: 1 or more. With all of them waiting, it is not moved.</param>
    /// <returns>The same items in the same order, to be enumerated on the loop's thread. Cold: each enumeration is one of the source.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> or <paramref name="loop"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="buffer"/> is less than 1.</exception>
    /// <remarks>
    /// <para>
    /// However the enumeration ends (by itself, by an exception, a <c>break</c>, a cancelled task or token, or with the loop), the source is disposed of once, and leaving
    /// <c>await foreach</c> waits for that. Its token is cancelled first, if it has not ended; what a move that is under way then fails with is not told. Items that it was ahead are dropped.
    /// </para>
    /// <para>A failure arrives after the items before it, as the same object. The source runs in the ambient context of the first move.</para>
    /// </remarks>
    public static IAsyncEnumerable<T> On<T>(this IAsyncEnumerable<T> source, EventLoop loop, int buffer = 16)
    {
        Check(source, loop, buffer);
        return new LoopSequence<T>(loop, buffer, feed => Task.Run(() => feed.Produce(source)));
    }

    /// <summary>Runs a blocking sequence on a thread of its own, some items ahead, for a consumer on a loop: <c>await foreach (var line in File.ReadLines(path).On(loop))</c>.</summary>
    /// <typeparam name="T">Type of the items.</typeparam>
    /// <param name="source">Enumerated, moved and disposed of on one background thread.</param>
    /// <param name="loop">Where the items are used.</param>
    /// <param name="buffer">How many items the source may be ahead at most: 1 or more.</param>
    /// <returns>The same items in the same order, to be enumerated on the loop's thread. Cold: each enumeration is one of the source, with a thread.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> or <paramref name="loop"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="buffer"/> is less than 1.</exception>
    /// <remarks>As the form for async sequences; but a source that blocks in a move cannot be told to end, and leaving <c>await foreach</c> waits for that move.</remarks>
    public static IAsyncEnumerable<T> On<T>(this IEnumerable<T> source, EventLoop loop, int buffer = 16)
    {
        Check(source, loop, buffer);
        return new LoopSequence<T>(loop, buffer, feed => feed.ProduceOnThread(source, $"{loop.Name}-sequence"));
    }

    /// <summary>Runs an async sequence on a loop, some items ahead, for a consumer that blocks on another thread: <c>foreach (var item in source.ToBlocking(loop))</c>.</summary>
    /// <typeparam name="T">Type of the items.</typeparam>
    /// <param name="source">Enumerated, moved and disposed of on the loop's thread.</param>
    /// <param name="loop">Runs on another thread.</param>
    /// <param name="buffer">How many items the source may be ahead at most: 1 or more.</param>
    /// <param name="cancellationToken">Ends the enumeration: a move throws it, and the source's own token is cancelled.</param>
    /// <returns>The same items in the same order. Cold: each enumeration is one of the source. A move throws on the thread of any running loop, where it would block that.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> or <paramref name="loop"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="buffer"/> is less than 1.</exception>
    /// <remarks>
    /// <para>However the enumeration ends, the source is disposed of once, on the loop, and <c>Dispose</c>, thus leaving <c>foreach</c>, waits for that. The source's token is cancelled first, if it has not ended.</para>
    /// <para>A failure arrives after the items before it, as the same object. If the loop closes, a move throws <see cref="LoopClosedException"/>. The source runs in the ambient context of the first move.</para>
    /// </remarks>
    public static IEnumerable<T> ToBlocking<T>(this IAsyncEnumerable<T> source, EventLoop loop, int buffer = 16, CancellationToken cancellationToken = default)
    {
        Check(source, loop, buffer);
        return new BlockingSequence<T>(source, loop, buffer, cancellationToken);
    }

    private static void Check(object source, EventLoop loop, int buffer)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentOutOfRangeException.ThrowIfLessThan(buffer, 1);
    }
}
