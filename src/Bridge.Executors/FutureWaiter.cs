namespace Bridge.Executors;

/// <summary>One blocked call of Wait or AsCompleted: collects the futures that are done and says when enough are.</summary>
/// <remarks>
/// Each future tells it exactly once: whoever takes the waiter out of the future's list, the completer or the waiting thread itself,
/// does the telling. The lists are guarded by the lock; the event is set outside nothing else, so it may be set under it.
/// </remarks>
internal sealed class FutureWaiter
{
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _enough = new();
    private readonly WaitCondition _condition;
    private readonly Queue<ConcurrentFuture> _finished = new();
    private int _pending;

    internal FutureWaiter(WaitCondition condition, int pending)
    {
        _condition = condition;
        _pending = pending;
        if (pending == 0)
        {
            _enough.Set();
        }
    }

    internal void Completed(ConcurrentFuture future, bool failed)
    {
        lock (_lock)
        {
            _finished.Enqueue(future);
            _pending--;
            if (_pending == 0
                || _condition == WaitCondition.FirstCompleted
                || (failed && _condition == WaitCondition.FirstException))
            {
                _enough.Set();
            }
        }
    }

    internal bool IsSatisfied => _enough.IsSet;

    internal bool Wait(int milliseconds) => _enough.Wait(milliseconds);

    internal bool TryTake(out ConcurrentFuture? future)
    {
        lock (_lock)
        {
            if (_finished.TryDequeue(out future))
            {
                return true;
            }

            if (_pending > 0)
            {
                _enough.Reset();
            }

            return false;
        }
    }
}
