using System.Buffers;

namespace Bridge.Net;

/// <summary>Bytes in order: written at the end, dropped at the front. Holds no memory while it is empty. Loop thread.</summary>
internal struct ByteQueue
{
    private ByteSegment? _first;
    private ByteSegment? _last;

    /// <summary>How many bytes of the first segment are dropped already.</summary>
    private int _start;

    /// <summary>Somebody may be writing into the last segment: it must not go back to the pool.</summary>
    private bool _isLent;

    internal int Length { get; private set; }

    /// <summary>All of it; valid until something is dropped.</summary>
    internal readonly ReadOnlySequence<byte> Bytes => _first is null ? default : new ReadOnlySequence<byte>(_first, _start, _last!, _last!.Count);

    /// <summary>The first contiguous piece.</summary>
    internal readonly ReadOnlySpan<byte> FirstPiece => _first is null ? default : _first.Array.AsSpan(_start, _first.Count - _start);

    internal readonly bool IsContiguous => ReferenceEquals(_first, _last);

    /// <summary>Where the bytes begin, in the count that positions of <see cref="Bytes"/> have.</summary>
    private readonly long Origin => _first is null ? 0 : _first.RunningIndex + _start;

    /// <summary>Room to write into, until <see cref="Commit"/>.</summary>
    /// <param name="pool">Where segments come from.</param>
    /// <param name="atLeast">How much is needed.</param>
    /// <param name="segmentSize">How large a new segment should be.</param>
    internal Memory<byte> Lend(SegmentPool pool, int atLeast, int segmentSize)
    {
        if (_last is null || _last.Room < atLeast)
        {
            AddSegment(pool, Math.Max(atLeast, segmentSize));
        }

        _isLent = true;
        return _last!.Array.AsMemory(_last.Count);
    }

    /// <summary>The first bytes of the room that was lent are written.</summary>
    internal void Commit(int count)
    {
        _isLent = false;
        _last!.Extend(count);
        Length = checked(Length + count);
    }

    /// <summary>Nothing was written into what was lent.</summary>
    internal void TakeBack(SegmentPool pool)
    {
        _isLent = false;
        if (Length == 0)
        {
            Clear(pool);
        }
    }

    internal void Append(SegmentPool pool, ReadOnlySpan<byte> data, int segmentSize)
    {
        while (!data.IsEmpty)
        {
            Span<byte> room = Lend(pool, 1, segmentSize).Span;
            int count = Math.Min(room.Length, data.Length);
            data[..count].CopyTo(room);
            Commit(count);
            data = data[count..];
        }
    }

    /// <summary>Drops bytes from the front.</summary>
    internal void Drop(SegmentPool pool, int count)
    {
        Length -= count;
        _start += count;
        while (!ReferenceEquals(_first, _last) && _start >= _first!.Count)
        {
            ByteSegment dropped = _first;
            _start -= dropped.Count;
            _first = dropped.Following;
            pool.Return(dropped);
        }

        if (Length == 0 && !_isLent)
        {
            Clear(pool);
        }
    }

    /// <summary>Copies from the front.</summary>
    internal readonly void CopyTo(Span<byte> destination)
    {
        for (ByteSegment? segment = _first; !destination.IsEmpty; segment = segment!.Following)
        {
            ReadOnlySpan<byte> piece = ReferenceEquals(segment, _first) ? FirstPiece : segment!.Memory.Span;
            piece = piece[..Math.Min(piece.Length, destination.Length)];
            piece.CopyTo(destination);
            destination = destination[piece.Length..];
        }
    }

    /// <summary>Copies from the front.</summary>
    internal readonly void CopyTo(IBufferWriter<byte> destination, int count)
    {
        for (ByteSegment? segment = _first; count > 0; segment = segment!.Following)
        {
            ReadOnlySpan<byte> piece = ReferenceEquals(segment, _first) ? FirstPiece : segment!.Memory.Span;
            piece = piece[..Math.Min(piece.Length, count)];
            destination.Write(piece);
            count -= piece.Length;
        }
    }

    /// <summary>Where a separator begins, or -1.</summary>
    /// <param name="separator">At least one byte.</param>
    /// <param name="from">Where to begin to look.</param>
    internal readonly int IndexOf(ReadOnlySpan<byte> separator, int from)
    {
        if (IsContiguous)
        {
            int index = FirstPiece[from..].IndexOf(separator);
            return index < 0 ? -1 : from + index;
        }

        var rest = new SequenceReader<byte>(Bytes.Slice(from));
        bool found = separator.Length == 1
            ? rest.TryAdvanceTo(separator[0], advancePastDelimiter: false)
            : rest.TryReadTo(out ReadOnlySequence<byte> _, separator, advancePastDelimiter: false);
        return found ? from + (int)rest.Consumed : -1;
    }

    internal readonly bool StartsWithAt(int offset, ReadOnlySpan<byte> separator)
    {
        var rest = new SequenceReader<byte>(Bytes.Slice(offset));
        return rest.IsNext(separator);
    }

    /// <summary>How far a position of <see cref="Bytes"/> lies behind their beginning. Negative, or more than there is: it is not one of them.</summary>
    internal readonly long OffsetOf(SequencePosition position)
        => position.GetObject() is ByteSegment segment ? segment.RunningIndex + position.GetInteger() - Origin : 0;

    internal void Clear(SegmentPool pool)
    {
        while (_first is { } segment)
        {
            _first = segment.Following;
            pool.Return(segment);
        }

        this = default;
    }

    private void AddSegment(SegmentPool pool, int size)
    {
        if (Length == 0)
        {
            Clear(pool);
        }

        ByteSegment segment = pool.Rent(size);
        if (_last is null)
        {
            _first = segment;
        }
        else
        {
            _last.Append(segment);
        }

        _last = segment;
    }
}
