using System.Runtime.CompilerServices;
using Bridge.Executors;

namespace Bridge;

/// <content>One turn. The numbers are those of docs/design.md.</content>
public abstract partial class EventLoop
{
    /// <summary>While callbacks are ready, I/O and timers are looked at again after this many callbacks at the latest,</summary>
    private const int CallbacksBetweenPolls = 256;

    /// <summary>or after this many, once <see cref="TicksBetweenPolls"/> have passed. A look costs as much as ten callbacks, a clock read as two.</summary>
    private const int CallbacksBetweenClockReads = 16;

    /// <summary>50 us.</summary>
    private const long TicksBetweenPolls = 500;

    /// <summary>As in asyncio: no single wait is longer than a day.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(24);

    private readonly bool _strictPolling;
    private readonly bool _measureTurns;
    private readonly CrossThreadInbox _inbox = new();
    private readonly TimerWheel _timers = new();
    private readonly LoopClock _clock;

    /// <summary>Null on the system's clock, where the selector knows how long to wait.</summary>
    private readonly ClockAlarm? _alarm;
    private ReadyQueue _ready = new();
    private IdleSpin _idleSpin;

    private int _callbacksSincePoll;
    private int _nextClockRead = CallbacksBetweenClockReads;
    private long _lastPoll;

    /// <summary>Something was scheduled that the next turn must see: a timer that is due already.</summary>
    private bool _pollDue;

    private long _longestTurn;

    /// <summary>The longest time from taking a turn's callbacks to having run them. Zero unless <see cref="EventLoopOptions.MeasureTurns"/>. Any thread.</summary>
    public TimeSpan LongestTurn => TimeSpan.FromTicks(Volatile.Read(ref _longestTurn));

    /// <summary>Callbacks that were posted from other threads so far. Any thread.</summary>
    public long Posts => _inbox.PostCount;

    /// <summary>Times a post had to wake the loop. Any thread.</summary>
    public long WakeUps => _inbox.WakeCount;

    private void RunTurn()
    {
        _turns++;
        long queuedBefore = _ready.Tail;
        if (MustPoll())
        {
            Poll(); // 1, 2, 3
        }

        if (_inbox.HasPosts && !_inbox.HasBatch)
        {
            _inbox.TakeBatch(); // 4
        }

        // 6. What is ready now runs, in the order: queued before, posted, I/O, timers. What these schedule waits for the next turn.
        long queuedNow = _ready.Tail;
        long started = _measureTurns ? _clock.NowTicks : 0;
        if (_debug)
        {
            RunCallbacksWatched(queuedBefore, queuedNow);
        }
        else
        {
            if (_inbox.HasBatch)
            {
                RunQueued(queuedBefore);
                RunPosted();
            }

            RunQueued(queuedNow);
        }

        if (_measureTurns)
        {
            Volatile.Write(ref _longestTurn, Math.Max(_longestTurn, _clock.NowTicks - started));
        }
    }

    /// <summary>Whether this turn looks at I/O and timers: always when idle, else often enough that none of them waits long.</summary>
    private bool MustPoll()
    {
        if (_strictPolling || _pollDue || _stopping || (_ready.IsEmpty && !_inbox.HasBatch && !_inbox.HasPosts)
            || _callbacksSincePoll >= CallbacksBetweenPolls)
        {
            return true;
        }

        if (_callbacksSincePoll < _nextClockRead)
        {
            return false;
        }

        _nextClockRead = _callbacksSincePoll + CallbacksBetweenClockReads;
        return _clock.NowTicks - _lastPoll > TicksBetweenPolls;
    }

    private void Poll()
    {
        // 1. Cancelled timers are gone: cancelling takes them out.
        TimeSpan? timeout = _guest is null ? SleepTime() : TimeSpan.Zero; // 2. The host's thread never sleeps; see GuestDriver.
        if (timeout == TimeSpan.Zero || _idleSpin.Wait(new AwaitedPost(_inbox)) || !_inbox.TryPark())
        {
            SelectAndQueue(TimeSpan.Zero);
        }
        else
        {
            Sleep(timeout); // 3
        }

        _pollDue = false;
        _callbacksSincePoll = 0;
        _nextClockRead = CallbacksBetweenClockReads;
        _lastPoll = _clock.NowTicks;
        QueueDueTimers(_lastPoll);
    }

