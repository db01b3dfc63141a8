using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bridge.Selectors;

/// <summary>An array of struct epoll_event, at a fixed address.</summary>
/// <remarks>The kernel packs the struct (12 bytes, data at 4) on x86 and x64 only; elsewhere it is aligned (16 bytes, data at 8).</remarks>
internal sealed unsafe class EpollEventBuffer
{
    /// <summary>The size of one struct; at most <see cref="MaxStride"/>.</summary>
    internal static readonly int Stride = IsPacked ? 12 : MaxStride;

    internal const int MaxStride = 16;

    private static readonly int s_dataOffset = IsPacked ? 4 : 8;

    // Pinned for good, so that no call has to pin it.
    private byte[] _memory;

    internal EpollEventBuffer(int capacity)
    {
        _memory = Allocate(capacity);
        Capacity = capacity;
    }

    internal int Capacity { get; private set; }

    internal byte* Pointer => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));

    private static bool IsPacked => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    internal uint Events(int index) => Unsafe.ReadUnaligned<uint>(Pointer + (index * Stride));

    internal ulong Data(int index) => Unsafe.ReadUnaligned<ulong>(Pointer + (index * Stride) + s_dataOffset);

    /// <summary>Drops the contents and changes the capacity.</summary>
    internal void Resize(int capacity)
    {
        _memory = Allocate(capacity);
        Capacity = capacity;
    }

    /// <summary>Writes one struct, for epoll_ctl.</summary>
    internal static void Write(byte* destination, uint events, ulong data)
    {
        Unsafe.WriteUnaligned(destination, events);
        Unsafe.WriteUnaligned(destination + s_dataOffset, data);
    }

    private static byte[] Allocate(int capacity) => GC.AllocateUninitializedArray<byte>(capacity * Stride, pinned: true);
}
