using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Bridge;

/// <summary>The memory of a loop's timers: entries known by their index, 48 bytes each, in chunks that never move.</summary>
/// <remarks>
/// <para>
/// Entries that are free are bits in groups of 64. So they are handed out in the order in which they lie in memory, however they came
/// back, and taking or returning one touches no other entry. Groups that have a free entry form a list, the one last used first.
/// </para>
/// <para>
/// Memory: chunks are kept until <see cref="Clear"/>, enough for the most timers that existed at a time, counting those that wait in the
/// ready queue. Entries that are free hold no references. Loop thread only.
/// </para>
/// </remarks>
internal sealed class TimerStore
{
    private const int GroupBits = 6;
#if DEBUG
    private const int ChunkBits = 6;
#else
    private const int ChunkBits = 8;
#endif
    private const int ChunkSize = 1 << ChunkBits;
    private const int GroupsPerChunk = ChunkSize >> GroupBits;
    private const int None = -1;

    private TimerNode[][] _nodes = [];
    private TimerCall[][] _calls = [];
    private Group[] _groups = [];
    private int _chunks;
    private int _firstFree = None;
    private int _firstRetired = None;

    /// <summary>Entries there is memory for.</summary>
    internal int Capacity => _chunks * ChunkSize;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref TimerNode Node(int index) => ref _nodes[index >> ChunkBits][index & (ChunkSize - 1)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref TimerCall Call(int index) => ref _calls[index >> ChunkBits][index & (ChunkSize - 1)];

    /// <summary>Has the processor fetch what a timer runs, which will be asked for soon; only where the runtime knows how to say so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe void PrefetchCall(int index)
    {
        if (Sse.IsSupported)
        {
            // The address is not used after this line, so it does not matter if the array moves.
            Sse.Prefetch0(Unsafe.AsPointer(ref Call(index)));
        }
    }

    /// <summary>Takes a free entry. Its references are null, the rest is whatever it was.</summary>
    internal int Rent()
    {
        int number = _firstFree;
        if (number == None)
        {
            number = AddChunk();
        }

        ref Group group = ref _groups[number];
        ulong free = group.Free;
        int index = (number << GroupBits) + BitOperations.TrailingZeroCount(free);
        free &= free - 1;
        group.Free = free;
        if (free == 0)
        {
            _firstFree = group.NextFree;
        }

        return index;
    }

    /// <summary>Gives an entry back, whose references the caller has cleared.</summary>
    internal void Return(int index) => ReturnAll(index >> GroupBits, 1UL << index);

    /// <summary>Notes an entry to be given back by <see cref="ReturnRetired"/>: until then it is not used for another timer.</summary>
    internal void Retire(int index)
    {
        int number = index >> GroupBits;
        ref Group group = ref _groups[number];
        if (group.Retired == 0)
        {
            group.NextRetired = _firstRetired;
            _firstRetired = number;
        }

        group.Retired |= 1UL << index;
    }

    /// <summary>Gives back what was retired, up to 64 entries in one go.</summary>
    internal void ReturnRetired()
    {
        for (int number = _firstRetired; number != None;)
        {
            ref Group group = ref _groups[number];
            ReturnAll(number, group.Retired);
            group.Retired = 0;
            number = group.NextRetired;
        }

        _firstRetired = None;
    }

    /// <summary>Lets go of all memory. Indices of before mean nothing any more.</summary>
    internal void Clear()
    {
        _nodes = [];
        _calls = [];
        _groups = [];
        _chunks = 0;
        _firstFree = None;
        _firstRetired = None;
    }

    private void ReturnAll(int number, ulong entries)
    {
        ref Group group = ref _groups[number];
        if (group.Free == 0)
        {
            group.NextFree = _firstFree;
            _firstFree = number;
        }

        group.Free |= entries;
    }

    /// <summary>Makes room for more entries, all free; returns the first of their groups.</summary>
    private int AddChunk()
    {
        if (_chunks == _nodes.Length)
        {
            int larger = Math.Max(4, _chunks * 2);
            Array.Resize(ref _nodes, larger);
            Array.Resize(ref _calls, larger);
            Array.Resize(ref _groups, larger * GroupsPerChunk);
        }

        _nodes[_chunks] = new TimerNode[ChunkSize];
        _calls[_chunks] = new TimerCall[ChunkSize];
        int first = _chunks++ * GroupsPerChunk;
        for (int number = first + GroupsPerChunk - 1; number >= first; number--)
        {
            ReturnAll(number, ulong.MaxValue);
        }

        return first;
    }

    /// <summary>64 entries: which are free, which are retired, and the next group of which the same holds.</summary>
    private struct Group
    {
        internal ulong Free;
        internal ulong Retired;
        internal int NextFree;
        internal int NextRetired;
    }
}
