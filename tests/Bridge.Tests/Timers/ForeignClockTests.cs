using Bridge.Testing;
using Bridge.TestKit;

namespace Bridge.Tests.Timers;

/// <summary>Row A12: a loop that really sleeps, on a clock that somebody else moves.</summary>
public sealed class ForeignClockTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    [Fact(Timeout = 30000)]
    public async Task Sleep_ClockMovedByHand_EndsWhenItsTimeHasCome()
    {
        var clock = new VirtualClock();
        var selector = new CountingSelector(Bridge.Selectors.Selector.CreateDefault());
        using var thread = new LoopThread(new SelectorEventLoop(selector, new EventLoopOptions { TimeProvider = clock, MaximumSpin = TimeSpan.Zero }));
        await selector.Asleep.WaitAsync();
        var ran = new TaskCompletionSource();
        thread.RunOnLoop(() => thread.Loop.CallLater(s_hour, ran.SetResult));
        await selector.Asleep.WaitAsync();
        Assert.Equal(s_hour, clock.TimeUntilNextTimer);

        clock.Advance(s_hour - TimeSpan.FromTicks(1));
        thread.RunOnLoop(() => { });
        Assert.False(ran.Task.IsCompleted);
        clock.Advance(TimeSpan.FromTicks(1));
        await ran.Task;
    }

    [Fact(Timeout = 30000)]
    public async Task Sleep_TheLastTimerIsCancelled_LeavesNoAlarm()
    {
        var clock = new VirtualClock();
        var selector = new CountingSelector(Bridge.Selectors.Selector.CreateDefault());
        using var thread = new LoopThread(new SelectorEventLoop(selector, new EventLoopOptions { TimeProvider = clock, MaximumSpin = TimeSpan.Zero }));
        await selector.Asleep.WaitAsync();
        TimerHandle timer = default;
        thread.RunOnLoop(() => timer = thread.Loop.CallLater(s_hour, () => { }));
        await selector.Asleep.WaitAsync();
        Assert.NotNull(clock.TimeUntilNextTimer);
        thread.RunOnLoop(() => timer.Cancel());
        await selector.Asleep.WaitAsync();
        Assert.Null(clock.TimeUntilNextTimer);
    }

    [Theory(Timeout = 30000)]
    [InlineData(30)]
    [InlineData(60)]
    [InlineData(90)]
    public void Sleep_ClockJumpsWhileTheAlarmIsSet_IsNotProlongedByTheJump(int minutes)
    {
        var clock = new JumpingClock(TimeSpan.FromMinutes(minutes));
        using var loop = new SelectorEventLoop(null, new EventLoopOptions { TimeProvider = clock, MaximumSpin = TimeSpan.Zero });
        loop.CallLater(s_hour, loop.Stop);
        loop.RunForever();
        Assert.Equal(TimeSpan.FromMinutes(Math.Max(60, minutes)), clock.Inner.Elapsed);
    }

    [Fact(Timeout = 30000)]
    public void Sleep_ClockWhoseTimersCannotBeChanged_SaysSo()
    {
        using var loop = new SelectorEventLoop(null, new EventLoopOptions { TimeProvider = new RefusingClock(), MaximumSpin = TimeSpan.Zero });
        loop.CallLater(s_hour, loop.Stop);
        Assert.Contains("RefusingClock", Assert.Throws<InvalidOperationException>(loop.RunForever).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Sleep_OnAWrappedSystemClock_Ends()
    {
        using var loop = new SelectorEventLoop(null, new EventLoopOptions { TimeProvider = new WrappedClock() });
        loop.CallLater(TimeSpan.FromMilliseconds(3), loop.Stop);
        loop.RunForever();
        Assert.True(loop.Now >= TimeSpan.FromMilliseconds(3));
    }

    [Fact(Timeout = 30000)]
    public void Close_WithTheAlarmSet_TakesItOut()
    {
        var clock = new VirtualClock();
        var selector = new AutoJumpSelector(Bridge.Selectors.Selector.CreateDefault(), clock);
        var loop = new SelectorEventLoop(selector, new EventLoopOptions { TimeProvider = clock });
        loop.CallLater(s_hour, () => { });
        loop.CallLater(TimeSpan.FromMinutes(1), loop.Stop);
        loop.RunForever();
        loop.CallSoonThreadSafe(loop.Stop);
        loop.RunForever();
        loop.Close();
        Assert.Null(clock.TimeUntilNextTimer);
    }

    private sealed class WrappedClock : TimeProvider;

    /// <summary>Jumps once, between the loop's look at the clock and the moment its timer starts to count, and then goes on by itself.</summary>
    private sealed class JumpingClock(TimeSpan jump) : TimeProvider
    {
        internal VirtualClock Inner { get; } = new();


        public override long TimestampFrequency => Inner.TimestampFrequency;

        public override long GetTimestamp() => Inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Inner.Advance(jump);
            return new Timer(Inner, Inner.CreateTimer(callback, state, dueTime, period));
        }

        /// <summary>The second setting is the right one; then the time comes.</summary>
        private sealed class Timer(VirtualClock clock, ITimer inner) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                inner.Change(dueTime, period);
                ThreadPool.QueueUserWorkItem(_ => clock.Advance(dueTime));
                return true;
            }

            public void Dispose() => inner.Dispose();

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }

    /// <summary>A new timer is due at once, so that the loop wakes up, finds its time not come, and wants to set it again.</summary>
    private sealed class RefusingClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
            => new Timer(base.CreateTimer(callback, state, TimeSpan.Zero, period));

        public override string ToString() => nameof(RefusingClock);

        private sealed class Timer(ITimer inner) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => false;

            public void Dispose() => inner.Dispose();

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
