using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bridge.Selectors;

/// <summary>An array of struct kevent, at a fixed address.</summary>
/// <remarks>
/// ident, filter (16 bits), flags (16), fflags (32), data (64 on FreeBSD, else a word), udata; on FreeBSD 12 and later four 64-bit words follow.
/// On the 64-bit systems supported here that makes 32 bytes on macOS and 64 on FreeBSD, with the same offsets.
/// </remarks>
internal sealed unsafe class KqueueEventBuffer
{
    internal static readonly int Stride = OperatingSystem.IsFreeBSD() ? MaxStride : 32;

    internal const int MaxStride = 64;

    private const int FilterOffset = 8;
    private const int FlagsOffset = 10;
    private const int FilterFlagsOffset = 12;
    private const int UserDataOffset = 24;

    // Pinned for good, so that no call has to pin it.
    private byte[] _memory;

    internal KqueueEventBuffer(int capacity)
    {
        _memory = Allocate(capacity);
        Capacity = capacity;
    }

    internal int Capacity { get; private set; }

    internal byte* Pointer => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));

    internal nint Descriptor(int index) => Unsafe.ReadUnaligned<nint>(At(index));

    internal short Filter(int index) => Unsafe.ReadUnaligned<short>(At(index) + FilterOffset);

    internal ushort Flags(int index) => Unsafe.ReadUnaligned<ushort>(At(index) + FlagsOffset);

    internal uint FilterFlags(int index) => Unsafe.ReadUnaligned<uint>(At(index) + FilterFlagsOffset);

    internal uint Generation(int index) => (uint)Unsafe.ReadUnaligned<nuint>(At(index) + UserDataOffset);

    /// <summary>Drops the contents and changes the capacity.</summary>
    internal void Resize(int capacity)
    {
        _memory = Allocate(capacity);
        Capacity = capacity;
    }

    /// <summary>Writes one change; <paramref name="destination"/> has at least <see cref="Stride"/> bytes.</summary>
    internal static void Write(byte* destination, nint descriptor, short filter, ushort flags, uint generation)
    {
        new Span<byte>(destination, Stride).Clear();
        Unsafe.WriteUnaligned(destination, descriptor);
        Unsafe.WriteUnaligned(destination + FilterOffset, filter);
        Unsafe.WriteUnaligned(destination + FlagsOffset, flags);
        Unsafe.WriteUnaligned(destination + UserDataOffset, (nuint)generation);
    }

    private byte* At(int index) => Pointer + (index * Stride);

    private static byte[] Allocate(int capacity) => GC.AllocateUninitializedArray<byte>(capacity * Stride, pinned: true);
}
