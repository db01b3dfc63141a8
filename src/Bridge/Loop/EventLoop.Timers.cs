namespace Bridge;

/// <content>CallLater and CallAt.</content>
public abstract partial class EventLoop
{
    /// <summary>Loop time: monotonic, zero when the loop was made. All deadlines are on this clock. Any thread.</summary>
    /// <remarks>Source: <c>loop.time</c>.</remarks>
    public TimeSpan Now => TimeSpan.FromTicks(_clock.NowTicks);

    /// <summary>The loop's clock, with timers that run on the loop, for code that takes a <see cref="System.TimeProvider"/>. Any thread.</summary>
    /// <remarks>
    /// <para>
    /// With it <c>Task.Delay</c>, <c>Task.WaitAsync</c>, <see cref="PeriodicTimer"/>, <see cref="CancellationTokenSource"/> and libraries that take one
    /// keep the loop's time, virtual time in tests. Reading the time is reading <see cref="EventLoopOptions.TimeProvider"/>.
    /// </para>
    /// <para>
    /// <c>CreateTimer</c>, and <c>Change</c>, <c>Dispose</c> and <c>DisposeAsync</c> of its timers, are for any thread. Due time and period lie between zero and
    /// 49 days or are <see cref="Timeout.InfiniteTimeSpan"/>, else they throw <see cref="ArgumentOutOfRangeException"/>. The callback runs on the loop
    /// thread, in the ambient context of <c>CreateTimer</c>, with no SynchronizationContext current, and never beside itself; what it throws goes to the
    /// exception handler. Periods keep to their grid: ticks that were missed are made up for by one. After <c>Dispose</c> on the loop thread no
    /// callback starts; elsewhere one may be under way, which <c>DisposeAsync</c> waits for.
    /// </para>
    /// <para>
    /// Timers that are set when the loop closes never run, like those of <c>CallLater</c>. After that <c>CreateTimer</c> throws
    /// <see cref="ObjectDisposedException"/> and <c>Change</c> returns false. No source in asyncio.
    /// </para>
    /// </remarks>
    public TimeProvider TimeProvider { get; }

    /// <summary>What the clock can tell apart: 100 ns. A timer never runs earlier than its deadline minus this. Any thread.</summary>
    public static TimeSpan ClockResolution => TimeSpan.FromTicks(LoopClock.ResolutionTicks);

    /// <summary>Timers scheduled and neither due nor cancelled. Loop thread.</summary>
    public int TimerCount => _timers.Count;

    /// <summary>Runs a callback once a delay has passed.</summary>
    /// <param name="delay">From now on the loop's clock. Zero or negative: the next turn.</param>
    /// <param name="callback">What it throws goes to the exception handler.</param>
    /// <param name="context">The ambient context to run in. Null: the one captured here.</param>
    /// <returns>A handle to cancel it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>Order: by deadline, then by call. Allocates nothing once as many timers have existed at a time. Source: <c>loop.call_later</c>.</remarks>
    public TimerHandle CallLater(TimeSpan delay, Action callback, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        AssertCanSchedule();
        return StartTimer(_clock.DeadlineAfter(delay), delay <= TimeSpan.Zero, callback, null, context);
    }

    /// <summary>Runs a callback with an argument once a delay has passed.</summary>
    /// <param name="delay">From now on the loop's clock. Zero or negative: the next turn.</param>
    /// <param name="callback">What it throws goes to the exception handler.</param>
    /// <param name="state">Its argument.</param>
    /// <param name="context">The ambient context to run in. Null: the one captured here.</param>
    /// <returns>A handle to cancel it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="CallLater(TimeSpan, Action, ExecutionContext?)"/>.</remarks>
    public TimerHandle CallLater(TimeSpan delay, Action<object?> callback, object? state, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        AssertCanSchedule();
        return StartTimer(_clock.DeadlineAfter(delay), delay <= TimeSpan.Zero, callback, state, context);
    }

    /// <summary>Runs a callback at a point in loop time.</summary>
    /// <param name="when">The deadline on <see cref="Now"/>'s clock. In the past: the next turn.</param>
    /// <param name="callback">What it throws goes to the exception handler.</param>
    /// <param name="context">The ambient context to run in. Null: the one captured here.</param>
    /// <returns>A handle to cancel it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>Stronger than asyncio: equal deadlines run in the order of the calls. Source: <c>loop.call_at</c>.</remarks>
    public TimerHandle CallAt(TimeSpan when, Action callback, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        AssertCanSchedule();
        return StartTimer(when.Ticks, when.Ticks <= _lastPoll, callback, null, context);
    }

    /// <summary>Runs a callback with an argument at a point in loop time.</summary>
    /// <param name="when">The deadline on <see cref="Now"/>'s clock. In the past: the next turn.</param>
    /// <param name="callback">What it throws goes to the exception handler.</param>
    /// <param name="state">Its argument.</param>
    /// <param name="context">The ambient context to run in. Null: the one captured here.</param>
    /// <returns>A handle to cancel it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="CallAt(TimeSpan, Action, ExecutionContext?)"/>.</remarks>
    public TimerHandle CallAt(TimeSpan when, Action<object?> callback, object? state, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        AssertCanSchedule();
        return StartTimer(when.Ticks, when.Ticks <= _lastPoll, callback, state, context);
    }

    /// <summary>Starts a sleep's timer. Loop thread.</summary>
    internal TimerId StartTimer(TimeSpan delay, LoopWork sleeper, ExecutionContext? context)
        => _timers.Add(_clock.DeadlineAfter(delay), sleeper, null, context);

    /// <summary>Starts a timer at a point in loop time. Loop thread.</summary>
    internal TimerId StartTimerAt(long deadline, LoopWork work, ExecutionContext? context)
    {
        _pollDue |= deadline <= _clock.NowTicks;
        return _timers.Add(deadline, work, null, context);
    }

    /// <summary><see cref="Now"/> in ticks. Any thread.</summary>
    internal long NowTicks => _clock.NowTicks;

    /// <summary>The point in loop time that lies so far ahead, at most the end of time. Any thread.</summary>
    internal long DeadlineAfter(TimeSpan delay) => _clock.DeadlineAfter(delay);

    /// <summary>Has a sleep's timer, which is not due yet, wake another one. Loop thread.</summary>
    internal void RedirectTimer(TimerId timer, LoopWork sleeper) => _timers.Redirect(timer, sleeper);

    /// <summary>Takes a sleep's timer out. False: it is due already. Loop thread.</summary>
    internal bool TryRemoveTimer(TimerId timer) => !IsClosed && _timers.TryRemove(timer);

    /// <summary>Takes a timer out, or keeps a due one from running.</summary>
    internal bool CancelTimer(TimerId timer)
    {
        AssertLoopThread();
        return !IsClosed && (_timers.TryRemove(timer) || (_timers.TryGetQueued(timer, out long queued) && _ready.Cancel(queued)));
    }

    internal bool IsTimerPending(TimerId timer)
    {
        AssertLoopThread();
        return !IsClosed && (_timers.Contains(timer) || (_timers.TryGetQueued(timer, out long queued) && _ready.IsPending(queued)));
    }

    private TimerHandle StartTimer(long deadline, bool due, object callback, object? state, ExecutionContext? context)
    {
        callback = Traced(callback, ref state);
        TimerId timer = _timers.Add(deadline, callback, state, context ?? CaptureContext());
        _pollDue |= due;
        return new TimerHandle(this, timer, deadline);
    }
}
