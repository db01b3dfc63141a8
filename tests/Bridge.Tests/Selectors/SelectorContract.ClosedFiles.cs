using System.Net.Sockets;
using Bridge.Selectors;

namespace Bridge.Tests.Selectors;

public abstract partial class SelectorContract
{
    [Fact(Timeout = 30000)]
    public void Close_WhileRegistered_ReallyClosesAndIsSilent()
    {
        using var selector = Create();
        using var pair = new Pair();
        var key = selector.Register(pair.Near, SelectorEvents.Read | SelectorEvents.Write);
        pair.Near.Dispose();
        if (OperatingSystem.IsLinux())
        {
            Assert.False(TestLibC.IsOpen(key.Descriptor));
        }

        Assert.Empty(selector.Select(Now).ToKeys());
        SelectAssert.Waits(selector, TimeSpan.FromMilliseconds(2));
        Assert.Same(key, Assert.Single(selector.Keys));
        Assert.True(selector.TryGetKey(pair.Near, out var found));
        Assert.Same(key, found);
        selector.Unregister(key);
        Assert.Empty(selector.Keys);
    }

    [Fact(Timeout = 30000)]
    public void Modify_AfterClose_Throws()
    {
        using var selector = Create();
        using var pair = new Pair();
        var key = selector.Register(pair.Near, SelectorEvents.Read);
        pair.Near.Dispose();
        var e = Assert.Throws<ArgumentException>(() => selector.Modify(key, SelectorEvents.Write, null));
        Assert.Contains($"descriptor {key.Descriptor} was closed", e.Message, StringComparison.Ordinal);
        Assert.Equal(SelectorEvents.Read, key.Events);
    }

    [Fact(Timeout = 30000)]
    public void Unregister_NumberReusedByAnotherRegistration_DoesNotDisturbIt()
    {
        using var selector = Create();
        using var old = new Pair();
        using var pair = new Pair();
        var oldKey = selector.Register(old.Near, SelectorEvents.Read);
        using var reused = Reuse(old, pair);
        var key = selector.Register(reused, SelectorEvents.Read);
        Assert.Equal(oldKey.Descriptor, key.Descriptor);
        Assert.Same(key, Assert.Single(selector.Keys));
        Assert.False(selector.TryGetKey(old.Near, out _));

        Assert.Throws<KeyNotFoundException>(() => selector.Modify(oldKey, SelectorEvents.Write, null));
        selector.Unregister(oldKey);
        Assert.Throws<KeyNotFoundException>(() => selector.Unregister(oldKey));

        pair.Send();
        Assert.Same(key, Assert.Single(selector.Select(null).ToKeys()));
        selector.Unregister(key);
    }

    [Fact(Timeout = 30000)]
    public void Unregister_NumberReusedByUnwatchedFile_IsQuiet()
    {
        using var selector = Create();
        using var old = new Pair();
        using var pair = new Pair();
        var key = selector.Register(old.Near, SelectorEvents.Read);
        using var reused = Reuse(old, pair);
        pair.Send();
        Assert.Empty(selector.Select(Now).ToKeys());
        selector.Unregister(key);
        Assert.Equal(1, pair.Near.Receive(new byte[1]));
    }

    [Fact(Timeout = 30000)]
    public void Unregister_NumberReusedByWaker_LeavesTheWakerAlone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Relies on the lowest free number being handed out.");
        using var selector = Create();
        var pairs = Enumerable.Range(0, 8).Select(_ => new Pair()).ToArray();
        var keys = pairs.Select(pair => selector.Register(pair.Near, SelectorEvents.Read)).ToArray();
        Array.ForEach(pairs, pair => pair.Dispose());

        using var waker = selector.CreateWaker();
        Array.ForEach(keys, selector.Unregister);
        waker.Wake();
        Assert.Empty(selector.Select(null).ToKeys());
    }

    /// <summary>Closes the near socket of one pair and gives its number to a duplicate of the near socket of another.</summary>
    private static SafeSocketHandle Reuse(Pair old, Pair other)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "dup2 gives out a chosen number.");
        var number = (int)old.Descriptor;
        old.Near.Dispose();
        Assert.Equal(number, TestLibC.Dup2((int)other.Descriptor, number));
        return new SafeSocketHandle(number, ownsHandle: true);
    }
}
