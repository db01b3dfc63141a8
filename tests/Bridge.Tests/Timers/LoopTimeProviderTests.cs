using Bridge.TestKit;

namespace Bridge.Tests.Timers;

/// <summary>The loop's TimeProvider; no rows in asyncio.</summary>
public sealed class LoopTimeProviderTests : LoopTest
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly List<double> _calls = [];

    [Fact(Timeout = 30000)]
    public void Time_OfTheLoop_IsThatOfItsClock()
    {
        long begin = Loop.TimeProvider.GetTimestamp();
        DateTimeOffset day = Loop.TimeProvider.GetUtcNow();
        Time.Advance(TimeSpan.FromHours(3));
        Assert.Equal(TimeSpan.FromHours(3), Loop.TimeProvider.GetElapsedTime(begin));
        Assert.Equal(day.AddHours(3), Loop.TimeProvider.GetUtcNow());
        Assert.Equal(TimeZoneInfo.Utc, Loop.TimeProvider.LocalTimeZone);
        Assert.Same(Loop.TimeProvider, Loop.TimeProvider);
    }

    [Fact(Timeout = 30000)]
    public void Delay_OfACoroutineAndOfATask_TakesLoopTime()
    {
        Run(async Coroutine () => await Task.Delay(TimeSpan.FromDays(1), Loop.TimeProvider));
        Assert.Equal(TimeSpan.FromDays(1), Time.Elapsed);
        Run(async Coroutine () => await Plain());
        Assert.Equal(TimeSpan.FromDays(2), Time.Elapsed);
        Assert.Equal(0, Loop.TimerCount);

        async Task Plain()
        {
            await Task.Delay(TimeSpan.FromDays(1), Loop.TimeProvider);
            Assert.True(Loop.IsOnLoopThread);
        }
    }

    [Fact(Timeout = 30000)]
    public void Delay_ThenWithoutTheLoopsContext_GoesOnInTheTimersCallback()
    {
        bool wasOnLoop = false;
        Run(async Coroutine () => await Library());
        Assert.True(wasOnLoop);

        async Task Library()
        {
            await Task.Delay(s_second, Loop.TimeProvider).ConfigureAwait(false);
            wasOnLoop = Loop.IsOnLoopThread;
        }
    }

    [Fact(Timeout = 30000)]
    public void PeriodicTimer_OnTheLoop_TicksInLoopTime()
    {
        Run(async Coroutine () =>
        {
            using var timer = new PeriodicTimer(s_second, Loop.TimeProvider);
            for (int i = 0; i < 5; i++)
            {
                Assert.True(await timer.WaitForNextTickAsync());
                Note();
            }
        });
        Assert.Equal([1, 2, 3, 4, 5], _calls);
    }

    [Fact(Timeout = 30000)]
    public void CancellationSource_WithADelay_CancelsInLoopTime()
    {
        Run(async Coroutine () =>
        {
            using var source = new CancellationTokenSource(s_second, Loop.TimeProvider);
            source.CancelAfter(TimeSpan.FromSeconds(5));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Timeout.InfiniteTimeSpan, source.Token));
        });
        Assert.Equal(TimeSpan.FromSeconds(5), Time.Elapsed);
    }

    [Fact(Timeout = 30000)]
    public void WaitAsync_ThatTimesOut_TakesLoopTime()
    {
        Run(async Coroutine () => await Assert.ThrowsAsync<TimeoutException>(() => new TaskCompletionSource().Task.WaitAsync(s_second, Loop.TimeProvider)));
        Assert.Equal(s_second, Time.Elapsed);
    }

    [Fact(Timeout = 30000)]
    public void CreateTimer_DueAtOnce_RunsInTheNextTurnAndOnce()
    {
        Loop.TimeProvider.CreateTimer(_ => Note(), null, TimeSpan.Zero, TimeSpan.Zero);
        Assert.Empty(_calls);
        Run(async Coroutine () => await LoopTask.Sleep(s_second));
        Assert.Equal([0], _calls);
    }

    [Fact(Timeout = 30000)]
    public void Period_WithALateTick_KeepsToItsGridAndMakesUpForItOnce()
    {
        using ITimer timer = Loop.TimeProvider.CreateTimer(
            _ =>
            {
                Note();
                if (_calls.Count == 2)
                {
                    Time.Advance(TimeSpan.FromSeconds(3.5));
                }
            },
            null,
            TimeSpan.FromSeconds(2),
            s_second);
        Run(async Coroutine () => await LoopTask.Sleep(TimeSpan.FromSeconds(8.5)));

        // Due at 2 and 3; the one of 4 is late, those of 5 and 6 are missed.
        Assert.Equal([2, 3, 6.5, 7, 8], _calls);
    }

    [Fact(Timeout = 30000)]
    public void Change_OnTheLoop_IsWhatCounts()
    {
        using ITimer timer = Loop.TimeProvider.CreateTimer(_ => Note(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Run(async Coroutine () =>
        {
            await LoopTask.Sleep(s_second);
            Assert.True(timer.Change(TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan));
            await LoopTask.Sleep(s_second);
            Assert.True(timer.Change(s_second, Timeout.InfiniteTimeSpan));
            await LoopTask.Sleep(TimeSpan.FromSeconds(10));
            Assert.True(timer.Change(s_second, s_second));
            Assert.True(timer.Change(Timeout.InfiniteTimeSpan, s_second));
            Assert.Equal(0, Loop.TimerCount);
            await LoopTask.Sleep(TimeSpan.FromSeconds(10));
        });
        Assert.Equal([3], _calls);
    }

    [Fact(Timeout = 30000)]
    public void Callback_ThatChangesItsTimer_IsCalledThen()
    {
        ITimer timer = null!;
        timer = Loop.TimeProvider.CreateTimer(_ => ChangeOrEnd(), null, s_second, s_second);
        Run(async Coroutine () => await LoopTask.Sleep(TimeSpan.FromSeconds(20)));
        Assert.Equal([1, 6], _calls);
        Assert.Equal(0, Loop.TimerCount);

        void ChangeOrEnd()
        {
            Note();
            if (_calls.Count == 1)
            {
                timer.Change(TimeSpan.FromSeconds(5), s_second);
            }
            else
            {
                timer.Dispose();
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Callback_ThatThrows_IsReportedAndCalledAgain()
    {
        using ITimer timer = Loop.TimeProvider.CreateTimer(_ => Fail(), null, s_second, s_second);
        Run(async Coroutine () => await LoopTask.Sleep(TimeSpan.FromSeconds(1.5)));
        Assert.IsType<FormatException>(TakeReport().Exception);
        Run(async Coroutine () => await LoopTask.Sleep(s_second));
        Assert.IsType<FormatException>(TakeReport().Exception);

        static void Fail() => throw new FormatException();
    }

    [Fact(Timeout = 30000)]
    public void Callback_RunsInTheContextOfCreateTimerWithoutASynchronizationContext()
    {
        var local = new AsyncLocal<int> { Value = 7 };
        int seen = 0;
        SynchronizationContext? context = new();
        using ITimer timer = Loop.TimeProvider.CreateTimer(
            state =>
            {
                seen = local.Value;
                context = SynchronizationContext.Current;
                Assert.Equal("state", state);
                Assert.Same(Loop, EventLoop.Running);
            },
            "state",
            s_second,
            Timeout.InfiniteTimeSpan);
        local.Value = 0;
        Run(async Coroutine () => await LoopTask.Sleep(TimeSpan.FromSeconds(2)));
        Assert.Equal(7, seen);
        Assert.Null(context);
    }

    [Fact(Timeout = 30000)]
    public void Timer_OfAnotherThread_RunsOnTheLoopAndIsChangedAndDisposedOfFromThere()
    {
        Run(async Coroutine () =>
        {
            ITimer timer = null!;
            OtherThread.Run(() => timer = Loop.TimeProvider.CreateTimer(_ => Note(), null, TimeSpan.FromSeconds(100), Timeout.InfiniteTimeSpan));
            OtherThread.Run(() => Assert.True(timer.Change(s_second, s_second)));
            await LoopTask.Sleep(TimeSpan.FromSeconds(2.5));
            OtherThread.Run(() =>
            {
                timer.Dispose();
                Assert.False(timer.Change(s_second, s_second));
            });
            await LoopTask.Sleep(TimeSpan.FromSeconds(2.5));
            Assert.Equal(0, Loop.TimerCount);
        });
        Assert.Equal([1, 2], _calls);
    }

    [Fact(Timeout = 30000)]
    public void Timer_DisposedWhileDue_DoesNotRun()
    {
        ITimer second = null!;
        using ITimer first = Loop.TimeProvider.CreateTimer(_ => second.Dispose(), null, s_second, Timeout.InfiniteTimeSpan);
        second = Loop.TimeProvider.CreateTimer(_ => Note(), null, s_second, Timeout.InfiniteTimeSpan);
        Run(async Coroutine () => await LoopTask.Sleep(TimeSpan.FromSeconds(2)));
        Assert.Empty(_calls);
        second.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void DisposeAsync_WhileTheCallbackRuns_WaitsForItsEnd()
    {
        Task? disposal = null;
        ITimer timer = null!;
        timer = Loop.TimeProvider.CreateTimer(
            _ =>
            {
                OtherThread.Run(() => disposal = timer.DisposeAsync().AsTask());
                Assert.False(disposal!.IsCompleted);
            },
            null,
            s_second,
            s_second);
        Run(async Coroutine () =>
        {
            await LoopTask.Sleep(TimeSpan.FromSeconds(1.5));
            Assert.True(disposal!.IsCompletedSuccessfully);
            Assert.True(timer.DisposeAsync().IsCompletedSuccessfully);
        });
    }

    [Fact(Timeout = 30000)]
    public void Times_OutOfRange_ThrowAtTheCall()
    {
        TimeSpan tooLong = TimeSpan.FromMilliseconds(uint.MaxValue);
        TimerCallback callback = _ => { };
        Assert.Throws<ArgumentNullException>(() => Loop.TimeProvider.CreateTimer(null!, null, s_second, s_second));
        Assert.Throws<ArgumentOutOfRangeException>("dueTime", () => Loop.TimeProvider.CreateTimer(callback, null, TimeSpan.FromSeconds(-1), s_second));
        Assert.Throws<ArgumentOutOfRangeException>("dueTime", () => Loop.TimeProvider.CreateTimer(callback, null, tooLong, s_second));
        Assert.Throws<ArgumentOutOfRangeException>("period", () => Loop.TimeProvider.CreateTimer(callback, null, s_second, tooLong));
        using ITimer timer = Loop.TimeProvider.CreateTimer(callback, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Assert.Contains("-00:00:01", Assert.Throws<ArgumentOutOfRangeException>("period", () => timer.Change(s_second, -s_second)).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Loop_Closed_DropsItsTimersAndRefusesNewOnes()
    {
        ITimer timer = Loop.TimeProvider.CreateTimer(_ => Note(), null, s_second, s_second);
        RunTurns();
        Loop.Close();
        Time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(timer.Change(s_second, s_second));
        Assert.True(timer.DisposeAsync().IsCompletedSuccessfully);
        Assert.Throws<ObjectDisposedException>(() => Loop.TimeProvider.CreateTimer(_ => { }, null, s_second, s_second));
        Assert.Throws<ObjectDisposedException>(() => { _ = Task.Delay(s_second, Loop.TimeProvider); });
        Assert.Empty(_calls);
    }

    private void Note()
    {
        Assert.True(Loop.IsOnLoopThread);
        _calls.Add(Time.Elapsed.TotalSeconds);
    }
}
