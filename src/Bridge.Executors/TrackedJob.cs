namespace Bridge.Executors;

/// <summary>A job on its way through a <see cref="JobTracker"/>: adds accounting to the job it wraps.</summary>
internal class TrackedJob(JobTracker tracker, IExecutorJob inner) : IExecutorJob
{
    internal enum Phase
    {
        Queued,
        Running,
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

        if (inner.TryStart())
        {
            return true;
        }

        End();
        return false;
    }

    public void Run()
    {
        try
        {
            inner.Run();
        }
        catch (Exception exception)
        {
            // A foreign job broke its contract; the thread it borrowed must not pay for it.
            ConcurrentFuture.Report(tracker.Owner, exception, Messages.InJob(tracker.Owner.Name, Name));
        }

        // Only now: the slot and the shutdown wait for the function itself, not for its future.
        End();
    }

    public void Abandon(Exception? reason)
    {
        if (tracker.TryDrop(this))
        {
            AfterEnd();
            inner.Abandon(reason);
        }
    }

    /// <summary>The job has ended or will never run, and the tracker knows. Called once, without a lock.</summary>
    protected virtual void AfterEnd()
    {
    }

    private void End()
    {
        tracker.End(this);
        AfterEnd();
    }
}
