using Bridge.Selectors;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Tests.Selectors;

/// <summary>Somebody closes the waker's descriptors behind its back, as a careless library, a fork or a suspended machine may do.</summary>
public abstract partial class WakerContract
{
    [Fact(Timeout = 30000)]
    public void Wake_AllDescriptorsDead_ThrowsAndRebuildHeals()
    {
        using var selector = CreateSelector();
        using var waker = CreateWaker(selector, out var descriptors);
        Kill(descriptors);
        var e = Assert.Throws<SelectorException>(waker.Wake);
        Assert.Contains("the waker is dead and woke nobody", e.Message, StringComparison.Ordinal);
        Assert.False(waker.IsHealthy);
        Assert.Throws<SelectorException>(waker.Wake);

        waker.Rebuild();
        AssertWorks(selector, waker);
    }

    [Fact(Timeout = 30000)]
    public void Rebuild_DeathNotNoticedYet_Heals()
    {
        using var selector = CreateSelector();
        using var waker = CreateWaker(selector, out var descriptors);
        Kill(descriptors);
        waker.Rebuild();
        AssertWorks(selector, waker);
    }

    [Fact(Timeout = 30000)]
    public void Dispose_DeadWaker_LeavesTheNewOwnersOfItsNumbersAlone()
    {
        using var selector = CreateSelector();
        var waker = CreateWaker(selector, out var descriptors);
        using var source = File.OpenHandle("/dev/null");
        Kill(descriptors);
        Assert.Throws<SelectorException>(waker.Wake);
        var strangers = Take(descriptors, source);
        waker.Dispose();
        Assert.All(strangers, stranger => Assert.True(TestLibC.IsOpen(stranger.DangerousGetHandle())));
        strangers.ForEach(stranger => stranger.Dispose());
    }

    [Fact(Timeout = 30000)]
    public void Rebuild_DeadWaker_LeavesTheNewOwnersOfItsNumbersAlone()
    {
        using var selector = CreateSelector();
        using var waker = CreateWaker(selector, out var descriptors);
        using var source = File.OpenHandle("/dev/null");
        Kill(descriptors);
        Assert.Throws<SelectorException>(waker.Wake);
        var strangers = Take(descriptors, source);
        waker.Rebuild();
        AssertWorks(selector, waker);
        Assert.All(strangers, stranger => Assert.True(TestLibC.IsOpen(stranger.DangerousGetHandle())));
        strangers.ForEach(stranger => stranger.Dispose());
    }

    [Fact(Timeout = 30000)]
    public void Register_NumberOfADeadWaker_TakesItOverAndRebuildHeals()
    {
        using var selector = CreateSelector();
        using var waker = CreateWaker(selector, out var descriptors);
        using var pair = new Pair();
        Kill(descriptors);
        var handles = descriptors.Select(number =>
        {
            Assert.Equal(number, TestLibC.Dup2((int)pair.Descriptor, number));
            return new System.Net.Sockets.SafeSocketHandle(number, ownsHandle: true);
        }).ToList();
        var keys = handles.Select(handle => selector.Register(handle, SelectorEvents.Read)).ToHashSet();
        Assert.False(waker.IsHealthy);

        waker.Rebuild();
        AssertWorks(selector, waker);
        pair.Send();
        Assert.Subset(keys, selector.Select(null).ToKeys().ToHashSet());
        Assert.All(handles, handle => Assert.True(TestLibC.IsOpen(handle.DangerousGetHandle())));
        handles.ForEach(handle => handle.Dispose());
    }

    [Fact(Timeout = 30000)]
    public void CreateAndDispose_Often_LeaksNoDescriptor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Counts the entries of /proc/self/fd.");
        CreateUseDispose();
        var before = TestLibC.OpenDescriptors().Count;
        for (var i = 0; i < 64; i++)
        {
            CreateUseDispose();
        }

        // The runtime may open one of its own meanwhile; a leak would be 64.
        Assert.InRange(TestLibC.OpenDescriptors().Count, 0, before + 16);

        void CreateUseDispose()
        {
            using var selector = CreateSelector();
            using var waker = selector.CreateWaker(Kind);
            waker.Wake();
            selector.Select(null);
            waker.Rebuild();
            selector.Select(null);
        }
    }

    protected static void AssertWorks(ISelector selector, IWaker waker)
    {
        Assert.True(waker.IsHealthy);
        Assert.Empty(selector.Select(null).ToKeys());
        waker.Reset();
        SelectAssert.Waits(selector, s_short);
        using var select = new BackgroundSelect(selector);
        waker.Wake();
        Assert.Empty(select.Keys());
        waker.Reset();
        Assert.True(waker.IsHealthy);
    }

    /// <summary>Makes a waker and finds out which numbers it holds.</summary>
    protected IWaker CreateWaker(Selector selector, out int[] descriptors)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks at /proc/self/fd.");

        // Once beforehand, so that nothing that the runtime opens on first use is taken for the waker's.
        selector.CreateWaker(Kind).Dispose();
        Garbage.Collect();
        var before = TestLibC.OpenDescriptors();
        var waker = selector.CreateWaker(Kind);
        descriptors = TestLibC.OpenDescriptors().Except(before).Order().ToArray();
        Assert.Equal(2, descriptors.Length);
        return waker;
    }

    protected static void Kill(params int[] descriptors) => Array.ForEach(descriptors, fd => Assert.Equal(0, TestLibC.Close(fd)));

    /// <summary>Gives the numbers to strangers.</summary>
    private static List<SafeFileHandle> Take(int[] descriptors, SafeFileHandle source)
    {
        return descriptors.Select(number =>
        {
            Assert.Equal(number, TestLibC.Dup2((int)source.DangerousGetHandle(), number));
            return new SafeFileHandle(number, ownsHandle: true);
        }).ToList();
    }
}