    /// <summary>Parked: every post from here on sees it and wakes us.</summary>
    private void Sleep(TimeSpan? timeout)
    {
        // Else the last callback's AsyncLocal values would live as long as the loop sleeps.
        SwitchContext(null);
        LatestForeignAwait = null;
        _idleSpin.SleepStarts();
        bool woken;
        try
        {
            SelectAndQueue(_alarm is null ? timeout : SetAlarm(_alarm));
        }
        finally
        {
            woken = _inbox.Unpark();
            AfterWait();
        }

        _idleSpin.SleepEnds(byWork: woken);
    }

    /// <summary>The wait on a clock of its own: the clock's timer ends it, as a post does. Zero: the time has come already.</summary>
    private TimeSpan? SetAlarm(ClockAlarm alarm)
    {
        if (_timers.TryGetWakeTime(out long wakeTime))
        {
            return alarm.TrySet(_clock, wakeTime, s_longestWait) ? null : TimeSpan.Zero;
        }

        alarm.Clear();
        return null;
    }

    /// <summary>Zero: do not wait. Null: until a wake-up or I/O.</summary>
    private TimeSpan? SleepTime()
    {
        if (!_ready.IsEmpty || _stopping || _inbox.HasBatch || _inbox.HasPosts)
        {
            return TimeSpan.Zero;
        }

        if (!_timers.TryGetWakeTime(out long wakeTime))
        {
            return _sleepLimit;
        }

        // Compared before subtracted: a deadline in the far past would overflow into a long wait.
        long now = _clock.NowTicks;
        return wakeTime <= now ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(wakeTime - now, (_sleepLimit ?? s_longestWait).Ticks));
    }

    /// <summary>5. Deadlines before now + clock resolution are due; by deadline, then in the order they were made.</summary>
    private void QueueDueTimers(long now)
    {
        _timers.ReleaseQueued(_ready.Head);
        if (_timers.Count != 0)
        {
            _timers.QueueDue(now + LoopClock.ResolutionTicks - 1, ref _ready);
        }
    }

    /// <summary>Runs the ready queue up to a sequence number; a callback's exception is reported and the next one runs.</summary>
    private void RunQueued(long end)
    {
        _callbacksSincePoll += (int)(end - _ready.Head);
        while (_ready.Head < end)
        {
            // The only local that the filter needs: it alone has to live in memory.
            object? callback = null;
            try
            {
                do
                {
                    ref ReadySlot slot = ref _ready.TakeNext();
                    callback = slot.Callback;
                    object? state = slot.State;
                    ExecutionContext? context = slot.Context;
                    if (callback is not null)
                    {
                        SwitchContext(context);
                        Invoke(callback, state);
                    }

                    // Not before: who asks what the loop is doing finds it here.
                    slot = default;
                }
                while (_ready.Head < end);
            }
            catch (Exception exception) when (IsReported(exception, callback))
            {
                _ready.ClearLast();
                ReportCallbackError(exception);
            }
        }

        _ready.RanLast();
    }

    /// <summary>Runs the batch of posts; a callback's exception is reported and the next one runs.</summary>
    private void RunPosted()
    {
        // Once, not for each: producers read this object, and every write to it would cost them a trip to the other processor.
        _callbacksSincePoll += _inbox.BatchCount;
        while (_inbox.HasBatch)
        {
            object? callback = null;
            try
            {
                do
                {
                    ReadySlot slot = _inbox.NextOfBatch();
                    callback = slot.Callback;
                    if (callback is not null)
                    {
                        SwitchContext(slot.Context);
                        Invoke(callback, slot.State);
                    }
                }
                while (_inbox.HasBatch);
            }
            catch (Exception exception) when (IsReported(exception, callback))
            {
                ReportCallbackError(exception);
            }
        }

        _inbox.EndOfBatch();
    }

    /// <summary>Calls what a slot holds. Exact type tests, commonest first: each is one compare.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Invoke(object callback, object? state)
    {
        if (callback.GetType() == typeof(Action))
        {
            Unsafe.As<Action>(callback)();
        }
        else if (callback.GetType() == typeof(Action<object?>))
        {
            Unsafe.As<Action<object?>>(callback)(state);
        }
        else if (callback.GetType() == typeof(SendOrPostCallback))
        {
            Unsafe.As<SendOrPostCallback>(callback)(state);
        }
        else
        {
            System.Diagnostics.Debug.Assert(callback is LoopWork, "A slot holds one of three delegates or LoopWork.");
            Unsafe.As<LoopWork>(callback).Run();
        }
    }
}

/// <summary>What the loop waits for awake.</summary>
internal readonly struct AwaitedPost(CrossThreadInbox inbox) : IAwaitedWork
{
    public bool IsHere => inbox.HasPosts;
}
