using System.Collections;

namespace Bridge.Executors;

/// <summary>The results of one Map call, in the order of the items.</summary>
internal sealed class MapResults<TItem, TResult> : IEnumerable<TResult>
{
    private readonly Executor _executor;
    private readonly Func<TItem, TResult> _function;
    private readonly WaitTime _time;

    /// <summary>Null once everything is submitted; with a buffer it stays open while results are taken.</summary>
    private IEnumerator<TItem>? _items;

    /// <summary>Taken by the first GetEnumerator with an exchange; null afterwards.</summary>
    private Queue<ConcurrentFuture<TResult>>? _futures = new();

    internal MapResults(Executor executor, Func<TItem, TResult> function, IEnumerable<TItem> items, WaitTime time, int? bufferSize)
    {
        _executor = executor;
        _function = function;
        _time = time;
        _items = items.GetEnumerator();
        try
        {
            int room = bufferSize ?? int.MaxValue;
            while (room-- > 0 && TrySubmitNext(_futures))
            {
            }
        }
        catch
        {
            // The caller gets no sequence, so nobody could take these results or cancel them later.
            Abandon(_futures);
            throw;
        }
    }

    public IEnumerator<TResult> GetEnumerator()
        => new Enumerator(this, Interlocked.Exchange(ref _futures, null) ?? throw new InvalidOperationException(Messages.EnumeratedTwice(nameof(Executor.Map))));

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private bool TrySubmitNext(Queue<ConcurrentFuture<TResult>> futures)
    {
        if (_items is null)
        {
            return false;
        }

        if (!_items.MoveNext())
        {
            CloseItems();
            return false;
        }

        futures.Enqueue(_executor.Hand(new MapWork<TItem, TResult>(_function, _items.Current), name: null));
        return true;
    }

    private void CloseItems()
    {
        _items?.Dispose();
        _items = null;
    }

    private void Abandon(Queue<ConcurrentFuture<TResult>> futures)
    {
        CancelAll(futures);
        CloseItems();
    }

    private static void CancelAll(Queue<ConcurrentFuture<TResult>> futures)
    {
        while (futures.TryDequeue(out var future))
        {
            future.Cancel();
        }
    }

    /// <summary>Only an enumeration that began has a finalizer: Map called for its effects alone must run everything, as in asyncio.</summary>
    private sealed class Enumerator(MapResults<TItem, TResult> owner, Queue<ConcurrentFuture<TResult>> futures) : IEnumerator<TResult>
    {
        ~Enumerator() => CancelAll(futures);

        public TResult Current { get; private set; } = default!;

        object? IEnumerator.Current => Current;

        public bool MoveNext()
        {
            if (futures.Count == 0)
            {
                Dispose();
                return false;
            }

            var time = owner._time.Remaining;
            ConcurrentFuture<TResult>? next = null;
            try
            {
                // One more is submitted before this one is waited for, so the buffer stays full meanwhile.
                owner.TrySubmitNext(futures);
                next = futures.Dequeue();
                Current = next.GetResult(TimeSpan.FromMilliseconds(time));
                return true;
            }
            catch
            {
                next?.Cancel();
                Dispose();
                throw;
            }
        }

        public void Reset() => throw new NotSupportedException(Messages.EnumeratedTwice(nameof(Executor.Map)));

        public void Dispose()
        {
            owner.Abandon(futures);
            GC.SuppressFinalize(this);
        }
    }
}
