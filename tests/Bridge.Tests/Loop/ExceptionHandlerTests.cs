using Bridge.TestKit;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.Loop;

/// <summary>Rows C4, H1 to H5.</summary>
public sealed class ExceptionHandlerTests : IDisposable
{
    private readonly RecordingLogger _logger = new();
    private readonly SelectorEventLoop _loop;

    public ExceptionHandlerTests() => _loop = new SelectorEventLoop(null, new EventLoopOptions { Logger = _logger, Name = "h" });

    public void Dispose() => _loop.Close();

    [Fact(Timeout = 30000)]
    public void ExceptionHandler_Default_LogsMessagePartsAndException()
    {
        Assert.Null(_loop.ExceptionHandler);
        var failure = new FormatException("broken");
        var report = new LoopErrorContext("it broke", failure) { Handle = "Some.Callback", SourceStack = "at line 1" };
        report.Extra["zebra"] = 1;
        report.Extra["ant"] = 2;
        _loop.CallExceptionHandler(report);
        (LogLevel level, string text, Exception? exception) = Assert.Single(_logger.Records);
        Assert.Equal(LogLevel.Error, level);
        Assert.Same(failure, exception);
        string[] lines = text.Split(Environment.NewLine);
        Assert.Equal("it broke", lines[0]);
        Assert.Equal(["ant: 2", "handle: Some.Callback", "source stack: ", "at line 1", "zebra: 1"], lines[1..6]);
    }

    [Fact]
    public void ToString_EmptyMessage_SaysUnhandled()
        => Assert.Equal("Unhandled exception in event loop", new LoopErrorContext("").ToString());

    [Fact(Timeout = 30000)]
    public void ExceptionHandler_Custom_GetsTheReportInsteadAndCanBeTakenOut()
    {
        var got = new List<(EventLoop, LoopErrorContext)>();
        _loop.ExceptionHandler = (loop, report) => got.Add((loop, report));
        var failure = new FormatException();
        RunThrowing(failure);
        (EventLoop loop, LoopErrorContext report) = Assert.Single(got);
        Assert.Same(_loop, loop);
        Assert.Same(failure, report.Exception);
        Assert.Empty(_logger.Records);
        _loop.ExceptionHandler = null;
        RunThrowing(failure);
        Assert.Single(_logger.Records);
    }

    [Fact(Timeout = 30000)]
    public void ExceptionHandler_Throws_BothFailuresAreLogged()
    {
        var broken = new NotSupportedException("handler");
        _loop.ExceptionHandler = (_, _) => throw broken;
        RunThrowing(new FormatException("callback"));
        (_, string text, Exception? exception) = Assert.Single(_logger.Records);
        Assert.StartsWith("Unhandled error in exception handler", text, StringComparison.Ordinal);
        Assert.Contains("callback", text, StringComparison.Ordinal);
        Assert.Same(broken, exception);
    }

    [Fact(Timeout = 30000)]
    public void ExceptionHandler_ThrowsFatally_EndsTheRun()
    {
        _loop.ExceptionHandler = (_, _) => throw new FatalTestException();
        Assert.Throws<FatalTestException>(() => RunThrowing(new FormatException()));
        Assert.False(_loop.IsRunning);
    }

    [Fact(Timeout = 30000)]
    public void DefaultExceptionHandler_LoggerThrows_LoopGoesOn()
    {
        _logger.Failure = new IOException("disk full");
        RunThrowing(new FormatException());
        bool ran = false;
        _loop.CallSoon(() => ran = true);
        _loop.Stop();
        _loop.RunForever();
        Assert.True(ran);
    }

    [Fact(Timeout = 30000)]
    public void ExceptionHandler_OfACallback_RunsInItsContext()
    {
        var local = new AsyncLocal<string>();
        string? seen = null;
        _loop.ExceptionHandler = (_, _) => seen = local.Value;
        local.Value = "captured";
        _loop.CallSoon(() => throw new FormatException());
        local.Value = "elsewhere";
        _loop.Stop();
        _loop.RunForever();
        Assert.Equal("captured", seen);
    }

    [Fact]
    public void EveryEntry_Null_Throws()
    {
        Assert.Throws<ArgumentNullException>(() => _loop.CallExceptionHandler(null!));
        Assert.Throws<ArgumentNullException>(() => _loop.DefaultExceptionHandler(null!));
        Assert.Throws<ArgumentNullException>(() => new LoopErrorContext(null!));
    }

    private void RunThrowing(Exception failure)
    {
        _loop.CallSoon(() => throw failure);
        _loop.Stop();
        _loop.RunForever();
    }
}
