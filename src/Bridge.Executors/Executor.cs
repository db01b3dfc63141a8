namespace Bridge.Executors;

/// <summary>Runs blocking work somewhere else and hands out thread-safe futures for it.</summary>
/// <remarks>
/// <para>An executor of your own overrides three members: <see cref="Enqueue"/> and the two forms of <c>Shutdown</c>. Futures, ambient context,
/// cancellation, <c>Map</c> and limits come from here.</para>
/// <para>Ambient context: <c>Submit</c> captures the caller's <see cref="ExecutionContext"/> (unless flow is suppressed) and runs the work in it;
/// what the work changes does not leak to the next job or back to the caller.</para>
/// <para>Work ends when its delegate returns. An async lambda returns at its first await: submit synchronous work here and await tasks elsewhere.</para>
/// <para>Threads: every member may be called from any thread. After <c>Shutdown</c> submissions throw, and everything else still works.</para>
/// <para>Source: concurrent.futures' <c>Executor</c> (rows V1-V3, V8).</para>
/// </remarks>
public abstract partial class Executor : IDisposable
{
    /// <summary>Gets or sets whether submissions remember their call stack, to be shown for running and stuck jobs. Off by default: a stack
    /// costs microseconds per submission.</summary>
    public static bool CaptureSubmitSites { get; set; }

    /// <summary>Gets the name used in messages and reports.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>Gets the jobs being run at this moment, oldest thread first. Empty if the executor does not keep track.</summary>
    public virtual IReadOnlyList<RunningJob> RunningJobs => [];

    /// <summary>Hands over a job that keeps its own outcome; for adapters such as a loop's RunInExecutor.</summary>
    /// <param name="job">Run once, or abandoned.</param>
    /// <exception cref="ArgumentNullException"><paramref name="job"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The executor was shut down.</exception>
    /// <exception cref="BrokenExecutorException">The executor is broken.</exception>
    /// <remarks>Captures no ambient context: the job brings its own.</remarks>
    public void Execute(IExecutorJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (CaptureSubmitSites)
        {
            SubmitSites.Capture(job);
        }

        Enqueue(job);
    }

    /// <summary>Stops accepting work. What was accepted still runs, unless it is cancelled here.</summary>
    /// <param name="wait">True: blocks until all work has ended and the executor's own threads are gone. False: returns at once.</param>
    /// <param name="cancelFutures">True: jobs that have not begun are cancelled. Running jobs always finish.</param>
    /// <exception cref="InvalidOperationException"><paramref name="wait"/> was asked for by one of the executor's own jobs, which would wait for itself.</exception>
    /// <remarks>May be called again, also with other arguments. Source: row V3.</remarks>
    public abstract void Shutdown(bool wait = true, bool cancelFutures = false);

    /// <summary>Stops accepting work, waits a bounded time for the accepted work to end, and says what has not.</summary>
    /// <param name="timeout">Zero up to about 24 days, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancelFutures">True: jobs that have not begun are cancelled.</param>
    /// <returns>Whether everything ended, and the jobs that are stuck.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="InvalidOperationException">Called by one of the executor's own jobs, which would wait for itself.</exception>
    public abstract ShutdownReport Shutdown(TimeSpan timeout, bool cancelFutures = false);

    /// <summary>Gives an executor whose jobs take a slot of <paramref name="limiter"/> before they are handed to this one, and give it back only
    /// when the work has really ended.</summary>
    /// <param name="limiter">May be shared between executors and with other users.</param>
    /// <returns>A view with its own shutdown, which waits for its own jobs and leaves this executor and the limiter alone.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="limiter"/> is null.</exception>
    /// <remarks>No thread blocks while a job waits for its slot; slots are given in the order of submission. A job cancelled while it waits
    /// never runs. A job cancelled while it runs keeps its slot until the function returns.</remarks>
    public Executor WithLimit(CapacityLimiter limiter)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        return new LimitedExecutor(this, limiter);
    }

    /// <summary>The same as <c>Shutdown(wait: true)</c>.</summary>
    /// <exception cref="InvalidOperationException">Called by one of the executor's own jobs.</exception>
    public void Dispose()
    {
        Shutdown(wait: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Accepts a job: sees to it that <see cref="IExecutorJob.TryStart"/> and <see cref="IExecutorJob.Run"/>, or
    /// <see cref="IExecutorJob.Abandon"/>, are called once.</summary>
    /// <param name="job">The job; never null.</param>
    /// <exception cref="InvalidOperationException">The executor was shut down.</exception>
    /// <exception cref="BrokenExecutorException">The executor is broken.</exception>
    /// <remarks>Called from any thread, several at a time. If it throws it must not have kept the job.</remarks>
    protected abstract void Enqueue(IExecutorJob job);
}
