using Bridge.Selectors;

namespace Bridge.Tests.Selectors;

/// <summary>What every waker promises on every selector that can watch it. Dead descriptors are in the other part.</summary>
[Collection(DescriptorsCollection.Name)]
public abstract partial class WakerContract
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(2);

    protected abstract WakerKind Kind { get; }

    /// <summary>Creates the selector, or skips the test with the reason.</summary>
    protected abstract Selector CreateSelector();

    [Fact(Timeout = 30000)]
    public void Wake_BeforeSelect_EndsItOnce()
    {
        using var selector = CreateSelector();
        using var waker = selector.CreateWaker(Kind);
        waker.Wake();
        waker.Wake();
        waker.Wake();
        Assert.Empty(selector.Select(null).ToKeys());
        waker.Reset();
        SelectAssert.Waits(selector, s_short);
        Assert.Empty(selector.Keys);
        Assert.True(waker.IsHealthy);
    }

    [Fact(Timeout = 30000)]
    public void Wake_FromAnotherThread_EndsABlockedSelect()
    {
        using var selector = CreateSelector();
        using var waker = selector.CreateWaker(Kind);
        for (var i = 0; i < 200; i++)
        {
            using var select = new BackgroundSelect(selector);
            waker.Wake();
            Assert.Empty(select.Keys());
            waker.Reset();
        }
    }

    [Fact(Timeout = 30000)]
    public void Wake_BackAndForth_LosesNothing()
    {
        const int Rounds = 5000;
        using var there = CreateSelector();
        using var back = CreateSelector();
        using var wakeThere = there.CreateWaker(Kind);
        using var wakeBack = back.CreateWaker(Kind);
        int sent = 0, answered = 0;
        var thread = new Thread(() =>
        {
            for (var i = 1; i <= Rounds; i++)
            {
                while (Volatile.Read(ref sent) < i)
                {
                    there.Select(null);
                    wakeThere.Reset();
                }

                Volatile.Write(ref answered, i);
                wakeBack.Wake();
            }
        });
        thread.Start();
        for (var i = 1; i <= Rounds; i++)
        {
            Volatile.Write(ref sent, i);
            wakeThere.Wake();
            while (Volatile.Read(ref answered) < i)
            {
                back.Select(null);
                wakeBack.Reset();
            }
        }

        thread.Join();
    }

    [Fact(Timeout = 30000)]
    public void Wake_TogetherWithData_ReportsTheData()
    {
        using var selector = CreateSelector();
        using var waker = selector.CreateWaker(Kind);
        using var pair = new Pair();
        var key = selector.Register(pair.Near, SelectorEvents.Read);
        pair.Send();
        waker.Wake();
        Assert.Same(key, Assert.Single(selector.Select(null).ToKeys()));
        waker.Reset();
        Assert.Same(key, Assert.Single(selector.Select(null).ToKeys()));
    }

    [Fact(Timeout = 60000)]
    public void Wake_AMillionTimes_NeverBlocks()
    {
        using var selector = CreateSelector();
        using var waker = selector.CreateWaker(Kind);
        for (var i = 0; i < 1_000_000; i++)
        {
            waker.Wake();
        }

        Assert.True(waker.IsHealthy);
        Assert.Empty(selector.Select(null).ToKeys());
        waker.Reset();
        waker.Wake();
        Assert.Empty(selector.Select(null).ToKeys());
        waker.Reset();

        // A loopback socket may still hand over what its sender had queued; a few spurious rounds are allowed, deafness is not.
        using var select = new BackgroundSelect(selector);
        waker.Wake();
        Assert.Empty(select.Keys());
    }

    [Fact(Timeout = 30000)]
    public void Wake_SteadyState_AllocatesNothing()
    {
        using var selector = CreateSelector();
        using var waker = selector.CreateWaker(Kind);
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run()
        {
            for (var i = 0; i < 100; i++)
            {
                waker.Wake();
                waker.Reset();
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Reset_WithoutAWake_KeepsTheNextOne()
    {
        using var selector = CreateSelector();
        using var waker = selector.CreateWaker(Kind);
        waker.Reset();
        waker.Wake();
        waker.Reset();
        Assert.Empty(selector.Select(null).ToKeys());
    }

    [Fact(Timeout = 30000)]
    public void CreateWaker_Two_EachEndsSelect()
    {
        using var selector = CreateSelector();
        using var first = selector.CreateWaker(Kind);
        var second = selector.CreateWaker(Kind);
        foreach (var waker in new[] { first, second })
        {
            waker.Wake();
            Assert.Empty(selector.Select(null).ToKeys());
            waker.Reset();
        }

        second.Dispose();
        first.Wake();
        Assert.Empty(selector.Select(null).ToKeys());
    }

    [Fact(Timeout = 30000)]
    public void Dispose_Twice_WakeAndResetAreQuietAndRebuildThrows()
    {
        using var selector = CreateSelector();
        var waker = selector.CreateWaker(Kind);
        waker.Dispose();
        waker.Dispose();
        waker.Wake();
        waker.Reset();
        Assert.False(waker.IsHealthy);
        Assert.Throws<ObjectDisposedException>(waker.Rebuild);
        SelectAssert.Waits(selector, s_short);
    }

    [Fact(Timeout = 30000)]
    public void Dispose_OfTheSelector_DisposesTheWaker()
    {
        var selector = CreateSelector();
        var waker = selector.CreateWaker(Kind);
        selector.Dispose();
        Assert.False(waker.IsHealthy);
        waker.Wake();
        waker.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void Rebuild_HealthyWaker_EndsTheNextSelectOnce()
    {
        using var selector = CreateSelector();
        using var waker = selector.CreateWaker(Kind);
        waker.Rebuild();
        Assert.Empty(selector.Select(null).ToKeys());
        waker.Reset();
        SelectAssert.Waits(selector, s_short);
    }

    [Fact(Timeout = 60000)]
    public void Rebuild_BesideWakingThreads_LosesNothing()
    {
        using var selector = CreateSelector();
        using var waker = selector.CreateWaker(Kind);
        var posted = 0;
        var stop = false;
        var threads = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                Interlocked.Increment(ref posted);
                waker.Wake();
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        for (var i = 0; i < 100; i++)
        {
            // Whatever was lost with the old channel, each later wait ends.
            waker.Rebuild();
            selector.Select(null);
            waker.Reset();
            var seen = Volatile.Read(ref posted);
            while (Volatile.Read(ref posted) == seen)
            {
                selector.Select(null);
                waker.Reset();
            }
        }

        Volatile.Write(ref stop, true);
        Array.ForEach(threads, thread => thread.Join());
        Assert.True(waker.IsHealthy);
    }

    [Fact(Timeout = 60000)]
    public void Dispose_BesideWakingThreads_NeverThrowsThere()
    {
        for (var round = 0; round < 30; round++)
        {
            using var selector = CreateSelector();
            var waker = selector.CreateWaker(Kind);
            using var running = new Barrier(3);
            Exception? failure = null;
            var threads = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
            {
                running.SignalAndWait();
                try
                {
                    for (var i = 0; i < 2000; i++)
                    {
                        waker.Wake();
                    }
                }
                catch (Exception e)
                {
                    failure = e;
                }
            })).ToArray();
            Array.ForEach(threads, thread => thread.Start());
            running.SignalAndWait();
            waker.Dispose();
            Array.ForEach(threads, thread => thread.Join());
            Assert.Null(failure);
        }
    }
}
