using System.Runtime.Versioning;
using Bridge.Selectors;

namespace Bridge.Tests.Selectors;

[SupportedOSPlatform("macos")]
[SupportedOSPlatform("freebsd")]
public sealed class KqueueSelectorTests : SelectorContract
{
    protected override string ExpectedName => "kqueue";

    protected override Selector Create()
    {
        Assert.SkipUnless(OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD(), "kqueue exists on macOS and FreeBSD only.");
        return new KqueueSelector();
    }

    [Fact(Timeout = 30000)]
    public void Constructor_OtherSystem_SaysWhy()
    {
        Assert.SkipWhen(OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD(), "This system has kqueue.");
        var e = Assert.Throws<PlatformNotSupportedException>(() => new KqueueSelector());
        Assert.Contains("macOS and FreeBSD", e.Message, StringComparison.Ordinal);
    }
}
