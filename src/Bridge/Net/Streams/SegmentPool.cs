namespace Bridge.Net;

/// <summary>A loop's free segments, in three sizes. What is more than it keeps goes to the garbage collector. Loop thread.</summary>
internal sealed class SegmentPool
{
#if DEBUG
    // Small, so that every test crosses from one segment to the next.
    internal const int Small = 16;
    internal const int Medium = 64;
    internal const int Large = 256;
#else
    internal const int Small = 4 * 1024;
    internal const int Medium = 16 * 1024;
    internal const int Large = 64 * 1024;
#endif

    // At most 8 MiB, 16 MiB and 16 MiB: enough for a thousand connections that are each in the middle of a message.
    private FreeList _small = new(2048);
    private FreeList _medium = new(1024);
    private FreeList _large = new(256);

    /// <summary>A segment of at least this size.</summary>
    internal ByteSegment Rent(int size) => size switch
    {
        <= Small => _small.Take() ?? new ByteSegment(Small),
        <= Medium => _medium.Take() ?? new ByteSegment(Medium),
        <= Large => _large.Take() ?? new ByteSegment(Large),
        _ => new ByteSegment(size),
    };

    internal void Return(ByteSegment segment)
    {
        switch (segment.Array.Length)
        {
            case Small:
                _small.Add(segment);
                break;
            case Medium:
                _medium.Add(segment);
                break;
            case Large:
                _large.Add(segment);
                break;
        }
    }

    private struct FreeList(int capacity)
    {
        private ByteSegment? _first;
        private int _count;

        internal ByteSegment? Take()
        {
            if (_first is not { } segment)
            {
                return null;
            }

            _first = segment.Following;
            _count--;
            segment.Free(null);
            return segment;
        }

        internal void Add(ByteSegment segment)
        {
            if (_count < capacity)
            {
                segment.Free(_first);
                _first = segment;
                _count++;
            }
        }
    }
}
