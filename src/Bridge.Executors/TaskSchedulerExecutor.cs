namespace Bridge.Executors;

/// <summary>Runs jobs as tasks of any <see cref="TaskScheduler"/>: the .NET thread pool, a limited or exclusive scheduler, a UI thread.</summary>
/// <remarks>
/// <para>Where, when and how many at a time is the scheduler's affair. Shutdown is this executor's own: it waits for its own jobs and leaves the
/// scheduler alone. A job that is cancelled here stays in the scheduler's queue as an empty task.</para>
/// <para>Threads: every member may be called from any thread. Waiting for a shutdown on the scheduler's only thread cannot end while jobs are queued there.</para>
/// <para>Source: row V8, an executor of one's own.</para>
/// </remarks>
public sealed class TaskSchedulerExecutor : Executor
{
    private readonly TaskScheduler _scheduler;
    private readonly JobTracker _jobs;

    /// <summary>Creates the adapter.</summary>
    /// <param name="scheduler">Runs the jobs; <see cref="TaskScheduler.Default"/> is the .NET thread pool.</param>
    /// <exception cref="ArgumentNullException"><paramref name="scheduler"/> is null.</exception>
    public TaskSchedulerExecutor(TaskScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        _scheduler = scheduler;
        _jobs = new JobTracker(this);
    }

    /// <summary>Gets the name used in messages and reports.</summary>
    public override string Name => $"{nameof(TaskSchedulerExecutor)}({_scheduler.GetType().Name})";

    /// <inheritdoc/>
    public override IReadOnlyList<RunningJob> RunningJobs => _jobs.RunningJobs;

    /// <inheritdoc/>
    public override void Shutdown(bool wait = true, bool cancelFutures = false) => _jobs.Shutdown(wait, cancelFutures);

    /// <inheritdoc/>
    public override ShutdownReport Shutdown(TimeSpan timeout, bool cancelFutures = false) => _jobs.Shutdown(timeout, cancelFutures);

    /// <inheritdoc/>
    /// <exception cref="BrokenExecutorException">The scheduler refused the task.</exception>
    protected override void Enqueue(IExecutorJob job)
    {
        var tracked = new TrackedJob(_jobs, job);
        var task = NewTask(tracked);
        _jobs.Add(tracked);
        try
        {
            task.Start(_scheduler);
        }
        catch (TaskSchedulerException exception)
        {
            // Out of the account, without abandoning the job: the caller gets the exception and keeps it.
            if (_jobs.TryDrop(tracked))
            {
                _jobs.End(tracked);
            }

            throw new BrokenExecutorException(Messages.Broken(Name, "its scheduler refused a task."), exception);
        }
    }

    private static Task NewTask(TrackedJob job)
    {
        // The job brings its own context. The task must not capture the submitter's: it may wait in the scheduler for long.
        bool suppress = !ExecutionContext.IsFlowSuppressed();
        var flow = suppress ? ExecutionContext.SuppressFlow() : default;
        try
        {
            return new Task(RunJob, job, TaskCreationOptions.DenyChildAttach);
        }
        finally
        {
            if (suppress)
            {
                flow.Undo();
            }
        }
    }

    private static void RunJob(object? state)
    {
        var job = (TrackedJob)state!;
        if (job.TryStart())
        {
            job.Run();
        }
    }
}
