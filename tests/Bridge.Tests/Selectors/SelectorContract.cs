using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Selectors;

namespace Bridge.Tests.Selectors;

/// <summary>What every selector promises. Registration here, waiting and closed files in the other parts.</summary>
[Collection(DescriptorsCollection.Name)]
public abstract partial class SelectorContract
{
    protected static readonly TimeSpan Now = TimeSpan.Zero;

    /// <summary>Creates the selector, or skips the test with the reason.</summary>
    protected abstract Selector Create();

    protected abstract string ExpectedName { get; }

    [Fact(Timeout = 30000)]
    public void Name_Always_IsTheBackend()
    {
        using var selector = Create();
        Assert.Equal(ExpectedName, selector.Name);
    }

    [Fact(Timeout = 30000)]
    public void Register_Socket_ReturnsWhatWasGiven()
    {
        using var selector = Create();
        using var pair = new Pair();
        var data = new object();
        var key = selector.Register(pair.Near, SelectorEvents.Read, data);
        Assert.Same(pair.Near, key.FileObject);
        Assert.Equal(pair.Descriptor, key.Descriptor);
        Assert.Equal(SelectorEvents.Read, key.Events);
        Assert.Same(data, key.Data);
        Assert.Same(key, Assert.Single(selector.Keys));
    }

    [Fact(Timeout = 30000)]
    public void Register_SafeHandle_IsWatched()
    {
        using var selector = Create();
        using var pair = new Pair();
        var key = selector.Register(pair.Near.SafeHandle, SelectorEvents.Read);
        Assert.Same(pair.Near.SafeHandle, key.FileObject);
        pair.Send();
        Assert.Same(key, Assert.Single(selector.Select(null).ToKeys()));
    }

