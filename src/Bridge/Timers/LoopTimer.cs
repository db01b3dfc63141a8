using Bridge.Executors;

namespace Bridge;

/// <summary>A timer of <see cref="EventLoop.TimeProvider"/>: changed and disposed by any thread, called back on the loop thread, never beside itself.</summary>
/// <remarks>
/// What is wanted and what is set are two things. Any thread writes what is wanted, under the lock, and has <see cref="Run"/> come by: at once
/// on the loop thread, else by a post. <see cref="Run"/> calls back if that is due, and sets the loop's timer to what is wanted. So one that
/// runs too often, by an overtaken timer or a second post, does no harm.
/// </remarks>
internal sealed class LoopTimer : LoopWork, ITimer
{
    private const long Never = long.MaxValue;

    /// <summary>The limit of .NET's own timers, 49 days.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly EventLoop _loop;
    private readonly TimerCallback _callback;
    private readonly object? _state;
    private readonly ExecutionContext? _context;

    /// <summary>Guards the six fields below, which any thread reads and writes. No foreign code runs under it.</summary>
    private readonly Lock _lock = new();
    private long _deadline = Never;

    /// <summary>In ticks; 0: once.</summary>
    private long _period;
    private bool _isDisposed;

    /// <summary>A post of this timer is on its way, and will find whatever is wanted by then.</summary>
    private bool _isPosted;
    private bool _isCalling;

    /// <summary>Completed when the callback under way has ended; null if nobody waits for that.</summary>
    private TaskCompletionSource? _ended;

    /// <summary>The loop's timer and its deadline, <see cref="Never"/> if none is set. Loop thread only.</summary>
    private TimerId _timer;
    private long _setFor = Never;

    internal LoopTimer(EventLoop loop, TimerCallback callback, object? state)
    {
        _loop = loop;
        _callback = callback;
        _state = state;
        _context = AmbientContext.Capture();
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        CheckRange(dueTime, nameof(dueTime));
        CheckRange(period, nameof(period));
        long deadline = dueTime < TimeSpan.Zero ? Never : _loop.DeadlineAfter(dueTime);
        using (Interrupts.Hold(_lock))
        {
            if (_isDisposed || _loop.IsClosed)
            {
                return false;
            }

            _deadline = deadline;
            _period = Math.Max(0, period.Ticks);
        }

        return TrySet();
    }

    public void Dispose()
    {
        using (Interrupts.Hold(_lock))
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _deadline = Never;
        }

        TrySet();
    }

    /// <summary>Completes when no callback runs any more.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        using (Interrupts.Hold(_lock))
        {
            return _isCalling ? new ValueTask((_ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task) : default;
        }
    }

    internal override void Run()
    {
        bool isDue;
        using (Interrupts.Hold(_lock))
        {
            _isPosted = false;
            long now = _loop.NowTicks;
            isDue = _deadline <= now;
            if (isDue)
            {
                _isCalling = true;
                _deadline = DeadlineAfter(now);
            }
        }

        // Before the callback, which may change or dispose of the timer.
        Set();
        if (isDue)
        {
            Call();
        }
    }

    internal override string Describe() => $"timer {CallbackText.Of(_callback)}";

    private static void CheckRange(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan && (time < TimeSpan.Zero || time > s_longest))
        {
            throw new ArgumentOutOfRangeException(name, time, $"{name} is {time}; it must lie between zero and {s_longest}, or be Timeout.InfiniteTimeSpan for never.");
        }
    }

    /// <summary>The next tick on the grid of the period: late ones are made up for by one, and none shifts the others.</summary>
    private long DeadlineAfter(long now) => _period == 0 ? Never : _deadline + (((now - _deadline) / _period) + 1) * _period;

    /// <summary>False: the loop is closed.</summary>
    private bool TrySet()
    {
        if (_loop.IsOnLoopThread)
        {
            Set();
            return true;
        }

        using (Interrupts.Hold(_lock))
        {
            if (_isPosted)
            {
                return true;
            }

            _isPosted = true;
        }

        return _loop.TryPost(this, null, _context);
    }

    /// <summary>Sets the loop's timer to what is wanted. Loop thread.</summary>
    private void Set()
    {
        long wanted;
        using (Interrupts.Hold(_lock))
        {
            wanted = _deadline;
        }

        if (_setFor != Never)
        {
            // It may be due and queued already, or have run; then there is nothing to take out.
            _loop.TryRemoveTimer(_timer);
        }

        _setFor = wanted;
        if (wanted != Never)
        {
            _timer = _loop.StartTimerAt(wanted, this, _context);
        }
    }

    /// <summary>
    /// With no SynchronizationContext current, as in the callbacks of .NET's timers: a continuation that asks for none then runs here, where in
    /// the loop's it would be sent to the pool. Those that belong to the loop are queued there.
    /// </summary>
    private void Call()
    {
        SynchronizationContext? own = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            _callback(_state);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(own);
            TaskCompletionSource? ended;
            using (Interrupts.Hold(_lock))
            {
                _isCalling = false;
                ended = _ended;
            }

            ended?.TrySetResult();
        }
    }
}
