namespace Bridge.Testing.Tests;

/// <summary>The clock moves when nothing else can: loop timers, Tasks on the loop's TimeProvider, results and exceptions.</summary>
public sealed class VirtualTimeTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private static TimeSpan Now => EventLoop.Running.Now;

    [Fact(Timeout = 30000)]
    public void Run_ADayWithAHeartbeat_IsOneJumpPerTimer()
    {
        int beats = 0;
        VirtualTime.Run(async Coroutine () =>
        {
            LoopTask heartbeat = EventLoop.Running.CreateTask(Beat());
            await LoopTask.Sleep(TimeSpan.FromDays(1));
            heartbeat.Cancel();
            Assert.Equal(TimeSpan.FromDays(1), Now);
        });
        Assert.Equal(24 * 60 - 1, beats);

        async Coroutine Beat()
        {
            while (true)
            {
                await LoopTask.Sleep(TimeSpan.FromMinutes(1));
                beats++;
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Run_AScenario_IsTheSameEveryTime()
    {
        List<string>[] runs = [Scenario(), Scenario(), Scenario()];
        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(runs[0], runs[2]);

        static List<string> Scenario()
        {
            List<string> log = [];
            VirtualTime.Run(async Coroutine () => await LoopTask.Gather([.. Enumerable.Range(0, 20).Select(Step)]));
            return log;

            async Coroutine Step(int i)
            {
                await LoopTask.Sleep(TimeSpan.FromMilliseconds(i * 7 % 5));
                log.Add($"{Now} {i}");
                await Task.Delay(TimeSpan.FromMilliseconds(1 + i * 3 % 4), EventLoop.Running.TimeProvider).ConfigureAwait(false);
                log.Add($"{Now} {i}");
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Run_Results_ComeOut()
    {
        Assert.Equal(1, VirtualTime.Run(async Coroutine<int> () => await LoopTask.Sleep(s_second, 1)));
        Assert.Equal(2, VirtualTime.Run(async Task<int> () =>
        {
            await Task.Delay(s_second, EventLoop.Running.TimeProvider);
            return 2;
        }));
        bool ran = false;
        VirtualTime.Run(async Task () =>
        {
            await Task.Delay(s_second, EventLoop.Running.TimeProvider);
            ran = true;
        });
        Assert.True(ran);
    }

    [Fact(Timeout = 30000)]
    public void Run_Exceptions_ComeOutUnchanged()
    {
        var failure = new FormatException();
        Assert.Same(failure, Assert.Throws<FormatException>(() => VirtualTime.Run(async Coroutine () =>
        {
            await LoopTask.Sleep(s_second);
            throw failure;
        })));
        Assert.Throws<LoopCanceledException>(() => VirtualTime.Run(async Coroutine () =>
        {
            LoopTask.Current!.Cancel();
            await LoopTask.Sleep(s_second);
        }));
    }

    [Fact(Timeout = 30000)]
    public void Timeouts_Nested_EndTheInnermostThatIsDue() => VirtualTime.Run(async Coroutine () =>
    {
        await Throws<TimeoutException>(() => LoopTask.Timeout(TimeSpan.FromHours(1), async Coroutine (_) =>
        {
            await Throws<TimeoutException>(() => LoopTask.Timeout(TimeSpan.FromMinutes(1), async Coroutine (_) => await LoopTask.Sleep(TimeSpan.FromDays(1))));
            Assert.Equal(TimeSpan.FromMinutes(1), Now);
            await Throws<TimeoutException>(() => LoopTask.WaitFor(LoopTask.Sleep(TimeSpan.FromDays(1)), TimeSpan.FromMinutes(2)));
            Assert.Equal(TimeSpan.FromMinutes(3), Now);
            await LoopTask.Timeout(TimeSpan.FromDays(2), async Coroutine (_) => await LoopTask.Sleep(TimeSpan.FromDays(1)));
        }));
        Assert.Equal(TimeSpan.FromHours(1), Now);
    });

    [Fact(Timeout = 30000)]
    public void TimeProvider_DelayTicksAndCancelAfter_KeepTheLoopsTime() => VirtualTime.Run(
        async Coroutine () =>
        {
            TimeProvider time = EventLoop.Running.TimeProvider;
            await Task.Delay(TimeSpan.FromHours(1), time);
            Assert.Equal(TimeSpan.FromHours(1), Now);
            using (var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), time))
            {
                for (int i = 1; i <= 3; i++)
                {
                    await timer.WaitForNextTickAsync();
                    Assert.Equal(TimeSpan.FromMinutes(60 + i), Now);
                }
            }

            // The assertion goes on in .NET's pool, which may be late on a busy machine.
            using var timed = new CancellationTokenSource(TimeSpan.FromMinutes(7), time);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(TimeSpan.FromDays(1), time, timed.Token));
            Assert.Equal(TimeSpan.FromMinutes(70), Now);
            Assert.Equal(new DateTimeOffset(2000, 1, 1, 1, 10, 0, TimeSpan.Zero), time.GetUtcNow());
        },
        new VirtualTimeOptions { StuckAfter = TimeSpan.FromSeconds(20) });

    [Fact(Timeout = 30000)]
    public void TasksCompletedOnTheLoop_BesideAHeartbeat_ArriveBeforeTheClockMoves() => VirtualTime.Run(async Coroutine () =>
    {
        EventLoop loop = EventLoop.Running;
        using ITimer heartbeat = loop.TimeProvider.CreateTimer(_ => { }, null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        for (int i = 0; i < 50; i++)
        {
            var direct = new TaskCompletionSource();
            var wrapped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var channel = System.Threading.Channels.Channel.CreateUnbounded<int>();
            using var gate = new SemaphoreSlim(0);
            TimeSpan begin = Now;
            loop.CallLater(s_second, direct.SetResult);
            loop.CallLater(2 * s_second, wrapped.SetResult);
            loop.CallLater(3 * s_second, () => channel.Writer.TryWrite(1));
            loop.CallLater(4 * s_second, () => gate.Release());
            await direct.Task;
            Assert.Equal(begin + s_second, Now);
            await loop.WrapFuture(wrapped.Task);
            Assert.Equal(begin + 2 * s_second, Now);
            Assert.Equal(1, await channel.Reader.ReadAsync());
            Assert.Equal(begin + 3 * s_second, Now);
            await gate.WaitAsync();
            Assert.Equal(begin + 4 * s_second, Now);
            using var timed = new CancellationTokenSource(s_second, loop.TimeProvider);
            try
            {
                await Task.Delay(TimeSpan.FromDays(1), loop.TimeProvider, timed.Token);
                Assert.Fail("The delay is cancelled.");
            }
            catch (OperationCanceledException)
            {
                Assert.Equal(begin + 5 * s_second, Now);
            }
        }
    });

    [Fact(Timeout = 30000)]
    public void CancelledDelay_AwaitedByALibrary_ComesBackWithinAQuietTime() => VirtualTime.Run(
        async Coroutine () =>
        {
            // Who awaits a cancelled delay with ConfigureAwait(false), as the assertion does, goes on in .NET's pool, where the loop does not see it.
            TimeProvider time = EventLoop.Running.TimeProvider;
            using ITimer ticks = time.CreateTimer(_ => { }, null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
            using var timed = new CancellationTokenSource(TimeSpan.FromMinutes(7), time);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(TimeSpan.FromDays(1), time, timed.Token));
            Assert.InRange(Now, TimeSpan.FromMinutes(7), TimeSpan.FromHours(23));
        },
        new VirtualTimeOptions { QuietTime = TimeSpan.FromMilliseconds(20) });

    [Fact(Timeout = 30000)]
    public void Clock_UsedInPlaceOfTheLoopsTimers_MovesTheSame()
    {
        using var loop = new VirtualTimeLoop(new VirtualTimeOptions { Start = DateTimeOffset.UnixEpoch });
        loop.Run(async Coroutine () =>
        {
            await Task.Delay(TimeSpan.FromHours(1), loop.Clock);
            Assert.True(loop.Loop.IsOnLoopThread);
            await LoopTask.Sleep(s_second);
        });
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(3601), loop.Clock.GetUtcNow());
    }

    [Fact(Timeout = 30000)]
    public void Run_Again_GoesOnWithWhatIsLeft()
    {
        using var loop = new VirtualTimeLoop();
        LoopTask<int> task = null!;
        loop.Run(async Coroutine () =>
        {
            task = loop.Loop.CreateTask(LoopTask.Sleep(TimeSpan.FromMinutes(5), 5));
            await LoopTask.Sleep(s_second);
        });
        Assert.False(task.IsDone);
        Assert.Equal(5, loop.Run(async Coroutine<int> () => await task));
        Assert.Equal(TimeSpan.FromMinutes(5), loop.Clock.Elapsed);
    }

    [Fact(Timeout = 30000)]
    public void Dispose_WithTasksLeft_EndsThemOnVirtualTime()
    {
        TimeSpan? ended = null;
        VirtualTime.Run(async Coroutine () =>
        {
            _ = EventLoop.Running.CreateTask(CleanUp());
            await LoopTask.Sleep(s_second);
        });
        Assert.Equal(TimeSpan.FromMinutes(10) + s_second, ended);

        async Coroutine CleanUp()
        {
            try
            {
                await LoopTask.Sleep(TimeSpan.FromDays(1));
            }
            finally
            {
                await LoopTask.Sleep(TimeSpan.FromMinutes(10));
                ended = Now;
            }
        }
    }

    internal static async Coroutine Throws<TException>(Func<Coroutine> body)
        where TException : Exception
    {
        try
        {
            await body();
        }
        catch (TException)
        {
            return;
        }

        Assert.Fail($"Expected {typeof(TException).Name}; nothing was thrown.");
    }
}
