using System.Numerics;

namespace Bridge;

/// <summary>All timers of a loop: a hierarchical wheel, so that scheduling and cancelling cost the same with one timer and with a million.</summary>
/// <remarks>
/// <para>
/// The wheel counts in clock ticks. Level 0 has a slot per tick, level 1 a slot per 256 ticks, and so on; eight levels of 256 slots cover
/// every deadline. A timer sits on the level of the highest byte in which its deadline differs from the current tick; when the current tick
/// reaches its slot it moves to a lower level, at most seven times in its life.
/// </para>
/// <para>
/// Nothing is ever compared: a slot of level 0 holds one deadline, and each slot is a queue. Equal deadlines share a slot at any time, for
/// the level depends on nothing but the deadline and the current tick, so they run in the order in which they came. Timers that are overdue
/// when they come (<see cref="EventLoop.CallAt(TimeSpan, Action, ExecutionContext?)"/>) are in a heap.
/// </para>
/// <para>Invariant: a timer in the wheel has a later deadline than <c>_current</c>. Cancelled timers are gone at once. Loop thread only.</para>
/// </remarks>
internal sealed class TimerWheel
{
    private const int LevelBits = 8;
    private const int SlotsPerLevel = 1 << LevelBits;
    private const int Levels = 8;
    private const int WordsPerLevel = SlotsPerLevel / 64;

    /// <summary>How many timers of a slot are looked at to find its exact first deadline, before its start has to do.</summary>
    private const int ExactPeek = 8;

    /// <summary>The first timer of each slot; a slot's timers form a ring, in order.</summary>
    private readonly TimerNode?[] _slots = new TimerNode?[Levels * SlotsPerLevel];

    /// <summary>A bit for each slot that holds timers.</summary>
    private readonly ulong[] _occupied = new ulong[Levels * WordsPerLevel];

    private readonly TimerHeap _overdue = new();

    /// <summary>Timers of the slot being taken, chained by <see cref="TimerNode.Next"/>. Empty outside a run of <see cref="TakeDue"/> calls.</summary>
    private TimerNode? _due;

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
            _overdue.Remove(node);
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
        if (_overdue.First is { } first)
        {
            ticks = first.Deadline;
            return true;
        }

        if (!TryFindNextSlot(out int place, out ticks))
        {
            return false;
        }

        // The start of a slot is a lower bound: waking then costs one empty turn, after which its timers have moved down a level.
        ticks = FirstDeadlineOf(_slots[place]!) ?? ticks;
        return true;
    }

    /// <summary>Takes the first timer that is due at <paramref name="now"/> (loop ticks, inclusive), in order; null when there is no more.</summary>
    internal TimerNode? TakeDue(long now)
    {
        if (_due is null && !TryFindDue(now))
        {
            return null;
        }

        TimerNode node = _due!;
        _due = node.Next;
        node.Next = null;
        node.Previous = null;
        _count--;
        return node;
    }

    /// <summary>Drops all timers.</summary>
    internal void Clear(Action<TimerNode> dropped)
    {
        while (_overdue.First is { } node)
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
        long deadline = node.Deadline;
        if (deadline <= _current)
        {
            _overdue.Add(node);
            return;
        }

        int level = BitOperations.Log2((ulong)(deadline ^ _current)) / LevelBits;
        int place = (level * SlotsPerLevel) + ((int)(deadline >> (level * LevelBits)) & (SlotsPerLevel - 1));
        node.Place = place;
        if (_slots[place] is { } first)
        {
            TimerNode last = first.Previous!;
            node.Previous = last;
            node.Next = first;
            last.Next = node;
            first.Previous = node;
        }
        else
        {
            node.Previous = node;
            node.Next = node;
            _slots[place] = node;
            _occupied[place / 64] |= 1UL << place;
        }
    }

    private void Unlink(TimerNode node)
    {
        int place = node.Place;
        TimerNode next = node.Next!;
        if (ReferenceEquals(next, node))
        {
            _slots[place] = null;
            _occupied[place / 64] &= ~(1UL << place);
        }
        else
        {
            TimerNode previous = node.Previous!;
            next.Previous = previous;
            previous.Next = next;
            if (ReferenceEquals(_slots[place], node))
            {
                _slots[place] = next;
            }
        }

        node.Next = null;
        node.Previous = null;
        node.Place = TimerNode.Free;
    }

    /// <summary>Moves the current tick on until timers are due, or to <paramref name="now"/> if none are.</summary>
    private bool TryFindDue(long now)
    {
        while (_overdue.Count == 0)
        {
            if (!TryFindNextSlot(out int place, out long start) || start > now)
            {
                _current = Math.Max(_current, now);
                return false;
            }

            TimerNode first = Detach(place);
            bool isAlone = first.Next is null && first.Deadline <= now;
            if (isAlone || place < SlotsPerLevel)
            {
                _current = first.Deadline;
                _due = first;
                return true;
            }

            _current = start;
            Spread(first);
        }

        TimerNode overdue = _overdue.First!;
        if (overdue.Deadline > now)
        {
            return false;
        }

        _overdue.Remove(overdue);
        _due = overdue;
        return true;
    }

    /// <summary>Empties a slot; its timers become a chain that ends with null.</summary>
    private TimerNode Detach(int place)
    {
        TimerNode first = _slots[place]!;
        first.Previous!.Next = null;
        _slots[place] = null;
        _occupied[place / 64] &= ~(1UL << place);
        return first;
    }

    /// <summary>Places the timers of a chain anew, seen from the current tick: each ends on a lower level, or is due.</summary>
    private void Spread(TimerNode first)
    {
        TimerNode? node = first;
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
    private bool TryFindNextSlot(out int place, out long start)
    {
        for (int word = 0; word < _occupied.Length; word++)
        {
            ulong bits = _occupied[word];
            if (bits != 0)
            {
                place = (word * 64) + BitOperations.TrailingZeroCount(bits);
                int shift = place / SlotsPerLevel * LevelBits;

                // The bytes above the level are those of the current tick.
                long above = shift + LevelBits < 64 ? _current >> (shift + LevelBits) << (shift + LevelBits) : 0;
                start = above | ((long)(place % SlotsPerLevel) << shift);
                return true;
            }
        }

        place = 0;
        start = 0;
        return false;
    }

    /// <summary>The first deadline in a slot; null if that would take long to find.</summary>
    private static long? FirstDeadlineOf(TimerNode first)
    {
        long earliest = first.Deadline;
        int seen = 1;
        for (TimerNode node = first.Next!; !ReferenceEquals(node, first); node = node.Next!)
        {
            if (++seen > ExactPeek)
            {
                return null;
            }

            earliest = Math.Min(earliest, node.Deadline);
        }

        return earliest;
    }
}
