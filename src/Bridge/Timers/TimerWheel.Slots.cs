using System.Numerics;

namespace Bridge;

/// <content>The slots: queues of timers, linked by the timers' indices.</content>
internal sealed partial class TimerWheel
{
    private const int LevelBits = 8;
    private const int SlotsPerLevel = 1 << LevelBits;
    private const int Levels = 8;
    private const int WordsPerLevel = SlotsPerLevel / 64;

    /// <summary>How many timers of a slot are looked at to find its exact first deadline, before its start has to do.</summary>
    private const int ExactPeek = 8;

    private readonly Slot[] _slots = new Slot[Levels * SlotsPerLevel];

    /// <summary>A bit for each slot that holds timers; the ends of others mean nothing.</summary>
    private readonly ulong[] _occupied = new ulong[Levels * WordsPerLevel];

    /// <summary>Appends a timer to the slot of its deadline, as seen from the current tick.</summary>
    private void Place(int index, ref TimerNode node)
    {
        long deadline = node.Deadline;
        if (deadline <= _current)
        {
            _overdue.Add(index);
            return;
        }

        int level = BitOperations.Log2((ulong)(deadline ^ _current)) / LevelBits;
        int place = (level * SlotsPerLevel) + ((int)(deadline >> (level * LevelBits)) & (SlotsPerLevel - 1));
        ref Slot slot = ref _slots[place];
        ref ulong occupied = ref _occupied[place / 64];
        ulong bit = 1UL << place;
        if ((occupied & bit) != 0)
        {
            node.Previous = slot.Last;
            _store.Node(slot.Last).Next = index;
        }
        else
        {
            occupied |= bit;
            node.Previous = ~place;
            slot.First = index;
        }

        node.Next = ~place;
        slot.Last = index;
    }

    private void Unlink(in TimerNode node)
    {
        int previous = node.Previous;
        int next = node.Next;
        if (previous >= 0)
        {
            _store.Node(previous).Next = next;
        }
        else if (next >= 0)
        {
            _slots[~previous].First = next;
        }
        else
        {
            MarkEmpty(~previous);
            return;
        }

        if (next >= 0)
        {
            _store.Node(next).Previous = previous;
        }
        else
        {
            _slots[~next].Last = previous;
        }
    }

    private void MarkEmpty(int place) => _occupied[(uint)place / 64] &= ~(1UL << place);

    /// <summary>Empties a slot; its timers are a chain that ends with a negative number.</summary>
    private int Detach(int place)
    {
        MarkEmpty(place);
        return _slots[place].First;
    }

    /// <summary>Places the timers of a chain anew, seen from the current tick: each ends on a lower level, or is due.</summary>
    /// <remarks>
    /// A slot is spread when its time has come, so most of its timers are due soon, often at once. They lie all over the store, and
    /// finding the next one has to wait for this one; the calls are fetched meanwhile. That is a quarter of the whole cost of 100,000 timers.
    /// </remarks>
    private void Spread(int first)
    {
        for (int index = first; index >= 0;)
        {
            ref TimerNode node = ref _store.Node(index);
            int next = node.Next;
            _store.PrefetchCall(index);
            Place(index, ref node);
            index = next;
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
                int shift = (place >> LevelBits) * LevelBits;

                // The bytes above the level are those of the current tick.
                long above = shift + LevelBits < 64 ? _current >> (shift + LevelBits) << (shift + LevelBits) : 0;
                start = above | ((long)(place & (SlotsPerLevel - 1)) << shift);
                return true;
            }
        }

        place = 0;
        start = 0;
        return false;
    }

    /// <summary>The first deadline in a slot; null if that would take long to find.</summary>
    private long? FirstDeadlineOf(int place)
    {
        long earliest = long.MaxValue;
        int seen = 0;
        for (int index = _slots[place].First; index >= 0; index = _store.Node(index).Next)
        {
            if (++seen > ExactPeek)
            {
                return null;
            }

            earliest = Math.Min(earliest, _store.Node(index).Deadline);
        }

        return earliest;
    }

    /// <summary>The ends of a queue of timers.</summary>
    private struct Slot
    {
        internal int First;
        internal int Last;
    }
}
