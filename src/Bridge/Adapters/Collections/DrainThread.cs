using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>The thread of a <see cref="CollectionDrainEnumerator{T}"/>: takes items from the collection, some ahead of the reader, until it is stopped.</summary>
/// <remarks>
/// An item is in the collection, with the reader's items, or, once the reader has gone, among the leftovers of its collection: the thread puts it there before
/// it looks at anything else, so none is lost.
/// </remarks>
#pragma warning disable CA1001 // Neither semaphore nor source has a handle or timer, and the thread may use them to its end.
internal sealed class DrainThread<T>
{
    /// <summary>What readers that left had not read, in order, by collection. Its own locking; each list is locked while it is changed.</summary>
    private static readonly ConditionalWeakTable<BlockingCollection<T>, List<T>> s_leftovers = [];

    private readonly EventLoop _loop;
    private readonly BlockingCollection<T> _collection;
    private readonly ForeignItems<T> _items;
    private readonly LoopFuture<NoResult> _ended;
    private readonly SemaphoreSlim _room;
    private readonly CancellationTokenSource _stop = new();
    private bool _isStarted;

    /// <summary>Written by the thread as its last word; read by any.</summary>
    private volatile bool _hasEnded;

    /// <summary>Thread and reader. Whoever leaves last, by one decrement, keeps what was not read; until then the other may still add or read.</summary>
    private int _parties = 2;

    internal DrainThread(EventLoop loop, BlockingCollection<T> collection, int maxAhead, ForeignItems<T> items, LoopFuture<NoResult> ended)
    {
        _loop = loop;
        _collection = collection;
        _items = items;
        _ended = ended;
        _room = new SemaphoreSlim(maxAhead);
    }

    /// <summary>Done when the thread has let go of the collection. Loop thread.</summary>
    internal LoopFuture<NoResult> Ended => _ended;

    /// <summary>The same for any thread, also after the loop closed; never turns back.</summary>
    internal bool HasEnded => _hasEnded;

    /// <summary>Loop thread.</summary>
    internal void StartOnce()
    {
        if (!_isStarted)
        {
            _isStarted = true;
            new Thread(Run) { IsBackground = true, Name = $"{_loop.Name}-drain" }.UnsafeStart();
        }
    }

    /// <summary>The reader took an item.</summary>
    internal void MakeRoom() => _room.Release();

    /// <summary>The reader has gone. Loop thread, or the closing one. Only collection and semaphore listen to the token: no stranger runs in here.</summary>
    internal void Stop()
    {
        if (!_isStarted)
        {
            _isStarted = true;
            _items.End(null);
            _ended.TrySetResult(default);
            return;
        }

        _stop.Cancel();
        Leave();
    }

    private void Run()
    {
        try
        {
            TakeUntilComplete();
            _items.End(null);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The reader has gone.
        }
        catch (Exception exception)
        {
            // Of the collection: the reader gets it, after what was taken before.
            _items.End(exception);
        }

        Leave();
        _hasEnded = true;
        _loop.TryPost(new Action(() => _ended.TrySetResult(default)), null, null);
    }

    private void TakeUntilComplete()
    {
        while (true)
        {
            _room.Wait(_stop.Token);
            if (!TryTakeLeftover(out T? item) && !_collection.TryTake(out item, Timeout.Infinite, _stop.Token))
            {
                return;
            }

            _items.Add(item!);
        }
    }

    private bool TryTakeLeftover(out T? item)
    {
        item = default;
        if (!s_leftovers.TryGetValue(_collection, out List<T>? leftovers))
        {
            return false;
        }

        lock (leftovers)
        {
            if (leftovers.Count == 0)
            {
                return false;
            }

            item = leftovers[0];
            leftovers.RemoveAt(0);
            return true;
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _parties) != 0)
        {
            return;
        }

        // A move that waits, or comes later, must not wait for a thread that has gone.
        List<T> rest = _items.TakeRest();
        _items.End(null);
        if (rest.Count == 0)
        {
            return;
        }

        List<T> leftovers = s_leftovers.GetOrCreateValue(_collection);
        lock (leftovers)
        {
            // They are older than those that this thread did not get to.
            leftovers.InsertRange(0, rest);
        }
    }
}
#pragma warning restore CA1001
