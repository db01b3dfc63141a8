namespace Bridge.Executors;

/// <summary>A job on its way through a <see cref="JobTracker"/>: adds accounting to the job it wraps.</summary>
internal class TrackedJob(JobTracker tracker, IExecutorJob inner) : IExecutorJob
{
    internal enum Phase
    {
        Queued,
        Running,
        Dropped,
        Ended,
    }

    protected IExecutorJob Inner => inner;

    public string? Name => inner.Name;

    // Under the tracker's lock.
    internal Phase Current { get; set; }

    internal Thread? Thread { get; set; }

    internal long StartedAt { get; set; }

    internal TrackedJob? Previous { get; set; }

    internal TrackedJob? Next { get; set; }

    /// <summary>The job that was submitted, under everything that was wrapped around it.</summary>
    internal static IExecutorJob Unwrap(IExecutorJob job)
    {
        while (job is TrackedJob tracked)
        {
            job = tracked.Inner;
        }

        return job;
    }

    public bool TryStart()
    {
        if (!tracker.TryBegin(this))
        {
            return false;
        }

        if (JobGuard.TryStart(tracker.Owner, inner))
        {
            return true;
        }

        End();
        return false;
    }

    public void Run()
    {
        JobGuard.Run(tracker.Owner, inner);
        Worker.Current?.EndInterruptible(Unwrap(inner));

        // Only now: the slot and the shutdown wait for the function itself, not for its future.
        End();
    }

    public void Abandon(Exception? reason)
    {
        if (tracker.TryDrop(this))
        {
            JobGuard.Abandon(tracker.Owner, inner, reason);
            End();
        }
    }

    /// <summary>The job has ended or will never run. Called once, without a lock.</summary>
    protected virtual void AfterEnd()
    {
    }

    /// <summary>The last step: a shutdown that returns has seen every slot given back and every job told.</summary>
    protected void End()
    {
        AfterEnd();
        tracker.End(this);
    }
}
