using System.Runtime.CompilerServices;
using Bridge.Net;

namespace Bridge.Tests.Net.Streams;

public sealed class SegmentPoolTests
{
    /// <summary>More than are kept of the smallest size.</summary>
    private const int Burst = 500;

    [Fact]
    public void Rent_AfterReturn_GivesThatSegmentEmpty()
    {
        var pool = new SegmentPool();
        ByteSegment segment = pool.Rent(1);
        segment.Extend(3);

        pool.Return(segment);

        Assert.Same(segment, pool.Rent(1));
        Assert.Equal(0, segment.Count);
    }

    [Fact]
    public void Rent_OfMoreThanTheLargest_IsMadeForItAndNotKept()
    {
        var pool = new SegmentPool();
        ByteSegment segment = pool.Rent(SegmentPool.Large + 1);

        pool.Return(segment);

        Assert.Equal(SegmentPool.Large + 1, segment.Array.Length);
        Assert.NotSame(segment, pool.Rent(SegmentPool.Large + 1));
    }

    [Fact]
    public void Rent_InABurstAfterABurst_MakesNoneAnew()
    {
        var pool = new SegmentPool();
        ByteSegment[] first = RentMany(pool);
        Array.ForEach(first, pool.Return);

        ByteSegment[] second = RentMany(pool);

        Assert.Equal(first.ToHashSet(), second.ToHashSet());
    }

    [Fact]
    public void Return_OfABurst_LeavesLittleAfterACollection()
    {
        var pool = new SegmentPool();
        WeakReference[] burst = RentAndReturnMany(pool);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.InRange(burst.Count(segment => segment.IsAlive), 1, 100);
        Array.ForEach(RentMany(pool), pool.Return);
    }

    private static ByteSegment[] RentMany(SegmentPool pool) => [.. Enumerable.Range(0, Burst).Select(_ => pool.Rent(1))];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] RentAndReturnMany(SegmentPool pool)
    {
        ByteSegment[] burst = RentMany(pool);
        Array.ForEach(burst, pool.Return);
        return [.. burst.Select(segment => new WeakReference(segment))];
    }
}
