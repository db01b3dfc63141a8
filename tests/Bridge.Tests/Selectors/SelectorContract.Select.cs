using System.Runtime.InteropServices;
using Bridge.Selectors;

namespace Bridge.Tests.Selectors;

public abstract partial class SelectorContract
{
    [Fact(Timeout = 30000)]
    public void Select_Empty_LooksOrWaitsItsTime()
    {
        using var selector = Create();
        Assert.Empty(selector.Select(Now).ToKeys());
        Assert.Empty(selector.Select(TimeSpan.FromSeconds(-5)).ToKeys());
        SelectAssert.Waits(selector, TimeSpan.FromMilliseconds(3));
    }

    [Theory(Timeout = 30000)]
    [InlineData(0.0001)]
    [InlineData(0.3)]
    [InlineData(1.0)]
    [InlineData(2.7)]
    public void Select_NothingReady_NeverShortensTheWait(double milliseconds)
    {
        using var selector = Create();
        using var pair = new Pair();
        selector.Register(pair.Near, SelectorEvents.Read);
        SelectAssert.Waits(selector, TimeSpan.FromMilliseconds(milliseconds));
    }

    [Fact(Timeout = 30000)]
    public void Select_LongestTimeout_IsAccepted()
    {
        using var selector = Create();
        using var pair = new Pair();
        var key = selector.Register(pair.Near, SelectorEvents.Write);
        Assert.Same(key, Assert.Single(selector.Select(TimeSpan.MaxValue).ToKeys()));
        Assert.Same(key, Assert.Single(selector.Select(TimeSpan.FromDays(100)).ToKeys()));
        Assert.Same(key, Assert.Single(selector.Select(TimeSpan.MinValue).ToKeys()));
    }

    [Fact(Timeout = 30000)]
    public void Select_ReadableAndWritable_IsReportedOnce()
    {
        using var selector = Create();
        using var pair = new Pair();
        pair.Send();
        var key = selector.Register(pair.Near, SelectorEvents.Read | SelectorEvents.Write);
        var ready = selector.Select(null);
        Assert.Equal(1, ready.Length);
        Assert.Same(key, ready[0].Key);
        Assert.Equal(SelectorEvents.Read | SelectorEvents.Write, ready[0].Events);
    }

    [Fact(Timeout = 30000)]
    public void Select_NotDrained_ReportsAgain()
    {
        using var selector = Create();
        using var pair = new Pair();
        var key = selector.Register(pair.Near, SelectorEvents.Read);
        pair.Send();
        Assert.Same(key, Assert.Single(selector.Select(null).ToKeys()));
        Assert.Same(key, Assert.Single(selector.Select(Now).ToKeys()));
        pair.Near.Receive(new byte[8]);
        Assert.Empty(selector.Select(Now).ToKeys());
    }

    [Theory(Timeout = 30000)]
    [InlineData(SelectorEvents.Read)]
    [InlineData(SelectorEvents.Write)]
    [InlineData(SelectorEvents.Read | SelectorEvents.Write)]
    public void Select_PeerReset_CountsAsTheWholeInterest(SelectorEvents events)
    {
        using var selector = Create();
        using var pair = new Pair();
        selector.Register(pair.Near, events);
        pair.Break();
        Assert.Equal(events, selector.Select(null)[0].Events);
    }

    [Fact(Timeout = 30000)]
    public void Select_BlockedOnAnotherThread_IsEndedByData()
    {
        using var selector = Create();
        using var pair = new Pair();
        var key = selector.Register(pair.Near, SelectorEvents.Read);
        using var select = new BackgroundSelect(selector);
        pair.Send();
        Assert.Same(key, Assert.Single(select.Keys()));
    }

    [Fact(Timeout = 30000)]
    public void Select_MoreReadyThanTheBuffer_FindsAllInTime()
    {
        using var selector = Create();
        var pairs = Enumerable.Range(0, 40).Select(_ => new Pair()).ToArray();
        var missing = pairs.Select(pair => selector.Register(pair.Near, SelectorEvents.Write)).ToHashSet();
        for (var round = 0; missing.Count > 0; round++)
        {
            Assert.True(round < 100, $"{missing.Count} registrations are never reported");
            var keys = selector.Select(null).ToKeys();
            Assert.Equal(keys.Length, keys.Distinct().Count());
            missing.ExceptWith(keys);
        }

        Array.ForEach(pairs, pair => pair.Dispose());
    }

    [Fact(Timeout = 30000)]
    public void Select_AboveFdSetSize_FindsTheHighest()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Raises the descriptor limit by a Linux number.");
        TestLibC.RaiseDescriptorLimit(4096);
        using var selector = Create();
        using var pair = new Pair();
        var copies = new List<SafeHandle>();
        for (var i = 0; i < 1100; i++)
        {
            copies.Add(Duplicate(pair.Descriptor));
            selector.Register(copies[^1], SelectorEvents.Read, i);
        }

        Assert.True(copies[^1].DangerousGetHandle() > 1024);
        Assert.Empty(selector.Select(Now).ToKeys());
        pair.Send();
        var found = new HashSet<object?>();
        for (var round = 0; found.Count < 1100; round++)
        {
            Assert.True(round < 2000, $"only {found.Count} of 1100 are reported");
            found.UnionWith(selector.Select(null).ToKeys().Select(key => key.Data));
        }

        copies.ForEach(copy => copy.Dispose());
    }

    [Fact(Timeout = 30000)]
    public void Select_InterruptedBySignals_GoesOnWaiting()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sends a signal to one thread.");
        const int Usr1 = 10;
        var handled = 0;
        using var handler = PosixSignalRegistration.Create((PosixSignal)Usr1, context =>
        {
            context.Cancel = true;
            Interlocked.Increment(ref handled);
        });
        using var selector = Create();
        using var pair = new Pair();
        var key = selector.Register(pair.Near, SelectorEvents.Read);
        using var select = new BackgroundSelect(selector);
        for (var i = 0; i < 100; i++)
        {
            var before = Volatile.Read(ref handled);
            TestLibC.Signal(select.ThreadId, Usr1);

            // Handshake, so that each signal is delivered by itself.
            SpinWait.SpinUntil(() => Volatile.Read(ref handled) > before);
        }

        pair.Send();
        Assert.Same(key, Assert.Single(select.Keys()));
    }

    [Fact(Timeout = 30000)]
    public void Select_SteadyState_AllocatesNothing()
    {
        using var selector = Create();
        Assert.SkipWhen(selector.Name == "select", "Socket.Select allocates by itself; documented.");
        using var waker = selector.CreateWaker();
        var pairs = Enumerable.Range(0, 10).Select(_ => new Pair()).ToArray();
        foreach (var pair in pairs)
        {
            selector.Register(pair.Near, SelectorEvents.Read | SelectorEvents.Write);
        }

        Assert.Equal(0, AllocatedBy(20));
        Assert.Equal(0, AllocatedBy(1000));
        Array.ForEach(pairs, pair => pair.Dispose());

        long AllocatedBy(int rounds)
        {
            Run(20);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Run(rounds);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Run(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                selector.Select(i % 3 == 0 ? null : i % 3 == 1 ? Now : TimeSpan.FromMilliseconds(1));
                waker.Wake();
                selector.Select(null);
                waker.Reset();
            }
        }
    }

    /// <summary>Duplicates a descriptor into a handle that the selector takes.</summary>
    protected virtual SafeHandle Duplicate(nint descriptor) => TestLibC.Duplicate(descriptor);
}
