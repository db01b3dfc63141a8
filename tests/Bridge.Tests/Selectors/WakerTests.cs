using System.Runtime.Versioning;
using Bridge.Selectors;

namespace Bridge.Tests.Selectors;

/// <summary>An eventfd on Linux: one dead descriptor of the two still wakes a loop that sleeps without limit.</summary>
public abstract class EventFdWakerContract : WakerContract
{
    protected sealed override WakerKind Kind => WakerKind.EventFd;

    [Theory(Timeout = 30000)]
    [InlineData(0)]
    [InlineData(1)]
    public void Wake_OneDescriptorDead_StillEndsABlockedSelect(int dead)
    {
        using var selector = CreateSelector();
        using var waker = CreateWaker(selector, out var descriptors);
        using (var select = new BackgroundSelect(selector))
        {
            Kill(descriptors[dead]);
            waker.Wake();
            Assert.Empty(select.Keys());
        }

        waker.Reset();

        // The lower number is the one that is written first, so only its death can be noticed by then.
        if (dead == 0)
        {
            Assert.False(waker.IsHealthy);
        }

        waker.Rebuild();
        AssertWorks(selector, waker);
    }

    [Theory(Timeout = 30000)]
    [InlineData(0)]
    [InlineData(1)]
    public void Wake_OneDescriptorDeadBeforeSelect_EndsItOnce(int dead)
    {
        using var selector = CreateSelector();
        using var waker = CreateWaker(selector, out var descriptors);
        Kill(descriptors[dead]);
        waker.Wake();
        Assert.Empty(selector.Select(null).ToKeys());
        waker.Reset();
        SelectAssert.Waits(selector, TimeSpan.FromMilliseconds(2));
        waker.Rebuild();
        AssertWorks(selector, waker);
    }
}

/// <summary>Two ends: Select notices when the far one is closed.</summary>
public abstract class TwoEndedWakerContract : WakerContract
{
    [Fact(Timeout = 30000)]
    public void Select_WritingEndDead_ReturnsAndResetNotices()
    {
        using var selector = CreateSelector();
        using var waker = CreateWaker(selector, out var descriptors);
        Kill(WritingEnd(descriptors));
        Assert.Empty(selector.Select(null).ToKeys());
        waker.Reset();
        Assert.False(waker.IsHealthy);

        // Broken and not rebuilt, it must not burn a core.
        SelectAssert.Waits(selector, TimeSpan.FromMilliseconds(2));
        waker.Rebuild();
        AssertWorks(selector, waker);
    }

    [Fact(Timeout = 30000)]
    public void Wake_ReadingEndDead_ThrowsInTheEnd()
    {
        using var selector = CreateSelector();
        using var waker = CreateWaker(selector, out var descriptors);
        Kill(descriptors.Except([WritingEnd(descriptors)]).ToArray());

        // A socket learns of its peer's end by a packet, so the first wake-ups may still be taken.
        Assert.Throws<SelectorException>(WakeForever);
        Assert.False(waker.IsHealthy);
        waker.Rebuild();
        AssertWorks(selector, waker);

        void WakeForever()
        {
            while (true)
            {
                waker.Wake();
            }
        }
    }

    protected abstract int WritingEnd(int[] descriptors);
}

public abstract class PipeWakerContract : TwoEndedWakerContract
{
    protected sealed override WakerKind Kind => WakerKind.Pipe;

    // pipe() hands out the reading end first.
    protected sealed override int WritingEnd(int[] descriptors) => descriptors[1];
}

public abstract class SocketPairWakerContract : TwoEndedWakerContract
{
    protected sealed override WakerKind Kind => WakerKind.SocketPair;

    // The listener has the lowest number and is closed again; then comes the connecting end, which writes.
    protected sealed override int WritingEnd(int[] descriptors) => descriptors[0];
}

public sealed class EpollEventFdWakerTests : EventFdWakerContract
{
    protected override Selector CreateSelector() => Backends.Epoll();
}

public sealed class EpollPipeWakerTests : PipeWakerContract
{
    protected override Selector CreateSelector() => Backends.Epoll();
}

public sealed class EpollSocketPairWakerTests : SocketPairWakerContract
{
    protected override Selector CreateSelector() => Backends.Epoll();
}

public sealed class PollEventFdWakerTests : EventFdWakerContract
{
    protected override Selector CreateSelector()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "eventfd exists on Linux only.");
        return new PollSelector();
    }
}

public sealed class PollPipeWakerTests : PipeWakerContract
{
    protected override Selector CreateSelector() => Backends.Poll();
}

public sealed class PollSocketPairWakerTests : SocketPairWakerContract
{
    protected override Selector CreateSelector() => Backends.Poll();
}

public sealed class SelectSocketPairWakerTests : SocketPairWakerContract
{
    protected override Selector CreateSelector() => new SelectSelector();
}

[SupportedOSPlatform("macos")]
[SupportedOSPlatform("freebsd")]
public sealed class KqueuePipeWakerTests : PipeWakerContract
{
    protected override Selector CreateSelector()
    {
        Assert.SkipUnless(OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD(), "kqueue exists on macOS and FreeBSD only.");
        return new KqueueSelector();
    }
}

/// <summary>The selectors that not every system has, or a skip with the reason.</summary>
internal static class Backends
{
    internal static Selector Epoll()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "epoll exists on Linux only.");
        return new EpollSelector();
    }

    internal static Selector Poll()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "poll exists on Unix only.");
        return new PollSelector();
    }
}
