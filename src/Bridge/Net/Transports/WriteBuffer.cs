using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Bridge.Net.Native;

namespace Bridge.Net;

/// <summary>Bytes that wait to be sent, copied into arrays of the shared pool; holds none of them while it is empty. Loop thread.</summary>
internal sealed class WriteBuffer
{
#if DEBUG
    // Small, so that every test crosses from one array to the next.
    private const int SmallSegment = 16;
    private const int LargeSegment = 64;
#else
    private const int SmallSegment = 4 * 1024;
    private const int LargeSegment = 64 * 1024;
#endif

    private readonly Queue<Segment> _full = new();

    /// <summary>The one that is being filled; its array is null while the buffer is empty.</summary>
    private Segment _last;

    /// <summary>How many bytes of the first segment are sent already.</summary>
    private int _sent;

    internal int Size { get; private set; }

    internal bool IsEmpty => Size == 0;

    internal void Append(ReadOnlySpan<byte> data)
    {
        checked
        {
            Size += data.Length;
        }

        while (!data.IsEmpty)
        {
            if (_last.Array is null || _last.Length == _last.Array.Length)
            {
                AddSegment(data.Length);
            }

            int count = Math.Min(data.Length, _last.Array!.Length - _last.Length);
            data[..count].CopyTo(_last.Array.AsSpan(_last.Length));
            _last.Length += count;
            data = data[count..];
        }
    }

    /// <summary>The first contiguous piece.</summary>
    internal ReadOnlySpan<byte> First => First0.Array.AsSpan(_sent, First0.Length - _sent);

    /// <summary>The same as memory, which stays valid until it is advanced over.</summary>
    internal ReadOnlyMemory<byte> FirstMemory => First0.Array.AsMemory(_sent, First0.Length - _sent);

    /// <summary>Whether <see cref="First"/> is all there is.</summary>
    internal bool IsContiguous => _full.Count == 0;

    /// <summary>Points at the pieces in order, as many as fit, and pins them.</summary>
    /// <param name="vectors">Gets the pieces.</param>
    /// <param name="pins">As many; to be freed after the call.</param>
    /// <returns>How many pieces.</returns>
    internal unsafe int Pin(Span<SocketLibC.IoVector> vectors, Span<GCHandle> pins)
    {
        int count = 0;
        foreach (Segment segment in _full)
        {
            if (count == vectors.Length)
            {
                return count;
            }

            PinOne(segment, count == 0 ? _sent : 0, ref vectors[count], ref pins[count]);
            count++;
        }

        if (count < vectors.Length && _last.Array is not null)
        {
            PinOne(_last, count == 0 ? _sent : 0, ref vectors[count], ref pins[count]);
            count++;
        }

        return count;
    }

    /// <summary>Drops from the front what was sent.</summary>
    internal void Advance(int count)
    {
        Debug.Assert(count <= Size, "More was sent than there was.");
        Size -= count;
        _sent += count;
        while (_full.TryPeek(out Segment first) && _sent >= first.Length)
        {
            _sent -= first.Length;
            _full.Dequeue();
            ArrayPool<byte>.Shared.Return(first.Array!);
        }

        if (Size == 0 && _last.Array is not null)
        {
            ArrayPool<byte>.Shared.Return(_last.Array);
            _last = default;
            _sent = 0;
        }
    }

    internal void Clear() => Advance(Size);

    private Segment First0 => _full.TryPeek(out Segment first) ? first : _last;

    private void AddSegment(int wanted)
    {
        if (_last.Array is not null)
        {
            _full.Enqueue(_last);
        }

        int size = _full.Count == 0 ? SmallSegment : LargeSegment;
        _last = new Segment { Array = ArrayPool<byte>.Shared.Rent(Math.Clamp(wanted, size, LargeSegment)) };
    }

    private static unsafe void PinOne(in Segment segment, int start, ref SocketLibC.IoVector vector, ref GCHandle pin)
    {
        pin = GCHandle.Alloc(segment.Array, GCHandleType.Pinned);
        vector.Base = (byte*)pin.AddrOfPinnedObject() + start;
        vector.Length = (nuint)(segment.Length - start);
    }

    private struct Segment
    {
        internal byte[]? Array;
        internal int Length;
    }
}
