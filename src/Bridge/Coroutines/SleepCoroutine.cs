namespace Bridge;

/// <summary>The coroutine of <see cref="LoopTask.Sleep(TimeSpan)"/>, written by hand: one small object, and a pooled timer.</summary>
internal sealed class SleepCoroutine : Coroutine
{
    private readonly TimeSpan _delay;
    private bool _slept;

    internal SleepCoroutine(TimeSpan delay) => _delay = delay;

    internal override string MethodName => "LoopTask.Sleep";

    private protected override void MoveNext()
    {
        EventLoop loop = RunningLoop.Required;
        if (!_slept)
        {
            _slept = true;
            Sleep.Begin(loop, this, _delay);
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
internal sealed class SleepCoroutine<T> : Coroutine<T>
{
    private readonly TimeSpan _delay;
    private readonly T _result;
    private bool _slept;

    internal SleepCoroutine(TimeSpan delay, T result)
    {
        _delay = delay;
        _result = result;
    }

    internal override string MethodName => "LoopTask.Sleep";

    private protected override void MoveNext()
    {
        EventLoop loop = RunningLoop.Required;
        if (!_slept)
        {
            _slept = true;
            Sleep.Begin(loop, this, _delay);
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

    internal static void Begin(EventLoop loop, Coroutine sleeper, TimeSpan delay)
    {
        LoopTask task = loop.CurrentTask!;
        if (delay <= TimeSpan.Zero)
        {
            task.SuspendOn(sleeper, YieldWait.Instance);
        }
        else
        {
            task.SuspendOn(sleeper, loop.StartTimer(delay, task, null, loop.CaptureContext()));
        }
    }

    internal static Exception? WasCancelled(EventLoop loop)
    {
        Exception? cancelled = loop.ThrowIntoStep;
        loop.ThrowIntoStep = null;
        return cancelled;
    }
}
