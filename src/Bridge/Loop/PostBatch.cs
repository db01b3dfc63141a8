using System.Runtime.InteropServices;

namespace Bridge;

/// <summary>The posts a loop is running: <c>Slots[Index .. Count)</c> is still to run. Loop thread only.</summary>
/// <remarks>An object of its own, with room behind it: the loop writes to it for each post, and on the inbox's cache lines each of these
/// writes would cost the producers a trip to the other processor.</remarks>
internal sealed class PostBatch(int capacity)
{
    internal ReadySlot[] Slots = new ReadySlot[capacity];
    internal int Index;
    internal int Count;

    /// <summary>Sequence number of <c>Slots[0]</c>.</summary>
    internal long FirstSequence;

#pragma warning disable CS0169, IDE0051 // Takes up room, that is all.
    private readonly CacheLines _room;
#pragma warning restore CS0169, IDE0051
}

/// <summary>Keeps what follows an object off its cache lines: two of them, for processors fetch them in pairs.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal struct CacheLines
{
}
