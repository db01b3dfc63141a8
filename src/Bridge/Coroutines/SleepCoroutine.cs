namespace Bridge;

/// <summary>The coroutine of <see cref="LoopTask.Sleep(TimeSpan)"/>, written by hand: one small object, and a timer.</summary>
internal sealed class SleepCoroutine : Coroutine, ISleeper
{
    /// <summary>The delay; once the sleep has begun, its timer's sequence number.</summary>
    private long _ticks;
    private int _timerIndex;
    private bool _slept;

    internal SleepCoroutine(TimeSpan delay) => _ticks = delay.Ticks;

    internal override string MethodName => "LoopTask.Sleep";

    TimerId ISleeper.Timer => new(_timerIndex, _ticks);

    private protected override void MoveNext()
    {
        EventLoop loop = RunningLoop.Required;
        if (!_slept)
        {
            _slept = true;
            (_timerIndex, _ticks) = Sleep.Begin(loop, this, _ticks);
        }
        else if (Sleep.WasCancelled(loop) is { } cancelled)
        {
            Fail(cancelled);
        }
        else
        {
            Succeed();
        }
    }
}

/// <summary>The same with a result.</summary>
internal sealed class SleepCoroutine<T> : Coroutine<T>, ISleeper
{
    private readonly T _result;
    private long _ticks;
    private int _timerIndex;
    private bool _slept;

    internal SleepCoroutine(TimeSpan delay, T result)
    {
        _ticks = delay.Ticks;
        _result = result;
    }

    internal override string MethodName => "LoopTask.Sleep";

    TimerId ISleeper.Timer => new(_timerIndex, _ticks);

    private protected override void MoveNext()
    {
        EventLoop loop = RunningLoop.Required;
        if (!_slept)
        {
            _slept = true;
            (_timerIndex, _ticks) = Sleep.Begin(loop, this, _ticks);
        }
        else if (Sleep.WasCancelled(loop) is { } cancelled)
        {
            Fail(cancelled);
        }
        else
        {
            Succeed(_result);
        }
    }
}

/// <summary>The innermost coroutine of a task that waits for <see cref="SleepWait"/>.</summary>
internal interface ISleeper
{
    /// <summary>What will wake the task.</summary>
    TimerId Timer { get; }
}

/// <summary>What a sleeping task waits for: its innermost coroutine knows the timer.</summary>
internal sealed class SleepWait : LoopWork
{
    internal static readonly SleepWait Instance = new();

    internal override void Run() => throw new InvalidOperationException("A sleep is not run.");
}

/// <summary>What both kinds of sleep do: the guard, and the two halves.</summary>
internal static class Sleep
{
    /// <summary>Sleeps made so far; benign race: it only picks which ones are guarded.</summary>
    private static int s_made;

    /// <summary>A sleep that is not awaited is the commonest forgotten await of all.</summary>
    internal static TSleep Guarded<TSleep>(TSleep sleep)
        where TSleep : Coroutine
    {
        if (NeverAwaited.Picks(s_made++))
        {
            sleep.Guard(new NeverAwaited(sleep.MethodName, RunningLoop.Current));
        }

        return sleep;
    }

    /// <summary>Suspends the current task. The timer means nothing if the sleep is but a yield.</summary>
    internal static TimerId Begin(EventLoop loop, Coroutine sleeper, long delay)
    {
        LoopTask task = loop.CurrentTask!;
        if (delay <= 0)
        {
            task.SuspendOn(sleeper, YieldWait.Instance);
            return default;
        }

        TimerId timer = loop.StartTimer(TimeSpan.FromTicks(delay), task, loop.CaptureContext());
        task.SuspendOn(sleeper, SleepWait.Instance);
        return timer;
    }

    internal static Exception? WasCancelled(EventLoop loop)
    {
        Exception? cancelled = loop.ThrowIntoStep;
        loop.ThrowIntoStep = null;
        return cancelled;
    }
}
