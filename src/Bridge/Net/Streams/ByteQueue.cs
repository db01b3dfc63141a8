using System.Buffers;

namespace Bridge.Net;

/// <summary>Bytes in order: written at the end, dropped at the front. Holds no memory while it is empty, and is but a reference. Loop thread.</summary>
internal struct ByteQueue
{
    private ByteSegment? _first;

    internal readonly int Length => _first is null ? 0 : _first.Queue.Length;

    /// <summary>Whether somebody may be writing into room that was lent.</summary>
    internal readonly bool IsLent => _first is { Queue.IsLent: true };

    /// <summary>How much room is lent.</summary>
    internal readonly int Room => IsLent ? _first!.Queue.Last.Room : 0;

    /// <summary>All of it; valid until something is dropped.</summary>
    internal readonly ReadOnlySequence<byte> Bytes
        => _first is null ? default : new ReadOnlySequence<byte>(_first, _first.Queue.Start, _first.Queue.Last, _first.Queue.Last.Count);

    /// <summary>The first contiguous piece.</summary>
    private readonly ReadOnlySpan<byte> FirstPiece => _first is null ? default : _first.Array.AsSpan(_first.Queue.Start, _first.Count - _first.Queue.Start);

    /// <summary>Where the bytes begin, in the count that positions of <see cref="Bytes"/> have.</summary>
    private readonly long Origin => _first is null ? 0 : _first.RunningIndex + _first.Queue.Start;

    /// <summary>Room to write into, until <see cref="Commit"/>.</summary>
    /// <param name="pool">Where segments come from.</param>
    /// <param name="atLeast">How much is needed.</param>
    /// <param name="segmentSize">How large a new segment should be.</param>
    internal Memory<byte> Lend(SegmentPool pool, int atLeast, int segmentSize)
    {
        if (_first is null || _first.Queue.Last.Room < atLeast)
        {
            AddSegment(pool, Math.Max(atLeast, segmentSize));
        }

        ref QueueState queue = ref _first!.Queue;
        queue.IsLent = true;
        return queue.Last.Array.AsMemory(queue.Last.Count);
    }

    /// <summary>The first bytes of the room that was lent are written. True: all of it.</summary>
    internal readonly bool Commit(int count)
    {
        ref QueueState queue = ref _first!.Queue;
        queue.Length = checked(queue.Length + count);
        queue.IsLent = false;
        queue.Last.Extend(count);
        return queue.Last.Room == 0;
    }

    /// <summary>Nothing more is written into what was lent.</summary>
    internal void TakeBack(SegmentPool pool)
    {
        if (_first is not null)
        {
            _first.Queue.IsLent = false;
            Drop(pool, 0);
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
        if (_first is null)
        {
            return;
        }

        QueueState queue = _first.Queue;
        queue.Length -= count;
        queue.Start += count;
        if (queue.Length == 0 && !queue.IsLent)
        {
            Clear(pool);
            return;
        }

        while (!ReferenceEquals(_first, queue.Last) && queue.Start >= _first!.Count)
        {
            ByteSegment dropped = _first;
            queue.Start -= dropped.Count;
            _first = dropped.Following;
            pool.Return(dropped);
        }

        _first!.Queue = queue;
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
        if (_first is null || ReferenceEquals(_first, _first.Queue.Last))
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
    }

    private void AddSegment(SegmentPool pool, int size)
    {
        if (Length == 0)
        {
            Clear(pool);
        }

        ByteSegment segment = pool.Rent(size);
        if (_first is null)
        {
            _first = segment;
        }
        else
        {
            _first.Queue.Last.Append(segment);
        }

        _first.Queue.Last = segment;
    }
}
