using System.Runtime.CompilerServices;

namespace Bridge.Tests.Loop;

/// <summary>Row A10.</summary>
public sealed class UnclosedLoopTests
{
    [Fact(Timeout = 30000)]
    public void Finalizer_LoopNotClosed_ReportsItOnce()
    {
        var logger = new RecordingLogger();
        Garbage.MakeAndCollect(() => _ = new SelectorEventLoop(null, new EventLoopOptions { Name = "forgotten", Logger = logger }));
        Assert.Contains("'forgotten' was not closed", Assert.Single(logger.Records).Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Finalizer_LoopClosed_ReportsNothing()
    {
        var logger = new RecordingLogger();
        Garbage.MakeAndCollect(() => new SelectorEventLoop(null, new EventLoopOptions { Logger = logger }).Close());
        Assert.Empty(logger.Records);
    }

    [Fact(Timeout = 30000)]
    public void Finalizer_ConstructorThrew_ReportsNothing()
    {
        var logger = new RecordingLogger();
        var selector = new DisposalWatch(Bridge.Selectors.Selector.CreateDefault(), refusesWakers: true);
        Garbage.MakeAndCollect(() =>
            Assert.Throws<IOException>(() => new SelectorEventLoop(selector, new EventLoopOptions { Logger = logger })));
        Assert.Empty(logger.Records);
        Assert.True(selector.IsDisposed, "The loop owns the selector it was given.");
    }
}