    [Theory(Timeout = 30000)]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(-1)]
    public void Register_InvalidEvents_ThrowsNamingThem(int events)
    {
        using var selector = Create();
        using var pair = new Pair();
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => selector.Register(pair.Near, (SelectorEvents)events));
        Assert.Contains($"events {events} ", e.Message, StringComparison.Ordinal);
        Assert.Empty(selector.Keys);
    }

    [Fact(Timeout = 30000)]
    public void Register_Twice_ThrowsNamingTheDescriptor()
    {
        using var selector = Create();
        using var pair = new Pair();
        selector.Register(pair.Near, SelectorEvents.Read);
        var e = Assert.Throws<InvalidOperationException>(() => selector.Register(pair.Near.SafeHandle, SelectorEvents.Write));
        Assert.Contains($"Descriptor {pair.Descriptor} is already registered (for Read); use Modify", e.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Register_Null_Throws()
    {
        using var selector = Create();
        Assert.Throws<ArgumentNullException>(() => selector.Register((Socket)null!, SelectorEvents.Read));
        Assert.Throws<ArgumentNullException>(() => selector.Register((SafeHandle)null!, SelectorEvents.Read));
    }

    [Fact(Timeout = 30000)]
    public void Register_ClosedSocket_Throws()
    {
        using var selector = Create();
        var pair = new Pair();
        pair.Dispose();
        Assert.Throws<ArgumentException>(() => selector.Register(pair.Near, SelectorEvents.Read));
        Assert.Throws<ArgumentException>(() => selector.Register(pair.Near.SafeHandle, SelectorEvents.Read));
    }

    [Fact(Timeout = 30000)]
    public void Register_InvalidHandle_Throws()
    {
        using var selector = Create();
        using var handle = new SafeSocketHandle(-1, ownsHandle: false);
        Assert.Throws<ArgumentException>(() => selector.Register(handle, SelectorEvents.Read));
    }

    [Fact(Timeout = 30000)]
    public void Register_AfterUnregister_Works()
    {
        using var selector = Create();
        using var pair = new Pair();
        for (var i = 0; i < 5; i++)
        {
            selector.Unregister(selector.Register(pair.Near, SelectorEvents.Read));
        }

        pair.Send();
        Assert.Empty(selector.Select(Now).ToKeys());
        var key = selector.Register(pair.Near, SelectorEvents.Read);
        Assert.Same(key, Assert.Single(selector.Select(null).ToKeys()));
    }

    [Fact(Timeout = 30000)]
    public void Modify_EventsAndData_BothChange()
    {
        using var selector = Create();
        using var pair = new Pair();
        pair.Send();
        var key = selector.Register(pair.Near, SelectorEvents.Read, "first");
        Assert.Same(key, selector.Modify(key, SelectorEvents.Write, "second"));
        Assert.Equal((SelectorEvents.Write, "second"), (key.Events, key.Data));
        Assert.Equal(SelectorEvents.Write, selector.Select(null)[0].Events);
        selector.Modify(key, SelectorEvents.Read | SelectorEvents.Write, null);
        Assert.Null(key.Data);
        Assert.Equal(SelectorEvents.Read | SelectorEvents.Write, selector.Select(null)[0].Events);
        selector.Modify(key, SelectorEvents.Read, null);
        Assert.Equal(SelectorEvents.Read, selector.Select(null)[0].Events);
        selector.Unregister(key);
        Assert.Empty(selector.Select(Now).ToKeys());
    }

    [Fact(Timeout = 30000)]
    public void Modify_InvalidEvents_ThrowsAndChangesNothing()
    {
        using var selector = Create();
        using var pair = new Pair();
        var key = selector.Register(pair.Near, SelectorEvents.Read, "data");
        Assert.Throws<ArgumentOutOfRangeException>(() => selector.Modify(key, SelectorEvents.None, null));
        Assert.Equal((SelectorEvents.Read, "data"), (key.Events, key.Data));
    }

    [Fact(Timeout = 30000)]
    public void Modify_UnknownKey_Throws()
    {
        using var selector = Create();
        using var pair = new Pair();
        var key = selector.Register(pair.Near, SelectorEvents.Read);
        selector.Unregister(key);
        Assert.Throws<KeyNotFoundException>(() => selector.Modify(key, SelectorEvents.Write, null));
    }

    [Fact(Timeout = 30000)]
    public void Unregister_UnknownKey_Throws()
    {
        using var selector = Create();
        using var other = Create();
        using var pair = new Pair();
        var key = selector.Register(pair.Near, SelectorEvents.Read);
        Assert.Throws<KeyNotFoundException>(() => other.Unregister(key));
        Assert.Throws<KeyNotFoundException>(() => selector.Unregister(new SelectorKey(pair.Near, pair.Descriptor, SelectorEvents.Read, null)));
        selector.Unregister(key);
        Assert.Throws<KeyNotFoundException>(() => selector.Unregister(key));
    }

    [Fact(Timeout = 30000)]
    public void TryGetKey_SocketOrItsHandle_FindsTheSameKey()
    {
        using var selector = Create();
        using var pair = new Pair();
        var key = selector.Register(pair.Near, SelectorEvents.Read);
        Assert.True(selector.TryGetKey(pair.Near, out var bySocket));
        Assert.True(selector.TryGetKey(pair.Near.SafeHandle, out var byHandle));
        Assert.Same(key, bySocket);
        Assert.Same(key, byHandle);
        Assert.False(selector.TryGetKey(pair.Far, out var none));
        Assert.Null(none);
        Assert.Throws<ArgumentException>(() => selector.TryGetKey("text", out _));
    }

    [Fact(Timeout = 30000)]
    public void Keys_ManyAddedAndRemoved_AreTheLiveOnes()
    {
        using var selector = Create();
        using var waker = selector.CreateWaker();
        var pairs = Enumerable.Range(0, 9).Select(_ => new Pair()).ToArray();
        var keys = pairs.Select(pair => selector.Register(pair.Near, SelectorEvents.Read)).ToHashSet();
        Assert.Equal(keys, selector.Keys.ToHashSet());
        foreach (var key in keys.Where((_, i) => i % 3 == 0).ToArray())
        {
            selector.Unregister(key);
            keys.Remove(key);
        }

        Assert.Equal(keys, selector.Keys.ToHashSet());
        Array.ForEach(pairs, pair => pair.Dispose());
    }

    [Fact(Timeout = 30000)]
    public void Dispose_Twice_MembersThrowAndSocketsStayOpen()
    {
        var selector = Create();
        using var pair = new Pair();
        var key = selector.Register(pair.Near, SelectorEvents.Read);
        selector.Dispose();
        selector.Dispose();
        Assert.Empty(selector.Keys);
        Assert.Throws<ObjectDisposedException>(() => selector.Register(pair.Near, SelectorEvents.Read));
        Assert.Throws<ObjectDisposedException>(() => selector.Modify(key, SelectorEvents.Read, null));
        Assert.Throws<ObjectDisposedException>(() => selector.Unregister(key));
        Assert.Throws<ObjectDisposedException>(() => selector.TryGetKey(pair.Near, out _));
        Assert.Throws<ObjectDisposedException>(() => selector.Select(Now).Length);
        Assert.Throws<ObjectDisposedException>(() => selector.CreateWaker());
        pair.Send();
        Assert.Equal(1, pair.Near.Receive(new byte[1]));
    }
}
