namespace Bridge.Executors;

/// <content>Lending the one thread of a single-threaded executor, and circles of such threads that wait for each other.</content>
internal sealed partial class WorkerCrew
{
    /// <summary>Circles are short; a longer chain is not followed.</summary>
    private const int LongestChain = 100;

    /// <summary>Called when a job comes that the thread may run inside the one it waits in; null while it does not wait. Under the lock.</summary>
    private Action? _lender;

    internal bool IsSingle => Options.MaxThreads == 1;

    /// <summary>Sets whom to call, and returns who was called before.</summary>
    internal Action? SetLender(Action? lender)
    {
        using (Interrupts.Hold(_lock))
        {
            Action? before = _lender;
            _lender = lender;
            return before;
        }
    }

    /// <summary>Whether a job waits that <paramref name="bottom"/> caused.</summary>
    internal bool HasLent(BottomJob bottom)
    {
        using (Interrupts.Hold(_lock))
        {
            return _jobs.Any(queued => queued.Cause == bottom);
        }
    }

    /// <summary>Takes the oldest job that <paramref name="bottom"/> caused; the others keep their order.</summary>
    internal IExecutorJob? TakeLent(BottomJob bottom)
    {
        using (Interrupts.Hold(_lock))
        {
            IExecutorJob? taken = null;
            for (int left = _jobs.Count; left > 0; left--)
            {
                QueuedJob next = _jobs.Dequeue();
                if (taken is null && next.Cause == bottom)
                {
                    taken = next.Job;
                }
                else
                {
                    _jobs.Enqueue(next);
                }
            }

            _queued = _jobs.Count;
            return taken;
        }
    }

    /// <summary>Throws if waiting would close a circle: each thread waits for a job that only the next one could run, and the last for one of the first.</summary>
    internal void ThrowIfCircle(Worker worker, ConcurrentFuture future)
    {
        List<ConcurrentFuture> chain = [];
        for (int i = 0; i < LongestChain; i++)
        {
            if (future.IsDone || future.RunsOn is not { } crew || crew.IsLent(future))
            {
                return;
            }

            chain.Add(future);
            if (crew == this)
            {
                throw new InvalidOperationException(Messages.Circle(Executor.Name, chain));
            }

            if (crew.OnlyWorker is not { } other || other == worker || other.WaitingFor is not { } next)
            {
                return;
            }

            future = next;
        }
    }

    private Worker? OnlyWorker
    {
        get
        {
            using (Interrupts.Hold(_lock))
            {
                return _slots.Count > 0 ? _slots[0] : null;
            }
        }
    }

    /// <summary>Whether the thread runs it while it waits.</summary>
    private bool IsLent(ConcurrentFuture future)
    {
        using (Interrupts.Hold(_lock))
        {
            BottomJob? bottom = _slots.Count > 0 ? _slots[0]?.KnownBottom : null;
            foreach (QueuedJob queued in _jobs)
            {
                if (TrackedJob.Unwrap(queued.Job) == future)
                {
                    return bottom is not null && queued.Cause == bottom;
                }
            }
        }

        return false;
    }
}
