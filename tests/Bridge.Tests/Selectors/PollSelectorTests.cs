using Bridge.Selectors;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Tests.Selectors;

public sealed class PollSelectorTests : SelectorContract
{
    protected override string ExpectedName => "poll";

    protected override Selector Create()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "poll exists on Unix only.");
        return new PollSelector();
    }

    [Fact(Timeout = 30000)]
    public void Register_RegularFile_IsAlwaysReady()
    {
        using var selector = Create();
        var path = Path.GetTempFileName();
        try
        {
            using var file = File.OpenHandle(path);
            var key = selector.Register(file, SelectorEvents.Read);
            Assert.Same(key, Assert.Single(selector.Select(null).ToKeys()));
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
        Assert.Contains("fd 1000000) failed: EBADF (9)", e.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Select_ClosedBehindTheHandlesBack_IsReported()
    {
        using var selector = Create();
        var (reader, writer) = TestLibC.OpenPipe();
        var key = selector.Register(reader, SelectorEvents.Read);
        Assert.Equal(0, TestLibC.Close((int)reader.DangerousGetHandle()));
        Assert.Same(key, Assert.Single(selector.Select(null).ToKeys()));
        reader.SetHandleAsInvalid();
        writer.Dispose();
    }
}
