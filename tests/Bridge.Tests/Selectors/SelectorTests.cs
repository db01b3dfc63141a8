using Bridge.Selectors;

namespace Bridge.Tests.Selectors;

public sealed class SelectorTests
{
    [Fact(Timeout = 30000)]
    public void CreateDefault_Here_IsTheBestOfTheSystem()
    {
        using var selector = Selector.CreateDefault();
        var expected = OperatingSystem.IsLinux() ? "epoll" : OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD() ? "kqueue" : "select";
        Assert.Equal(expected, selector.Name);
    }

    [Fact(Timeout = 30000)]
    public void SelectorException_Always_CarriesCallAndNumber()
    {
        var e = new SelectorException("epoll_wait()", 24);
        Assert.Equal(("epoll_wait()", 24), (e.Call, e.ErrorNumber));
        Assert.Contains("epoll_wait() failed: EMFILE (24): the process has no descriptor left", e.Message, StringComparison.Ordinal);
    }
}
