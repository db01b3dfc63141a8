using System.Buffers;
using System.Runtime.CompilerServices;

namespace Bridge.Net;

/// <summary>An array of a <see cref="SegmentPool"/> that is filled from its beginning; a link of a <see cref="ByteQueue"/>.</summary>
internal sealed class ByteSegment : ReadOnlySequenceSegment<byte>
{
    internal ByteSegment(int size) => Array = GC.AllocateUninitializedArray<byte>(size);

    internal byte[] Array { get; }

    /// <summary>How many bytes are filled.</summary>
    internal int Count { get; private set; }

    internal int Room => Array.Length - Count;

    /// <summary>Of the first segment of a queue: what the queue has to know, so that an empty queue is but a null.</summary>
    internal QueueState Queue;

    internal ByteSegment? Following => Unsafe.As<ByteSegment>(Next);

    /// <summary>Bytes that were written behind the last ones now belong to it.</summary>
    internal void Extend(int count)
    {
        Count += count;
        Memory = Array.AsMemory(0, Count);
    }

    /// <summary>Puts another one behind it. From now on it is full, whatever room there is.</summary>
    internal void Append(ByteSegment next)
    {
        next.RunningIndex = RunningIndex + Count;
        Next = next;
    }

    /// <summary>Empties it, and links it into the list of the free ones.</summary>
    internal void Free(ByteSegment? nextFree)
    {
        Count = 0;
        Memory = default;
        RunningIndex = 0;
        Queue = default;
        Next = nextFree;
    }
}

/// <summary>The state of a <see cref="ByteQueue"/> that is not empty, or lent.</summary>
internal struct QueueState
{
    internal ByteSegment Last;

    /// <summary>How many bytes of the first segment are dropped already.</summary>
    internal int Start;

    /// <summary>How many bytes there are in all.</summary>
    internal int Length;

    /// <summary>Somebody may be writing into the last segment: it must not go back to the pool.</summary>
    internal bool IsLent;
}
