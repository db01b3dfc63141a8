namespace Bridge;

/// <content>Seen from outside: what holds the loop up, whether it waits, computes, sleeps, or does synchronous I/O.</content>
public abstract partial class EventLoop
{
    /// <summary>Turns begun. Written by the loop thread, read by any.</summary>
    private long _turns;

    /// <summary>Null while nobody watches. Any thread, by exchange.</summary>
    private WatchedLoop? _watched;

    /// <summary>What the loop runs at this moment; null if nothing. Any thread, also while the loop is stuck.</summary>
    /// <remarks>
    /// A snapshot of a loop that goes on meanwhile: of one that is stuck it is exact. <see cref="LoopBlock.Duration"/> is known while a watchdog runs
    /// (<see cref="StartWatchdog"/>) and has seen the callback.
    /// </remarks>
    public LoopBlock? CurrentBlocker
        => RunningCallback is { } running ? Describe(LoopBlockKind.Callback, Volatile.Read(ref _watched)?.RunningSince(Progress), running) : null;

    internal long Turns => Volatile.Read(ref _turns);

    /// <summary>Callbacks begun: changes with each. Any thread.</summary>
    internal long Progress => _ready.Head + _inbox.Taken;

    /// <summary>What the loop runs at this moment; null if nothing. Any thread: others see a moment that may be over.</summary>
    internal object? RunningCallback => _inbox.Running ?? _ready.Running;

    /// <summary>Has a thread watch the loop: a callback, or a turn, that takes longer than its budget is told to <see cref="BlockingHandler"/> while it still runs.</summary>
    /// <param name="budget">From a millisecond to a day. It is noticed after that long, and half as long again at the latest; each callback and turn is reported once.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="budget"/> is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// One thread watches all loops of the process, by the system's clock. It costs the loop nothing: it reads what the loop writes anyway. A second
    /// call changes the budget. Any thread.
    /// </remarks>
    public void StartWatchdog(TimeSpan budget)
    {
        CheckBudget(budget);
        ThrowIfClosed();
        var watched = new WatchedLoop(this, budget);

        // Added first: whoever takes it out of the field finds it in the list.
        Watchdog.Add(watched);
        Forget(Interlocked.Exchange(ref _watched, watched));
    }

    /// <summary>Ends the watch. Closing the loop does so too. Harmless if there is none. Any thread.</summary>
    public void StopWatchdog() => Forget(Interlocked.Exchange(ref _watched, null));

    /// <summary>Any thread. The callback is the one that was seen to take so long: by now it may be over.</summary>
    internal LoopBlock Describe(LoopBlockKind kind, TimeSpan? duration, object? running)
    {
        WaitSite? site = _blockedWait.Site;
        return new LoopBlock(this, kind)
        {
            Callback = running is null ? null : CallbackText.Of(running),
            Task = CurrentTaskText(),
            WaitCall = site?.Call,
            Site = site?.Method,
            Stack = site?.Stack,
            Duration = duration,
        };
    }

    private static void CheckBudget(TimeSpan budget)
    {
        if (budget < TimeSpan.FromMilliseconds(1) || budget > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(nameof(budget), budget, Messages.WatchdogBudget);
        }
    }

    private static void Forget(WatchedLoop? watched)
    {
        if (watched is not null)
        {
            Watchdog.Remove(watched);
        }
    }
}
