using System.Numerics;

namespace Bridge;

/// <summary>All timers of a loop: a hierarchical wheel, so that scheduling and cancelling cost the same with one timer and with a million.</summary>
/// <remarks>
/// <para>
/// The wheel counts in ticks of 2^9 * 100 ns = 51.2 us. Level 0 has a slot per tick, level 1 a slot per 64 ticks, and so on; nine
/// levels of 64 slots cover every deadline. A timer sits on the lowest level whose slot differs from the current tick's; when the
/// current tick reaches its slot it moves down a level, at most eight times in its life. Timers of the current tick, and overdue
/// ones, are kept in a heap by exact deadline, so order and accuracy are those of the deadline, not of the tick.
/// </para>
/// <para>Invariant: a timer in the wheel has a later tick than <c>_current</c>. Cancelled timers are gone at once. Loop thread only.</para>
/// </remarks>
internal sealed class TimerWheel
{
    private const int TickShift = 9;
    private const int LevelBits = 6;
    private const int SlotsPerLevel = 1 << LevelBits;
    private const int Levels = 9;

    /// <summary>How many timers of a slot are looked at to find its exact first deadline, before its start has to do.</summary>
    private const int ExactPeek = 8;

    private readonly TimerNode?[] _slots = new TimerNode?[Levels * SlotsPerLevel];

    /// <summary>Bit i of level l: slot i of that level holds timers.</summary>
    private readonly ulong[] _occupied = new ulong[Levels];

    private readonly TimerHeap _near = new();
    private long _current;
    private int _count;

    /// <summary>Timers scheduled and neither due nor cancelled.</summary>
    internal int Count => _count;

    internal void Add(TimerNode node)
    {
        _count++;
        Place(node);
    }

    /// <summary>Takes a timer out, wherever it is. It must be in here.</summary>
    internal void Remove(TimerNode node)
    {
        _count--;
        if (node.Place == TimerNode.InHeap)
        {
            _near.Remove(node);
        }
        else
        {
            Unlink(node);
        }
    }

    /// <summary>Finds until when the loop may sleep: never later than the first deadline, and exactly that in all but crowded cases.</summary>
    /// <returns>False if there is no timer.</returns>
    internal bool TryGetWakeTime(out long ticks)
    {
        if (_near.First is { } first)
        {
            ticks = first.Deadline;
            return true;
        }

        if (!TryFindNextSlot(out int level, out int index, out long startTick))
        {
            ticks = 0;
            return false;
        }

        // The start of a slot is a lower bound: waking then costs one empty turn, after which the slot has moved down a level.
        ticks = Math.Max(startTick << TickShift, 0);
        long exact = long.MaxValue;
        int seen = 0;
        for (TimerNode? node = _slots[(level * SlotsPerLevel) + index]; node is not null; node = node.Next)
        {
            if (++seen > ExactPeek)
            {
                return true;
            }

            exact = Math.Min(exact, node.Deadline);
        }

        ticks = exact;
        return true;
    }

    /// <summary>Takes the first timer that is due at <paramref name="now"/> (loop ticks, inclusive), in order; null when there is no more.</summary>
    internal TimerNode? TakeDue(long now)
    {
        TimerNode? first = _near.First;
        while (first is null)
        {
            // Slot by slot, each run dry before the next: the heap stays as small as a slot, however many timers are due.
            if (!AdvanceOneSlot(now >> TickShift))
            {
                return null;
            }

            first = _near.First;
        }

        if (first.Deadline > now)
        {
            return null;
        }

        _near.Remove(first);
        _count--;
        return first;
    }

    /// <summary>Drops all timers.</summary>
    internal void Clear(Action<TimerNode> dropped)
    {
        while (_near.First is { } node)
        {
            Remove(node);
            dropped(node);
        }

        for (int place = 0; place < _slots.Length; place++)
        {
            while (_slots[place] is { } node)
            {
                Remove(node);
                dropped(node);
            }
        }
    }

    private void Place(TimerNode node)
    {
        long tick = node.Deadline >> TickShift;
        if (tick <= _current)
        {
            _near.Add(node);
            return;
        }

        int level = BitOperations.Log2((ulong)(tick ^ _current)) / LevelBits;
        int index = (int)(tick >> (level * LevelBits)) & (SlotsPerLevel - 1);
        int place = (level * SlotsPerLevel) + index;
        TimerNode? head = _slots[place];
        node.Place = place;
        node.Previous = null;
        node.Next = head;
        if (head is null)
        {
            _occupied[level] |= 1UL << index;
        }
        else
        {
            head.Previous = node;
        }

        _slots[place] = node;
    }

    private void Unlink(TimerNode node)
    {
        if (node.Next is { } next)
        {
            next.Previous = node.Previous;
        }

        if (node.Previous is { } previous)
        {
            previous.Next = node.Next;
        }
        else
        {
            _slots[node.Place] = node.Next;
            if (node.Next is null)
            {
                _occupied[node.Place / SlotsPerLevel] &= ~(1UL << (node.Place % SlotsPerLevel));
            }
        }

        node.Next = null;
        node.Previous = null;
        node.Place = TimerNode.Free;
    }

    /// <summary>Moves the current tick to the next occupied slot and spreads that, or, with none up to <paramref name="tick"/>, to the tick itself.</summary>
    /// <returns>False if there was no such slot.</returns>
    private bool AdvanceOneSlot(long tick)
    {
        if (!TryFindNextSlot(out int level, out int index, out long start) || start > tick)
        {
            _current = Math.Max(_current, tick);
            return false;
        }

        _current = start;
        Spread((level * SlotsPerLevel) + index);
        return true;
    }

    /// <summary>Places the timers of a slot anew, seen from the current tick: each ends on a lower level or in the heap.</summary>
    private void Spread(int place)
    {
        TimerNode? node = _slots[place];
        _slots[place] = null;
        _occupied[place / SlotsPerLevel] &= ~(1UL << (place % SlotsPerLevel));
        while (node is not null)
        {
            TimerNode? next = node.Next;
            node.Next = null;
            node.Previous = null;
            Place(node);
            node = next;
        }
    }

    /// <summary>The occupied slot that starts first. Slots of a level lie after the current one, and lower levels lie before higher ones.</summary>
    private bool TryFindNextSlot(out int level, out int index, out long startTick)
    {
        for (level = 0; level < Levels; level++)
        {
            ulong occupied = _occupied[level];
            if (occupied != 0)
            {
                int shift = level * LevelBits;
                index = BitOperations.TrailingZeroCount(occupied);
                startTick = ((_current >> (shift + LevelBits)) << (shift + LevelBits)) | ((long)index << shift);
                return true;
            }
        }

        index = 0;
        startTick = 0;
        return false;
    }
}
