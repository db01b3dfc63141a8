using Bridge.TestKit;

namespace Bridge.Tests.Adapters;

/// <summary>Scenario 8: periodic work that never overlaps itself and does not drift.</summary>
public sealed class EveryTests : LoopTest
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private readonly List<double> _times = [];

    [Fact(Timeout = 30000)]
    public void Every_ShortTicks_KeepToTheGrid() => Run(async Coroutine () =>
    {
        using PeriodicTicks ticks = Loop.Every(s_second, async _ =>
        {
            Note();
            await LoopTask.Sleep(TimeSpan.FromMilliseconds(370));
        });
        await LoopTask.Sleep(TimeSpan.FromSeconds(4.5));
        Assert.Equal([1, 2, 3, 4], _times);
        Assert.Equal(4, ticks.Count);
    });

    [Fact(Timeout = 30000)]
    public void Every_Day_DoesNotDrift() => Run(async Coroutine () =>
    {
        using PeriodicTicks ticks = Loop.Every(TimeSpan.FromMinutes(1), async _ => await LoopTask.Sleep(TimeSpan.FromTicks(3)));
        await LoopTask.Sleep(TimeSpan.FromDays(1) + s_second);
        Assert.Equal(24 * 60, ticks.Count);
    });

    [Theory(Timeout = 30000)]
    [InlineData(MissedTicks.Skip, new double[] { 1, 4, 5, 6 })]
    [InlineData(MissedTicks.Coalesce, new double[] { 1, 3.5, 4, 5, 6 })]
    [InlineData(MissedTicks.CatchUp, new double[] { 1, 3.5, 3.5, 4, 5, 6 })]
    public void Every_LongTick_MissedOnesFollowThePolicy(MissedTicks missed, double[] expected) => Run(async Coroutine () =>
    {
        using PeriodicTicks ticks = Loop.Every(
            s_second,
            async _ =>
            {
                Note();
                if (_times.Count == 1)
                {
                    await LoopTask.Sleep(TimeSpan.FromSeconds(2.5));
                }
            },
            missed);
        await LoopTask.Sleep(TimeSpan.FromSeconds(6.5));
        Assert.Equal(expected, _times);
    });

    [Fact(Timeout = 30000)]
    public void Every_TickEndsExactlyWhenTheNextIsDue_ThatOneIsNotMissed() => Run(async Coroutine () =>
    {
        using PeriodicTicks ticks = Loop.Every(s_second, async _ =>
        {
            Note();
            await LoopTask.Sleep(s_second);
        });
        await LoopTask.Sleep(TimeSpan.FromSeconds(3.5));
        Assert.Equal([1, 2, 3], _times);
    });

    [Fact(Timeout = 30000)]
    public void Every_TicksThatTakeLong_NeverOverlap() => Run(async Coroutine () =>
    {
        int running = 0;
        using PeriodicTicks ticks = Loop.Every(
            s_second,
            async _ =>
            {
                Assert.Equal(1, ++running);
                await LoopTask.Sleep(TimeSpan.FromSeconds(1.7));
                running--;
            },
            MissedTicks.CatchUp);
        await LoopTask.Sleep(TimeSpan.FromMinutes(1));
        Assert.InRange(ticks.Count, 34, 36);
    });

    [Fact(Timeout = 30000)]
    public void Dispose_BetweenTicks_NoFurtherTick() => Run(async Coroutine () =>
    {
        PeriodicTicks ticks = Loop.Every(s_second, Tick);
        await LoopTask.Sleep(TimeSpan.FromSeconds(2));

        // The tick of second 2 may be queued already; from here on none begins.
        long before = ticks.Count;
        ticks.Dispose();
        ticks.Dispose();
        await LoopTask.Sleep(TimeSpan.FromSeconds(5));
        Assert.Equal(before, ticks.Count);
        Assert.True(ticks.IsStopped);
    });

    [Fact(Timeout = 30000)]
    public void Dispose_WhileATickRuns_CancelsItAndDisposeAsyncWaits() => Run(async Coroutine () =>
    {
        bool cleanedUp = false;
        CancellationToken token = default;
        PeriodicTicks ticks = Loop.Every(s_second, async ct =>
        {
            token = ct;
            try
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                await LoopTask.Sleep(s_second);
                cleanedUp = true;
            }
        });
        await LoopTask.Sleep(TimeSpan.FromSeconds(1.5));
        Assert.False(token.IsCancellationRequested);
        await ticks.DisposeAsync();
        Assert.True(cleanedUp);
        Assert.True(token.IsCancellationRequested);
        Assert.Equal(TimeSpan.FromSeconds(2.5), Loop.Now);
    });

    [Fact(Timeout = 30000)]
    public void Dispose_ByTheTickItself_LetsItFinish() => Run(async Coroutine () =>
    {
        PeriodicTicks ticks = null!;
        ticks = Loop.Every(s_second, async _ =>
        {
            await ticks.DisposeAsync();
            await LoopTask.Sleep(s_second);
            Note();
        });
        await LoopTask.Sleep(TimeSpan.FromSeconds(9));
        Assert.Equal([2], _times);
        Assert.True(ticks.IsStopped);
    });

    [Fact(Timeout = 30000)]
    public void Every_TickThrows_IsReportedAndGoesOn() => Run(async Coroutine () =>
    {
        var thrown = new InvalidDataException();
        using PeriodicTicks ticks = Loop.Every(s_second, async _ =>
        {
            await LoopTask.Yield();
            if (_times.Count == 0)
            {
                Note();
                throw thrown;
            }
        });
        await LoopTask.Sleep(TimeSpan.FromSeconds(3.5));
        Assert.Same(thrown, TakeReport().Exception);
        Assert.Equal(3, ticks.Count);
    });

    [Fact(Timeout = 30000)]
    public void Every_TickThrowsACancellationOfItsOwn_IsReported() => Run(async Coroutine () =>
    {
        using PeriodicTicks ticks = Loop.Every(s_second, _ => throw new TaskCanceledException());
        await LoopTask.Sleep(TimeSpan.FromSeconds(1.5));
        Assert.IsType<TaskCanceledException>(TakeReport().Exception);
        Assert.False(ticks.IsStopped);
    });

    [Fact(Timeout = 30000)]
    public void Every_StopPolicyAndTickThrows_NoFurtherTick() => Run(async Coroutine () =>
    {
        using PeriodicTicks ticks = Loop.Every(s_second, _ => throw new InvalidDataException(), failure: TickFailure.Stop);
        await LoopTask.Sleep(TimeSpan.FromSeconds(3.5));
        Assert.Contains("no further tick", TakeReport().Message, StringComparison.Ordinal);
        Assert.Equal(1, ticks.Count);
        Assert.True(ticks.IsStopped);
    });

    [Fact(Timeout = 30000)]
    public void Every_PlainAsyncMethod_RunsOnTheLoop() => Run(async Coroutine () =>
    {
        using PeriodicTicks ticks = Loop.Every(s_second, PlainTick);
        await LoopTask.Sleep(TimeSpan.FromSeconds(2.5));
        Assert.Equal([1, 2], _times);

        async Task PlainTick(CancellationToken token)
        {
            await Task.CompletedTask;
            Assert.True(Loop.IsOnLoopThread);
            Note();
        }
    });

    [Fact(Timeout = 30000)]
    public void Every_AmbientContext_IsThatOfTheCall() => Run(async Coroutine () =>
    {
        var local = new AsyncLocal<string?> { Value = "call" };
        List<string?> seen = [];
        using PeriodicTicks ticks = Loop.Every(s_second, async _ =>
        {
            seen.Add(local.Value);
            local.Value = "tick";
            await LoopTask.Yield();
        });
        local.Value = "later";
        await LoopTask.Sleep(TimeSpan.FromSeconds(2.5));
        Assert.Equal(["call", "call"], seen);
    });

    [Fact(Timeout = 30000)]
    public void Close_WhileTicking_IsQuiet()
    {
        PeriodicTicks ticks = Loop.Every(s_second, Tick);
        RunTurns(2);
        Loop.Close();
        ticks.Dispose();
        Assert.Equal(0, ticks.Count);
    }

    [Fact(Timeout = 30000)]
    public void Every_BadCalls_ThrowAtOnce()
    {
        Assert.Throws<ArgumentOutOfRangeException>("period", () => Loop.Every(TimeSpan.Zero, Tick));
        Assert.Throws<ArgumentNullException>("tick", () => Loop.Every(s_second, (Func<CancellationToken, Coroutine>)null!));
        Assert.Throws<ArgumentOutOfRangeException>("missed", () => Loop.Every(s_second, Tick, (MissedTicks)7));
        Assert.Throws<ArgumentOutOfRangeException>("failure", () => Loop.Every(s_second, Tick, failure: (TickFailure)7));
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(() => Loop.Every(s_second, Tick));
    }

    private static async Coroutine Tick(CancellationToken token) => await LoopTask.Yield();

    private void Note() => _times.Add(Loop.Now.TotalSeconds);
}
