using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bridge.Selectors;

namespace Bridge.Tests.Selectors;

public sealed class SelectSelectorTests : SelectorContract
{
    protected override string ExpectedName => "select";

    protected override Selector Create() => new SelectSelector();

    protected override SafeHandle Duplicate(nint descriptor)
    {
        using var copy = TestLibC.Duplicate(descriptor);
        var number = copy.DangerousGetHandle();
        copy.SetHandleAsInvalid();
        return new SafeSocketHandle(number, ownsHandle: true);
    }

    [Fact(Timeout = 30000)]
    public void Register_Pipe_IsRefusedWithTheReason()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Opens a pipe by a Linux call.");
        using var selector = Create();
        var (reader, writer) = TestLibC.OpenPipe();
        var e = Assert.Throws<PlatformNotSupportedException>(() => selector.Register(reader, SelectorEvents.Read));
        Assert.Contains("use PollSelector, or EpollSelector", e.Message, StringComparison.Ordinal);
        Assert.Empty(selector.Keys);
        reader.Dispose();
        writer.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void Unregister_SafeSocketHandle_LeavesItOpenThroughCollections()
    {
        using var selector = Create();
        using var pair = new Pair();
        RegisterAndForget(selector, pair);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.False(pair.Near.SafeHandle.IsClosed);
    }

    [Fact(Timeout = 30000)]
    public void Select_ClosedBehindTheSocketsBack_IsReported()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Closes a descriptor by number.");
        using var selector = Create();
        using var pair = new Pair();
        var handle = Duplicate(pair.Descriptor);
        var key = selector.Register(handle, SelectorEvents.Read);
        Assert.Equal(0, TestLibC.Close((int)handle.DangerousGetHandle()));
        Assert.Same(key, Assert.Single(selector.Select(null).ToKeys()));
        handle.SetHandleAsInvalid();
    }

    [Theory(Timeout = 30000)]
    [InlineData(WakerKind.EventFd)]
    [InlineData(WakerKind.Pipe)]
    public void CreateWaker_NotASocket_IsRefused(WakerKind kind)
    {
        using var selector = Create();
        Assert.Throws<PlatformNotSupportedException>(() => selector.CreateWaker(kind));
    }

    // A method of its own, so that no local keeps the wrapper alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RegisterAndForget(Selector selector, Pair pair) =>
        selector.Unregister(selector.Register(pair.Near.SafeHandle, SelectorEvents.Read));
}
