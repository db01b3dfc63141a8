using System.Collections.Concurrent;

namespace Bridge;

/// <summary>Enumerates a <see cref="CollectionDrain{T}"/>. Used by <c>await foreach</c>.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
public sealed class CollectionDrainEnumerator<T> : IAsyncEnumerator<T>
{
    private readonly EventLoop _loop;
    private readonly ForeignItems<T> _items;
    private readonly DrainThread<T> _thread;
    private readonly CloseRegistration _closeRegistration;
    private bool _isDisposed;

    internal CollectionDrainEnumerator(
        EventLoop loop, BlockingCollection<T> collection, int maxAhead, CancellationToken callToken, CancellationToken enumerationToken)
    {
        _loop = loop;
        LoopFuture<NoResult> ended = loop.CreateFuture<NoResult>();
        DrainThread<T>? thread = null;
        _items = new ForeignItems<T>(loop, bound: 0, WhenFull.Fail, callToken) { Taken = _ => thread!.MakeRoom() };
        _items.WatchAlso(enumerationToken);
        _thread = thread = new DrainThread<T>(loop, collection, maxAhead, _items, ended);
        _closeRegistration = loop.OnClose(EndByClose);
    }

    /// <summary>The item that the last move gave.</summary>
    public T Current => _items.Current;

    /// <summary>Whether its thread has let go of the collection. Any thread; never turns back.</summary>
    internal bool IsThreadEnded => _thread.HasEnded;

    /// <summary>Waits for the next item.</summary>
    /// <returns>Something to await: false once the collection is complete and empty, or this was disposed of. A cancelled wait takes nothing.</returns>
    /// <exception cref="InvalidOperationException">On await: another task is waiting for the next item, or the loop runs on another thread.</exception>
    /// <remarks>Throws what taking from the collection throws, such as <see cref="ObjectDisposedException"/>.</remarks>
    public LoopOperation<bool> MoveNextAsync()
    {
        _thread.StartOnce();
        return new LoopOperation<bool>(_items);
    }

    /// <summary>Ends the thread, and is done when it has let go of the collection. What it took ahead is kept for the next Drain of the collection.</summary>
    /// <returns>A coroutine. Cancelling it ends the wait only.</returns>
    public async Coroutine DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _closeRegistration.Dispose();
            _items.Unwatch();
            _thread.Stop();
        }

        await _thread.Ended;
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    // For code that holds the interface; a coroutine's own await foreach uses the member above, whose wait is cancelled promptly.
    async ValueTask<bool> IAsyncEnumerator<T>.MoveNextAsync() => await MoveNextAsync();

    private void EndByClose()
    {
        _items.Unwatch();
        _thread.Stop();
    }
}
