using System.Diagnostics;

namespace Bridge;

/// <summary>Timers that were overdue when they came, in exact order: by deadline, then by sequence. A heap; each timer knows its position.</summary>
/// <remarks>
/// Each item carries its keys, so comparing reads the array only and not the timers, which lie all over the store; four children to
/// an item, so that few timers have to be told their new position.
/// </remarks>
internal sealed class TimerHeap(TimerStore store)
{
    private const int Children = 4;

    private Item[] _items = [];
    private int _count;

    internal int Count => _count;

    /// <summary>The earliest timer. There must be one.</summary>
    internal int First => _items[0].Index;

    /// <summary>Its deadline.</summary>
    internal long FirstDeadline => _items[0].Deadline;

    internal void Add(int index)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, Math.Max(16, _count * 2));
        }

        ref TimerNode node = ref store.Node(index);
        node.Previous = TimerNode.InHeap;
        SiftUp(new Item(index, node.Deadline, store.Call(index).Sequence), _count++);
    }

    internal void Remove(int index)
    {
        int hole = store.Node(index).Next;
        Debug.Assert(store.Node(index).Previous == TimerNode.InHeap && _items[hole].Index == index, "The timer is not in this heap.");
        Item last = _items[--_count];
        if (last.Index == index)
        {
            return;
        }

        if (hole > 0 && last.IsBefore(_items[(hole - 1) / Children]))
        {
            SiftUp(last, hole);
        }
        else
        {
            SiftDown(last, hole);
        }
    }

    internal void Clear()
    {
        _items = [];
        _count = 0;
    }

    private void SiftUp(in Item item, int hole)
    {
        while (hole > 0)
        {
            int parent = (hole - 1) / Children;
            if (!item.IsBefore(_items[parent]))
            {
                break;
            }

            Put(_items[parent], hole);
            hole = parent;
        }

        Put(item, hole);
    }

    private void SiftDown(in Item item, int hole)
    {
        while (true)
        {
            int first = (hole * Children) + 1;
            if (first >= _count)
            {
                break;
            }

            int earliest = EarliestOf(first, Math.Min(first + Children, _count));
            if (!_items[earliest].IsBefore(item))
            {
                break;
            }

            Put(_items[earliest], hole);
            hole = earliest;
        }

        Put(item, hole);
    }

    private int EarliestOf(int first, int end)
    {
        int earliest = first;
        for (int child = first + 1; child < end; child++)
        {
            if (_items[child].IsBefore(_items[earliest]))
            {
                earliest = child;
            }
        }

        return earliest;
    }

    private void Put(in Item item, int position)
    {
        _items[position] = item;
        store.Node(item.Index).Next = position;
    }

    private readonly struct Item(int index, long deadline, long sequence)
    {
        internal readonly int Index = index;
        internal readonly long Deadline = deadline;
        private readonly long _sequence = sequence;

        internal bool IsBefore(in Item other)
            => Deadline < other.Deadline || (Deadline == other.Deadline && _sequence < other._sequence);
    }
}
