namespace Bridge.Executors;

/// <summary>One dedicated background thread that runs every job, in order of submission.</summary>
/// <remarks>
/// <para>The thread starts with the first submission and stays until shutdown. A job that blocks for a later job of the same executor could wait
/// for ever; <c>GetResult</c> throws there instead.</para>
/// <para>Threads: every member may be called from any thread.</para>
/// <para>Use <see cref="AffineExecutor{T}"/> to give the thread an object to own.</para>
/// </remarks>
public class AffineExecutor : Executor, ICrewOwner
{
    private readonly WorkerCrew _crew;

    /// <summary>Creates the executor; its thread starts with the first submission.</summary>
    /// <param name="name">The name of the executor and its thread; null: <c>AffineExecutor</c>.</param>
    /// <param name="apartment">The COM apartment of the thread, meaningful on Windows only.</param>
    /// <exception cref="PlatformNotSupportedException"><paramref name="apartment"/> is <see cref="ApartmentState.STA"/> and this is not Windows.</exception>
    public AffineExecutor(string? name = null, ApartmentState apartment = ApartmentState.Unknown)
    {
        if (apartment == ApartmentState.STA && !OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException(Messages.StaNeedsWindows);
        }

        Name = name ?? nameof(AffineExecutor);
        _crew = new WorkerCrew(this, this, new CrewOptions { MaxThreads = 1, ThreadName = _ => Name, Apartment = apartment });
    }

    /// <summary>Gets the name of the executor and of its thread.</summary>
    public override string Name { get; }

    /// <summary>Gets whether the calling thread is this executor's thread.</summary>
    public bool IsCurrentThread => Worker.Current?.Crew == _crew;

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

    void ICrewOwner.SetUpWorker() => OnThreadStart();

    void ICrewOwner.TearDownWorker() => OnThreadStop();

    BrokenExecutorException ICrewOwner.Broken(string reason, Exception cause) => new(Messages.Broken(Name, reason), cause);

    /// <inheritdoc/>
    protected override void Enqueue(IExecutorJob job) => _crew.Enqueue(job);

    /// <summary>Runs first on the thread. If it throws, the executor is broken.</summary>
    protected virtual void OnThreadStart()
    {
    }

    /// <summary>Runs last on the thread. What it throws goes to <see cref="ConcurrentFuture.UnhandledCallbackException"/>.</summary>
    protected virtual void OnThreadStop()
    {
    }
}
