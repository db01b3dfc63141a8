using System.Globalization;

namespace Bridge.Executors;

/// <summary>A growing pool of named background threads for blocking work, apart from the .NET thread pool so that neither starves the other.</summary>
/// <remarks>
/// <para>A thread is started only if none is idle, up to the maximum; jobs beyond that wait in order of submission. Idle threads end after a while,
/// so a pool that is forgotten ends by itself. The threads keep no ambient context and do not keep the process alive: call
/// <see cref="Executor.Shutdown(bool, bool)"/> or <c>Dispose</c> for work that must end.</para>
/// <para>Threads: every member may be called from any thread.</para>
/// <para>Source: concurrent.futures' <c>ThreadPoolExecutor</c> (rows V4, V5). There threads never retire, and the interpreter waits for them at exit.</para>
/// </remarks>
public class ThreadPoolExecutor : Executor, ICrewOwner
{
    private static int s_created = -1;

    private readonly WorkerCrew _crew;
    private readonly Action? _initializer;

    /// <summary>Creates a pool without threads; the first submission starts one.</summary>
    /// <param name="maxWorkers">The most threads that run jobs at a time, 1 or more; null: processors + 4, at most 32.</param>
    /// <param name="namePrefix">Threads are named <c>PREFIX_0</c> and up, and the pool <c>PREFIX</c>; null or empty: <c>ThreadPoolExecutor-N</c>.</param>
    /// <param name="initializer">Runs first on each new thread. If it throws, the pool is broken.</param>
    /// <param name="idleTimeout">How long an idle thread waits for work before it ends, more than zero; null: 10 s;
    /// <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</param>
    /// <param name="priority">The priority of the threads.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is below 1, or <paramref name="idleTimeout"/> is zero, negative or too long.</exception>
    public ThreadPoolExecutor(
        int? maxWorkers = null, string? namePrefix = null, Action? initializer = null, TimeSpan? idleTimeout = null,
        ThreadPriority priority = ThreadPriority.Normal)
    {
        if (maxWorkers < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(maxWorkers), maxWorkers, Messages.MaxWorkers);
        }

        if (idleTimeout is { } idle && idle != Timeout.InfiniteTimeSpan && (idle <= TimeSpan.Zero || idle.TotalMilliseconds > int.MaxValue))
        {
            throw new ArgumentOutOfRangeException(nameof(idleTimeout), idleTimeout, Messages.IdleTimeout);
        }

        MaxWorkers = maxWorkers ?? Math.Min(32, Environment.ProcessorCount + 4);
        Name = string.IsNullOrEmpty(namePrefix)
            ? string.Create(CultureInfo.InvariantCulture, $"ThreadPoolExecutor-{Interlocked.Increment(ref s_created)}")
            : namePrefix;
        _initializer = initializer;
        _crew = new WorkerCrew(this, this, new CrewOptions
        {
            MaxThreads = MaxWorkers,
            ThreadName = slot => string.Create(CultureInfo.InvariantCulture, $"{Name}_{slot}"),
            IdleMilliseconds = WaitTime.ToMilliseconds(idleTimeout ?? TimeSpan.FromSeconds(10)),
            Priority = priority,
        });
    }

    /// <summary>Gets the prefix of the thread names.</summary>
    public override string Name { get; }

    /// <summary>Gets the most threads that run jobs at a time.</summary>
    public int MaxWorkers { get; }

    /// <summary>Gets how many threads there are at this moment.</summary>
    public int ThreadCount => _crew.ThreadCount;

    /// <summary>Gets how many threads wait for work at this moment.</summary>
    public int IdleThreadCount => _crew.IdleCount;

    /// <summary>Gets how many jobs wait for a thread at this moment.</summary>
    public int QueuedJobCount => _crew.QueuedCount;

    /// <inheritdoc/>
    public override IReadOnlyList<RunningJob> RunningJobs => _crew.RunningJobs;

    /// <inheritdoc/>
    public override void Shutdown(bool wait = true, bool cancelFutures = false) => _crew.Shutdown(wait, cancelFutures);

    /// <inheritdoc/>
    public override ShutdownReport Shutdown(TimeSpan timeout, bool cancelFutures = false) => _crew.Shutdown(timeout, cancelFutures);

    /// <summary>Interrupts the jobs being run at this moment: a last means for those that block and take no token.</summary>
    /// <returns>How many were interrupted.</returns>
    /// <remarks>
    /// A <see cref="ThreadInterruptedException"/> is thrown where the job blocks in .NET, now or later; a job that blocks in the operating system or computes
    /// does not notice. It strikes the function only: threads, later jobs and those who wait for the outcome are safe from it. Any thread. See
    /// <see cref="Thread.Interrupt"/>.
    /// </remarks>
    public int InterruptRunningJobs() => _crew.InterruptRunningJobs();

    void ICrewOwner.SetUpWorker() => OnWorkerStart();

    void ICrewOwner.TearDownWorker() => OnWorkerStop();

    BrokenExecutorException ICrewOwner.Broken(string reason, Exception cause)
        => new BrokenThreadPoolException(Messages.Broken(Name, reason), cause);

    /// <inheritdoc/>
    protected override void Enqueue(IExecutorJob job) => _crew.Enqueue(job);

    /// <summary>Runs first on each new thread: calls the initializer. An override may set up more; if it throws, the pool is broken.</summary>
    protected virtual void OnWorkerStart() => _initializer?.Invoke();

    /// <summary>Runs last on each thread that was set up. What it throws goes to <see cref="ConcurrentFuture.UnhandledCallbackException"/>.</summary>
    protected virtual void OnWorkerStop()
    {
    }
}
