using System.Diagnostics;

namespace Bridge;

/// <summary>Timers of the current wheel tick in exact order: by deadline, then by sequence. A binary heap that knows each node's position.</summary>
internal sealed class TimerHeap
{
    private TimerNode[] _nodes = new TimerNode[16];
    private int _count;

    internal int Count => _count;

    internal TimerNode? First => _count == 0 ? null : _nodes[0];

    internal void Add(TimerNode node)
    {
        if (_count == _nodes.Length)
        {
            Array.Resize(ref _nodes, _count * 2);
        }

        node.Place = TimerNode.InHeap;
        SiftUp(node, _count++);
    }

    internal void Remove(TimerNode node)
    {
        Debug.Assert(node.Place == TimerNode.InHeap && _nodes[node.HeapIndex] == node, "The node is not in this heap.");
        int hole = node.HeapIndex;
        TimerNode last = _nodes[--_count];
        _nodes[_count] = null!;
        if (last != node)
        {
            if (hole > 0 && last.IsBefore(_nodes[(hole - 1) / 2]))
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

    private void SiftUp(TimerNode node, int hole)
    {
        while (hole > 0)
        {
            int parent = (hole - 1) / 2;
            if (!node.IsBefore(_nodes[parent]))
            {
                break;
            }

            Put(_nodes[parent], hole);
            hole = parent;
        }

        Put(node, hole);
    }

    private void SiftDown(TimerNode node, int hole)
    {
        while (true)
        {
            int child = (hole * 2) + 1;
            if (child >= _count)
            {
                break;
            }

            if (child + 1 < _count && _nodes[child + 1].IsBefore(_nodes[child]))
            {
                child++;
            }

            if (!_nodes[child].IsBefore(node))
            {
                break;
            }

            Put(_nodes[child], hole);
            hole = child;
        }

        Put(node, hole);
    }

    private void Put(TimerNode node, int index)
    {
        _nodes[index] = node;
        node.HeapIndex = index;
    }
}
