using System.Diagnostics.CodeAnalysis;

namespace Bridge;

/// <summary>What waits for the loop, up to a bound, and what is done about one more. Its owner's lock guards it.</summary>
internal sealed class BoundedQueue<T>
{
    private readonly Queue<T> _items = new();
    private readonly WhenFull _full;

    /// <summary>Throws for a negative bound and an unknown policy; zero: no bound.</summary>
    internal BoundedQueue(int bound, WhenFull full)
    {
        if (bound < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(bound), bound, Messages.NegativeBound(bound));
        }

        if (!Enum.IsDefined(full))
        {
            throw new ArgumentOutOfRangeException(nameof(full), full, Messages.NoSuchWhenFull(full));
        }

        Bound = bound;
        _full = full;
    }

    internal int Bound { get; }

    internal int Count => _items.Count;

    /// <summary>How many were dropped here, and by the owner.</summary>
    internal long Dropped { get; set; }

    /// <summary>False: it is full, and the owner has to fail. True: the item was added, or dropped as the policy says.</summary>
    internal bool TryAdd(T item)
    {
        if (Bound > 0 && _items.Count == Bound)
        {
            if (_full == WhenFull.Fail)
            {
                return false;
            }

            Dropped++;
            if (_full == WhenFull.DropNewest)
            {
                return true;
            }

            _items.Dequeue();
        }

        _items.Enqueue(item);
        return true;
    }

    internal bool TryTake([MaybeNullWhen(false)] out T item) => _items.TryDequeue(out item);

    internal List<T> TakeAll()
    {
        List<T> all = [.. _items];
        _items.Clear();
        return all;
    }

    internal void DropAll()
    {
        Dropped += _items.Count;
        _items.Clear();
    }
}
