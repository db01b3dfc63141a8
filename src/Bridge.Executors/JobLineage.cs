using System.ComponentModel;

namespace Bridge.Executors;

/// <summary>Which jobs of single-threaded executors led to the code that runs. It flows with the ambient context. For loops and the like; not for use in user code.</summary>
/// <remarks>
/// A thread that waits inside a job lends itself to what that job caused, so that the wait can end: a job whose submitter's lineage names the job at the
/// bottom of the thread's stack. Others keep waiting for their turn.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class JobLineage
{
    private static readonly AsyncLocal<JobLineage?> s_current = new();

    private readonly BottomJob _job;
    private readonly JobLineage? _older;

    private JobLineage(BottomJob job, JobLineage? older)
    {
        _job = job;
        _older = older;
    }

    /// <summary>Captures the ambient context for work that the calling code causes elsewhere, with the lineage of this thread's job.</summary>
    /// <returns>The context; null if its flow is suppressed.</returns>
    public static ExecutionContext? CaptureContext()
    {
        ExecutionContext? plain = ExecutionContext.Capture();
        if (plain is null || Worker.Current?.Bottom is not { } job || s_current.Value?.Find(job.Crew) == job)
        {
            return plain;
        }

        // What is over cannot lend itself any more; kept, jobs that cause each other for ever would grow a chain for ever.
        JobLineage? older = s_current.Value;
        while (older is { _job.IsOver: true })
        {
            older = older._older;
        }

        s_current.Value = new JobLineage(job, older);
        ExecutionContext? marked = ExecutionContext.Capture();
        ExecutionContext.Restore(plain);
        return marked;
    }

    /// <summary>Called by a loop that begins to run: if it does so inside a job of a single-threaded executor, it runs what that job causes for that executor.</summary>
    /// <param name="offered">Called, on any thread, when there is such a job. It has <see cref="RunLentJobs"/> called on this thread, soon.</param>
    /// <param name="outer">To be given to <see cref="EndLending"/>.</param>
    /// <returns>Whether it is so; then <see cref="EndLending"/> must follow.</returns>
    public static bool TryBeginLending(Action offered, out Action? outer)
    {
        outer = null;
        if (Worker.Current is not { Bottom: { } bottom } worker)
        {
            return false;
        }

        outer = worker.Crew.SetLender(offered);
        worker.LoopsRunning++;
        if (worker.Crew.HasLent(bottom))
        {
            // It came before, when nobody could be called.
            offered();
        }

        return true;
    }

    /// <summary>The loop ends its run.</summary>
    /// <param name="outer">What <see cref="TryBeginLending"/> gave.</param>
    public static void EndLending(Action? outer)
    {
        Worker worker = Worker.Current!;
        worker.LoopsRunning--;
        worker.Crew.SetLender(outer);

        // What came meanwhile and was not run is the outer one's.
        outer?.Invoke();
    }

    /// <summary>Runs what was offered to the calling thread, if anything was.</summary>
    public static void RunLentJobs() => Worker.Current?.RunLentJobs();

    /// <summary>The job of this executor that led here and holds its thread; null if none does.</summary>
    internal static BottomJob? CauseFor(WorkerCrew crew)
        => s_current.Value?.Find(crew)
            ?? (Worker.Current is { LoopsRunning: > 0, Bottom: { } bottom } && bottom.Crew == crew ? bottom : null);

    private BottomJob? Find(WorkerCrew crew)
    {
        for (JobLineage? lineage = this; lineage is not null; lineage = lineage._older)
        {
            if (lineage._job.Crew == crew && !lineage._job.IsOver)
            {
                return lineage._job;
            }
        }

        return null;
    }
}

/// <summary>Stands for the job at the bottom of a single-threaded executor's stack, without keeping it alive.</summary>
internal sealed class BottomJob(WorkerCrew crew)
{
    /// <summary>Written by the executor's thread, once; read by any, for whom a late sight is benign: the job waits in the queue for its turn.</summary>
    private volatile bool _isOver;

    internal WorkerCrew Crew { get; } = crew;

    internal bool IsOver
    {
        get => _isOver;
        set => _isOver = value;
    }
}

/// <summary>A job in a crew's queue, and the job of the same crew that caused it.</summary>
internal readonly record struct QueuedJob(IExecutorJob Job, BottomJob? Cause);
