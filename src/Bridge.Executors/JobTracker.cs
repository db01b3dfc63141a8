using System.Diagnostics;

namespace Bridge.Executors;

/// <summary>Keeps account of the jobs of an executor whose threads belong to somebody else, so that its shutdown means the same as everywhere.</summary>
/// <remarks>One lock guards the ring of jobs and their phases. Jobs are abandoned and described outside it.</remarks>
internal sealed class JobTracker(Executor owner)
{
    private readonly object _lock = new();
    private TrackedJob? _first;
    private int _queued;

    /// <summary>Jobs that run, or are being told that they will not.</summary>
    private int _active;

    private bool _shutdown;

    internal Executor Owner { get; } = owner;

    internal IReadOnlyList<RunningJob> RunningJobs
    {
        get
        {
            var seen = new List<(TrackedJob Job, Thread Thread, long StartedAt)>();
            using (Interrupts.Hold(_lock))
            {
                for (var job = _first; job is not null; job = job.Next)
                {
                    if (job.Current == TrackedJob.Phase.Running)
                    {
                        seen.Add((job, job.Thread!, job.StartedAt));
                    }
                }
            }

            // Outside the lock, because the name is asked from the job. The newest is linked first; the report begins with the oldest.
            seen.Reverse();
            return seen.ConvertAll(static seen => new RunningJob(seen.Job.Name, seen.Thread.Name, seen.Thread.ManagedThreadId,
                Stopwatch.GetElapsedTime(seen.StartedAt), SubmitSites.Find(seen.Job)));
        }
    }

    private int QueuedCount
    {
        get
        {
            using (Interrupts.Hold(_lock))
            {
                return _queued;
            }
        }
    }

    /// <summary>Accepts a job.</summary>
    internal void Add(TrackedJob job)
    {
        using (Interrupts.Hold(_lock))
        {
            if (_shutdown)
            {
                throw new InvalidOperationException(Messages.Shutdown(Owner.Name));
            }

            job.Next = _first;
            if (_first is not null)
            {
                _first.Previous = job;
            }

            _first = job;
            _queued++;
        }
    }

    /// <summary>Queued to running. False: it was dropped meanwhile. End must follow.</summary>
    internal bool TryBegin(TrackedJob job) => TryLeaveQueue(job, TrackedJob.Phase.Running);

    /// <summary>Queued to dropped. False: it runs, or has ended already. End must follow, once the job knows: until then a shutdown waits.</summary>
    internal bool TryDrop(TrackedJob job) => TryLeaveQueue(job, TrackedJob.Phase.Dropped);

    internal void End(TrackedJob job)
    {
        using (Interrupts.Hold(_lock))
        {
            _active--;
            job.Current = TrackedJob.Phase.Ended;
            job.Thread = null;
            Unlink(job);
            if (_queued + _active == 0)
            {
                Monitor.PulseAll(_lock);
            }
        }
    }

    internal void Shutdown(bool wait, bool cancelFutures)
    {
        if (wait)
        {
            ThrowIfOwnJob();
        }

        Close(cancelFutures);
        if (wait)
        {
            WaitUntilEmpty(WaitTime.Unlimited);
        }
    }

    internal ShutdownReport Shutdown(TimeSpan timeout, bool cancelFutures)
    {
        var time = WaitTime.StartingNow(timeout);
        ThrowIfOwnJob();
        Close(cancelFutures);
        return WaitUntilEmpty(time) ? new ShutdownReport(true, [], 0) : new ShutdownReport(false, RunningJobs, QueuedCount);
    }

    private void Close(bool cancelFutures)
    {
        List<TrackedJob> dropped = [];
        using (Interrupts.Hold(_lock))
        {
            _shutdown = true;
            for (var job = cancelFutures ? _first : null; job is not null; job = job.Next)
            {
                if (job.Current == TrackedJob.Phase.Queued)
                {
                    dropped.Add(job);
                }
            }
        }

        // The newest first is how they are linked; cancel in the order of submission. One may begin meanwhile: then Abandon does nothing.
        dropped.Reverse();
        dropped.ForEach(static job => job.Abandon(null));
    }

    private bool WaitUntilEmpty(WaitTime time)
    {
        using (Interrupts.Hold(_lock))
        {
            while (_queued + _active > 0)
            {
                int milliseconds = time.Remaining;
                if (milliseconds == 0 || !Monitor.Wait(_lock, milliseconds))
                {
                    return _queued + _active == 0;
                }
            }

            return true;
        }
    }

    private void ThrowIfOwnJob()
    {
        using (Interrupts.Hold(_lock))
        {
            for (var job = _first; job is not null; job = job.Next)
            {
                if (job.Thread == Thread.CurrentThread)
                {
                    throw new InvalidOperationException(Messages.ShutdownFromWorker(Owner.Name));
                }
            }
        }
    }

    private bool TryLeaveQueue(TrackedJob job, TrackedJob.Phase phase)
    {
        using (Interrupts.Hold(_lock))
        {
            if (job.Current != TrackedJob.Phase.Queued)
            {
                return false;
            }

            job.Current = phase;
            job.Thread = Thread.CurrentThread;   // a callback of a dropped job must not wait for the shutdown either
            job.StartedAt = Stopwatch.GetTimestamp();
            _queued--;
            _active++;
            return true;
        }
    }

    private void Unlink(TrackedJob job)
    {
        if (job.Previous is null)
        {
            _first = job.Next;
        }
        else
        {
            job.Previous.Next = job.Next;
        }

        if (job.Next is not null)
        {
            job.Next.Previous = job.Previous;
        }

        job.Previous = job.Next = null;
    }
}
