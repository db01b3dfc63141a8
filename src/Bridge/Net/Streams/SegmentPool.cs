namespace Bridge.Net;

/// <summary>A loop's free segments, in three sizes. Loop thread.</summary>
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

    // Kept for good are 256 KiB, 512 KiB and 1 MiB.
    private FreeList _small = new(mostKept: 64);
    private FreeList _medium = new(mostKept: 32);
    private FreeList _large = new(mostKept: 16);

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

    /// <summary>Free segments of one size: some that are kept, and after a burst spare ones, which the next full garbage collection takes.</summary>
    private struct FreeList(int mostKept)
    {
        private readonly WeakReference<ByteSegment?> _spare = new(null);
        private ByteSegment? _kept;
        private int _keptCount;

        internal ByteSegment? Take()
        {
            if (_kept is { } segment)
            {
                _kept = segment.Following;
                _keptCount--;
            }
            else if (_spare.TryGetTarget(out segment))
            {
                _spare.SetTarget(segment.Following);
            }
            else
            {
                return null;
            }

            segment.Free(null);
            return segment;
        }

        internal void Add(ByteSegment segment)
        {
            if (_keptCount < mostKept)
            {
                segment.Free(_kept);
                _kept = segment;
                _keptCount++;
                return;
            }

            _spare.TryGetTarget(out ByteSegment? next);
            segment.Free(next);
            _spare.SetTarget(segment);
        }
    }
}
