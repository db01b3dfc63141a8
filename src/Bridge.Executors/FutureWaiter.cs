namespace Bridge.Executors;

/// <summary>One blocked call of Wait or AsCompleted: collects the futures that are done and says when enough are.</summary>
/// <remarks>
/// Each future tells it exactly once: whoever takes the waiter out of the future's list, the completer or the waiting thread itself,
/// does the telling. Everything is guarded by one monitor, which the waiting thread also waits on.
/// </remarks>
internal sealed class FutureWaiter(WaitCondition condition, int pending)
{
    private readonly object _lock = new();
    private readonly Queue<ConcurrentFuture> _finished = new();
    private int _pending = pending;
    private bool _enough = pending == 0;

    /// <summary>Rung as well, if the waiting thread lends itself meanwhile.</summary>
    private Bell? _bell;

    internal bool IsSatisfied
    {
        get
        {
            lock (_lock)
            {
                return _enough;
            }
        }
    }

    internal void Completed(ConcurrentFuture future, bool failed)
    {
        Bell? bell;
        using (Interrupts.Hold(_lock))
        {
            _finished.Enqueue(future);
            _pending--;
            _enough |= _pending == 0
                || condition == WaitCondition.FirstCompleted
                || (failed && condition == WaitCondition.FirstException);
            if (_enough)
            {
                Monitor.Pulse(_lock);
            }

            bell = _bell;
        }

        bell?.Ring();
    }

    internal void SetBell(Bell bell)
    {
        lock (_lock)
        {
            _bell = bell;
        }
    }

    /// <summary>Blocks until enough futures are done. False: time is up.</summary>
    internal bool Wait(WaitTime time)
        => time.Remaining != 0 && Worker.Current is { Bottom: not null } worker ? worker.LendUntil(this, time) : Block(time);

    private bool Block(WaitTime time)
    {
        lock (_lock)
        {
            while (!_enough)
            {
                int milliseconds = time.Remaining;
                if (milliseconds == 0 || !Monitor.Wait(_lock, milliseconds))
                {
                    return _enough;
                }
            }

            return true;
        }
    }

    /// <summary>Takes one future that is done. False: none is left, and the next Wait blocks until one more is.</summary>
    internal bool TryTake(out ConcurrentFuture? future)
    {
        lock (_lock)
        {
            bool taken = _finished.TryDequeue(out future);
            _enough = taken || _pending == 0;
            return taken;
        }
    }
}
