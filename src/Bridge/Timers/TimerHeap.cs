using System.Diagnostics;

namespace Bridge;

/// <summary>Timers of the current wheel tick in exact order: by deadline, then by sequence. A heap that knows each node's position.</summary>
/// <remarks>
/// Each entry carries its keys, so comparing reads the array only and not the nodes, which lie all over the heap of objects; four children to
/// an entry, so that few nodes have to be told their new position.
/// </remarks>
internal sealed class TimerHeap
{
    private const int Children = 4;

    private Entry[] _entries = new Entry[16];
    private int _count;

    internal int Count => _count;

    internal TimerNode? First => _count == 0 ? null : _entries[0].Node;

    internal void Add(TimerNode node)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, _count * 2);
        }

        node.Place = TimerNode.InHeap;
        SiftUp(new Entry(node), _count++);
    }

    internal void Remove(TimerNode node)
    {
        Debug.Assert(node.Place == TimerNode.InHeap && _entries[node.HeapIndex].Node == node, "The node is not in this heap.");
        int hole = node.HeapIndex;
        Entry last = _entries[--_count];
        _entries[_count] = default;
        if (last.Node != node)
        {
            if (hole > 0 && last.IsBefore(_entries[(hole - 1) / Children]))
            {
                SiftUp(last, hole);
            }
            else
            {
                SiftDown(last, hole);
            }
        }

        node.Place = TimerNode.Free;
    }

    private void SiftUp(in Entry entry, int hole)
    {
        while (hole > 0)
        {
            int parent = (hole - 1) / Children;
            if (!entry.IsBefore(_entries[parent]))
            {
                break;
            }

            Put(_entries[parent], hole);
            hole = parent;
        }

        Put(entry, hole);
    }

    private void SiftDown(in Entry entry, int hole)
    {
        while (true)
        {
            int first = (hole * Children) + 1;
            if (first >= _count)
            {
                break;
            }

            int earliest = EarliestOf(first, Math.Min(first + Children, _count));
            if (!_entries[earliest].IsBefore(entry))
            {
                break;
            }

            Put(_entries[earliest], hole);
            hole = earliest;
        }

        Put(entry, hole);
    }

    private int EarliestOf(int first, int end)
    {
        int earliest = first;
        for (int child = first + 1; child < end; child++)
        {
            if (_entries[child].IsBefore(_entries[earliest]))
            {
                earliest = child;
            }
        }

        return earliest;
    }

    private void Put(in Entry entry, int index)
    {
        _entries[index] = entry;
        entry.Node.HeapIndex = index;
    }

    private readonly struct Entry
    {
        private readonly long _deadline;
        private readonly long _sequence;

        internal Entry(TimerNode node)
        {
            Node = node;
            _deadline = node.Deadline;
            _sequence = node.Sequence;
        }

        internal TimerNode Node { get; }

        internal bool IsBefore(in Entry other)
            => _deadline < other._deadline || (_deadline == other._deadline && _sequence < other._sequence);
    }
}
