using System.Collections.Concurrent;
using System.Diagnostics;
using Bridge.Selectors;
using Bridge.TestKit;

namespace Bridge.Tests.Loop;

/// <summary>Need 32: what holds a loop up is seen from outside while it does, whatever it is.</summary>
public sealed class WatchdogTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly SelectorEventLoop _loop = new(null, new EventLoopOptions { Name = "watched", BlockingWaits = BlockingWaitPolicy.Allow });
    private readonly BlockingCollection<LoopBlock> _reports = [];

    public WatchdogTests() => _loop.BlockingHandler = _reports.Add;

    public void Dispose()
    {
        _loop.Dispose();
        _reports.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void Callback_Sleeps_IsReportedByNameWhileItDoes()
    {
        _loop.StartWatchdog(TimeSpan.FromMilliseconds(5));
        LoopBlock? report = null;
        _loop.CallSoon(() => SleepUntilReported(ref report));
        RunOnce();
        Assert.Equal(LoopBlockKind.Callback, report!.Kind);
        Assert.Same(_loop, report.Loop);
        Assert.Contains(nameof(Callback_Sleeps_IsReportedByNameWhileItDoes), report.Callback, StringComparison.Ordinal);
        Assert.True(report.Duration >= TimeSpan.FromMilliseconds(5));
        Assert.Contains("'watched'", report.ToString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Callback_SchedulesManyAndSleeps_IsReportedByNameWhileItDoes()
    {
        _loop.StartWatchdog(TimeSpan.FromMilliseconds(5));
        LoopBlock? report = null;
        LoopBlock? blocker = null;
        _loop.CallSoon(() =>
        {
            // The queue of callbacks moves to larger arrays meanwhile.
            for (int i = 0; i < 1000; i++)
            {
                _loop.CallSoon(() => { });
            }

            SleepUntilReported(ref report);
            blocker = _loop.CurrentBlocker;
        });
        RunOnce();
        Assert.Contains(nameof(Callback_SchedulesManyAndSleeps_IsReportedByNameWhileItDoes), report!.Callback, StringComparison.Ordinal);
        Assert.Equal(report.Callback, blocker!.Callback);
        Assert.Null(_loop.CurrentBlocker);
    }

    [Fact(Timeout = 30000)]
    public void Post_Computes_IsReportedByName()
    {
        _loop.StartWatchdog(TimeSpan.FromMilliseconds(5));
        LoopBlock? report = null;
        var poster = new Thread(() => _loop.CallSoonThreadSafe(() => Compute(ref report))) { IsBackground = true };
        poster.Start();
        poster.Join();
        RunOnce();
        Assert.Contains(nameof(Post_Computes_IsReportedByName), report!.Callback, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void TaskStep_Sleeps_ReportHasTheTask()
    {
        _loop.StartWatchdog(TimeSpan.FromMilliseconds(5));
        LoopBlock? report = null;
        _loop.RunUntilComplete(_loop.CreateTask(Body(), new TaskOptions { Name = "sleeper" }));
        Assert.Contains("name='sleeper'", report!.Task, StringComparison.Ordinal);

        async Coroutine<int> Body()
        {
            await LoopTask.Yield();
            while (report?.Task is null)
            {
                // On a busy machine the step before may be reported when it has just ended.
                SleepUntilReported(ref report);
            }

            return 1;
        }
    }

    [Fact(Timeout = 30000)]
    public void Callback_WaitsInManagedCode_ReportHasTheUsersFrame()
    {
        _loop.StartWatchdog(TimeSpan.FromMilliseconds(50));
        LoopBlock? report = null;
        while (report?.Site is null)
        {
            // On a busy machine the budget may be over before the wait has begun.
            _loop.CallSoon(() => report = TakeInLibrary());
            RunOnce();
        }

        Assert.Equal($"Bridge.Tests.Loop.WatchdogTests.{nameof(TakeInLibrary)}", report!.Site);
        Assert.NotNull(report.WaitCall);
        Assert.Contains(nameof(TakeInLibrary), report.Stack, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Turn_ManyShortCallbacks_IsReportedAsATurn()
    {
        _loop.StartWatchdog(TimeSpan.FromMilliseconds(50));
        LoopBlock? report = null;
        while (report?.Kind != LoopBlockKind.Turn)
        {
            // On a busy machine a single callback may be held up as long.
            report = RunManyShortOnes();
        }
    }

    private LoopBlock? RunManyShortOnes()
    {
        using var reported = new ManualResetEventSlim();
        LoopBlock? report = null;
        _loop.BlockingHandler = block =>
        {
            report = block;
            reported.Set();
        };
        for (int i = 0; i < 500_000; i++)
        {
            _loop.CallSoon(() =>
            {
                if (!reported.IsSet)
                {
                    Thread.SpinWait(200);
                }
            });
        }

        RunOnce();
        return report;
    }

    [Fact(Timeout = 30000)]
    public void Loop_Sleeps_IsNotReported()
    {
        using var selector = new CountingSelector(Selector.CreateDefault());
        using var thread = new LoopThread(new SelectorEventLoop(selector, new EventLoopOptions { MaximumSpin = TimeSpan.Zero }));
        var watched = new WatchedLoop(thread.Loop, TimeSpan.FromMilliseconds(2));
        thread.Loop.BlockingHandler = _reports.Add;
        Assert.True(selector.Asleep.Wait(s_limit));
        for (int seconds = 0; seconds < 5; seconds++)
        {
            watched.Look(Stopwatch.GetTimestamp() + seconds * Stopwatch.Frequency);
        }

        Assert.Empty(_reports);
    }

    [Fact(Timeout = 30000)]
    public void CurrentBlocker_FromAnotherThread_NamesTheCallbackAndItsAge()
    {
        Assert.Null(_loop.CurrentBlocker);
        _loop.StartWatchdog(TimeSpan.FromMilliseconds(5));
        LoopBlock? seen = null;
        _loop.CallSoon(() =>
        {
            _reports.TryTake(out _, s_limit);
            var other = new Thread(() => seen = _loop.CurrentBlocker) { IsBackground = true };
            other.Start();
            other.Join();
        });
        RunOnce();
        Assert.Contains(nameof(CurrentBlocker_FromAnotherThread_NamesTheCallbackAndItsAge), seen!.Callback, StringComparison.Ordinal);
        Assert.NotNull(seen.Duration);
        Assert.Null(_loop.CurrentBlocker);
    }

    [Fact(Timeout = 30000)]
    public void Options_Watchdog_IsOnFromTheStartAndEndsWithTheLoop()
    {
        var reports = new BlockingCollection<LoopBlock>();
        using (var loop = new SelectorEventLoop(null, new EventLoopOptions { Watchdog = TimeSpan.FromMilliseconds(5), BlockingWaits = BlockingWaitPolicy.Allow }))
        {
            loop.BlockingHandler = reports.Add;
            loop.CallSoon(() => Assert.True(reports.TryTake(out _, s_limit)));
            loop.Stop();
            loop.RunForever();
            loop.StopWatchdog();
            loop.StopWatchdog();
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => new SelectorEventLoop(null, new EventLoopOptions { Watchdog = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _loop.StartWatchdog(TimeSpan.FromDays(2)));
        reports.Dispose();
    }

    /// <summary>No managed wait: the hook does not see it.</summary>
    private void SleepUntilReported(ref LoopBlock? report)
    {
        while (!_reports.TryTake(out report))
        {
            Thread.Sleep(1);
        }
    }

    private void Compute(ref LoopBlock? report)
    {
        while (!_reports.TryTake(out report))
        {
            Thread.SpinWait(1000);
        }
    }

    private LoopBlock? TakeInLibrary() => _reports.TryTake(out LoopBlock? report, s_limit) ? report : null;

    private void RunOnce()
    {
        _loop.Stop();
        _loop.RunForever();
    }
}
