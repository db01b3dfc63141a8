namespace Bridge;

/// <summary>Where a queue keeps its items: decides which one is got next. Loop thread.</summary>
internal abstract class QueueStore<T>
{
    internal abstract int Count { get; }

    internal abstract void Add(T item);

    /// <summary>Takes the next item out; there is one.</summary>
    internal abstract T Take();

    internal abstract void Clear();
}

/// <summary>First in, first out.</summary>
internal sealed class FifoStore<T> : QueueStore<T>
{
    private readonly Queue<T> _items = new();

    internal override int Count => _items.Count;

    internal override void Add(T item) => _items.Enqueue(item);

    internal override T Take() => _items.Dequeue();

    internal override void Clear() => _items.Clear();
}

/// <summary>Last in, first out.</summary>
internal sealed class LifoStore<T> : QueueStore<T>
{
    private readonly Stack<T> _items = new();

    internal override int Count => _items.Count;

    internal override void Add(T item) => _items.Push(item);

    internal override T Take() => _items.Pop();

    internal override void Clear() => _items.Clear();
}

/// <summary>Smallest first; equal ones first in, first out.</summary>
internal sealed class PriorityStore<T> : QueueStore<T>
{
    private readonly PriorityQueue<T, Rank> _items;
    private long _added;

    internal PriorityStore(IComparer<T> comparer) => _items = new PriorityQueue<T, Rank>(new RankComparer(comparer));

    internal override int Count => _items.Count;

    internal override void Add(T item) => _items.Enqueue(item, new Rank(item, _added++));

    internal override T Take() => _items.Dequeue();

    internal override void Clear() => _items.Clear();

    private readonly record struct Rank(T Item, long Order);

    private sealed class RankComparer(IComparer<T> items) : IComparer<Rank>
    {
        public int Compare(Rank x, Rank y) => items.Compare(x.Item, y.Item) is int order and not 0 ? order : x.Order.CompareTo(y.Order);
    }
}
