using Bridge.Selectors;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Tests.Selectors;

public sealed class EpollSelectorTests : SelectorContract
{
    protected override string ExpectedName => "epoll";

    protected override Selector Create()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "epoll exists on Linux only.");
        return new EpollSelector();
    }

    [Fact(Timeout = 30000)]
    public void Register_RegularFile_IsRefusedWithTheReason()
    {
        using var selector = Create();
        var path = Path.GetTempFileName();
        try
        {
            using var file = File.OpenHandle(path);
            var e = Assert.Throws<SelectorException>(() => selector.Register(file, SelectorEvents.Read));
            Assert.Equal(1, e.ErrorNumber);
            Assert.Contains($"epoll_ctl(ADD, fd {file.DangerousGetHandle()}) failed: EPERM (1): regular files are always ready",
                e.Message, StringComparison.Ordinal);
            Assert.Empty(selector.Keys);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact(Timeout = 30000)]
    public void Register_NumberThatIsNotOpen_IsRefused()
    {
        using var selector = Create();
        using var handle = new SafeFileHandle(1_000_000, ownsHandle: false);
        var e = Assert.Throws<SelectorException>(() => selector.Register(handle, SelectorEvents.Read));
        Assert.Contains("epoll_ctl(ADD, fd 1000000) failed: EBADF (9)", e.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Register_SameFileByNewHandle_ReplacesTheClosedOne()
    {
        using var selector = Create();
        using var pair = new Pair();
        var first = new SafeFileHandle(pair.Descriptor, ownsHandle: false);
        var firstKey = selector.Register(first, SelectorEvents.Write);
        first.Dispose();
        using var second = new SafeFileHandle(pair.Descriptor, ownsHandle: false);
        var key = selector.Register(second, SelectorEvents.Write);
        selector.Unregister(firstKey);
        Assert.Same(key, Assert.Single(selector.Select(null).ToKeys()));
    }

    [Theory(Timeout = 30000)]
    [InlineData(false)]
    [InlineData(true)]
    public void Select_ClosedFileLivesOnInADuplicate_IsForgotten(bool unregister)
    {
        using var selector = Create();
        using var waker = selector.CreateWaker();
        using var closed = new Pair();
        using var pair = new Pair();
        var key = selector.Register(pair.Near, SelectorEvents.Read);
        var closedKey = selector.Register(closed.Near, SelectorEvents.Read);
        using var duplicate = TestLibC.Duplicate(closed.Descriptor);
        closed.Send();
        closed.Near.Dispose();
        if (unregister)
        {
            selector.Unregister(closedKey);
        }

        // The kernel still reports the file. Once it was seen, it may end no further wait.
        Assert.Empty(selector.Select(Now).ToKeys());
        SelectAssert.Waits(selector, TimeSpan.FromMilliseconds(2));

        pair.Send();
        Assert.Same(key, Assert.Single(selector.Select(null).ToKeys()));
        pair.Near.Receive(new byte[8]);
        waker.Wake();
        Assert.Empty(selector.Select(null).ToKeys());
    }
}
