using Bridge.Testing;
using Bridge.TestKit;

namespace Bridge.Tests.Loop;

/// <summary>Rows A13, E7, G1, G5.</summary>
[Collection(nameof(EnvironmentCollection))]
public sealed class DebugTests : IDisposable
{
    private readonly RecordingLogger _logger = new();
    private readonly VirtualClock _time = new();
    private readonly SelectorEventLoop _loop;

    public DebugTests()
        => _loop = new SelectorEventLoop(
            new AutoJumpSelector(Bridge.Selectors.Selector.CreateDefault(), _time),
            new EventLoopOptions { Logger = _logger, TimeProvider = _time, Debug = true });

    public void Dispose() => _loop.Close();

    [Theory]
    [InlineData(null, false)]
    [InlineData("0", false)]
    [InlineData("1", true)]
    public void Debug_ByEnvironment_IsTheInitialValue(string? variable, bool expected)
    {
        string? before = Environment.GetEnvironmentVariable("BRIDGE_DEBUG");
        Environment.SetEnvironmentVariable("BRIDGE_DEBUG", variable);
        try
        {
            using var loop = new SelectorEventLoop();
            using var told = new SelectorEventLoop(null, new EventLoopOptions { Debug = false });
            Assert.Equal(expected, loop.Debug);
            Assert.False(told.Debug);
            loop.Debug = !expected;
            Assert.Equal(!expected, loop.Debug);
        }
        finally
        {
            Environment.SetEnvironmentVariable("BRIDGE_DEBUG", before);
        }
    }

    [Fact(Timeout = 30000)]
    public void Debug_CallbackThrows_ReportSaysWhereItWasScheduled()
    {
        LoopErrorContext? report = null;
        _loop.ExceptionHandler = (_, context) => report = context;
        _loop.CallSoon(() => throw new FormatException());
        RunTurn();
        Assert.Contains(nameof(Debug_CallbackThrows_ReportSaysWhereItWasScheduled), report!.SourceStack, StringComparison.Ordinal);
        _loop.CallLater(TimeSpan.Zero, () => throw new FormatException());
        RunTurn();
        Assert.Contains(nameof(Debug_CallbackThrows_ReportSaysWhereItWasScheduled), report.SourceStack, StringComparison.Ordinal);
        Assert.True(report.SourceStack!.Split('\n').Length <= 10);
    }

    [Fact(Timeout = 30000)]
    public void CreationStack_OfFuturesAndTasks_EndsAtTheCreatingLine()
    {
        Assert.Contains(nameof(CreationStack_OfFuturesAndTasks_EndsAtTheCreatingLine), _loop.CreateFuture<int>().CreationStack, StringComparison.Ordinal);
        LoopTask task = _loop.CreateTask(LoopTask.Sleep(TimeSpan.Zero));
        Assert.Contains(nameof(CreationStack_OfFuturesAndTasks_EndsAtTheCreatingLine), task.CreationStack, StringComparison.Ordinal);
        _loop.Debug = false;
        Assert.Null(_loop.CreateFuture<int>().CreationStack);
        _loop.RunUntilComplete(task);
    }

    [Fact(Timeout = 30000)]
    public void SlowCallback_EveryKind_IsNamedWithItsTime()
    {
        Assert.Equal(TimeSpan.FromSeconds(0.1), _loop.SlowCallbackDuration);
        _loop.SlowCallbackDuration = TimeSpan.Zero;
        _loop.CallSoon(Slow);
        OtherThread.Run(() => _loop.CallSoonThreadSafe(Slow));
        _loop.CreateTask(Sleeper(), new TaskOptions { Name = "sleeper" });
        RunTurn();
        string[] warnings = [.. _logger.Records.Select(record => record.Text)];
        Assert.Equal(2, warnings.Count(text => text.Contains("g__Slow|", StringComparison.Ordinal)));
        Assert.Single(warnings, text => text.Contains("'sleeper'", StringComparison.Ordinal));
        Assert.All(warnings, text => Assert.Matches(@"^Executing .+ took \d+\.\d{3} seconds$", text));

        static void Slow()
        {
        }

        static async Coroutine Sleeper() => await LoopTask.Sleep(TimeSpan.Zero);
    }

    [Fact(Timeout = 30000)]
    public void SlowCallback_LoggerThrows_LoopGoesOn()
    {
        _loop.SlowCallbackDuration = TimeSpan.Zero;
        _logger.Failure = new IOException("disk full");
        int ran = 0;
        _loop.CallSoon(() => ran++);
        _loop.CallSoon(() => ran++);
        RunTurn();
        Assert.Equal(2, ran);
        _loop.SlowCallbackDuration = TimeSpan.MaxValue;
    }

    [Fact]
    public void SlowCallbackDuration_Negative_Throws()
        => Assert.Throws<ArgumentOutOfRangeException>(() => _loop.SlowCallbackDuration = TimeSpan.FromTicks(-1));

    [Fact(Timeout = 30000)]
    public void Debug_PostsWithoutEnd_DoNotStarveTimers()
    {
        bool timerRan = false;
        using var stop = new ManualResetEventSlim();
        Thread producer = OtherThread.Start(() =>
        {
            while (!stop.IsSet)
            {
                _loop.CallSoonThreadSafe(() => _time.Advance(TimeSpan.FromTicks(1)));
            }
        });
        SpinWait.SpinUntil(() => _loop.Posts > 1000);
        _loop.CallLater(TimeSpan.FromTicks(50), () =>
        {
            timerRan = true;
            _loop.Stop();
        });
        _loop.RunForever();
        stop.Set();
        producer.Join();
        Assert.True(timerRan);
    }

    private void RunTurn()
    {
        _loop.Stop();
        _loop.RunForever();
    }
}
