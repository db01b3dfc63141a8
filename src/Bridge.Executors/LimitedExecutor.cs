namespace Bridge.Executors;

/// <summary>A view of another executor whose jobs take a slot first: see <see cref="Executor.WithLimit"/>.</summary>
internal sealed class LimitedExecutor : Executor
{
    private readonly Executor _inner;
    private readonly CapacityLimiter _limiter;
    private readonly JobTracker _jobs;

    internal LimitedExecutor(Executor inner, CapacityLimiter limiter)
    {
        _inner = inner;
        _limiter = limiter;
        _jobs = new JobTracker(this);
    }

    public override string Name => $"{_inner.Name} (limited)";

    public override IReadOnlyList<RunningJob> RunningJobs => _jobs.RunningJobs;

    public override void Shutdown(bool wait = true, bool cancelFutures = false) => _jobs.Shutdown(wait, cancelFutures);

    public override ShutdownReport Shutdown(TimeSpan timeout, bool cancelFutures = false) => _jobs.Shutdown(timeout, cancelFutures);

    protected override void Enqueue(IExecutorJob job)
    {
        var limited = new LimitedJob(this, job);
        _jobs.Add(limited);
        if (_limiter.TryAcquireOrWait(limited.Place))
        {
            limited.StartWithSlot();
        }
    }

    /// <summary>One job and its slot.</summary>
    private sealed class LimitedJob : TrackedJob
    {
        private const int Waiting = 0;
        private const int Held = 1;
        private const int Gone = 2;

        private readonly LimitedExecutor _owner;

        /// <summary>Whether this job has a slot. Moved by whoever grants (Waiting to Held) and whoever ends the job (to Gone), both by exchange:
        /// a grant that comes after the end finds Gone and is refused, an end that comes after the grant finds Held and gives the slot back.</summary>
        private int _slot;

        internal LimitedJob(LimitedExecutor owner, IExecutorJob inner)
            : base(owner._jobs, inner)
        {
            _owner = owner;
            Place = new PlaceInLine(this);
        }

        internal CapacityLimiter.Waiter Place { get; }

        /// <summary>The submitter got the slot at once. What the inner executor throws is the submitter's.</summary>
        internal void StartWithSlot()
        {
            if (Interlocked.CompareExchange(ref _slot, Held, Waiting) != Waiting)
            {
                _owner._limiter.Release();   // a shutdown dropped the job between the two lines of Enqueue
                return;
            }

            try
            {
                _owner._inner.Execute(this);
            }
            catch
            {
                if (_owner._jobs.TryDrop(this))
                {
                    End();
                }

                throw;
            }
        }

        protected override void AfterEnd()
        {
            if (Interlocked.Exchange(ref _slot, Gone) == Held)
            {
                _owner._limiter.Release();
            }
            else
            {
                _owner._limiter.TryForget(Place);
            }
        }

        /// <summary>The slot came later, in the thread that gave it back. False: not needed any more.</summary>
        private bool TryGrant()
        {
            if (Inner is ConcurrentFuture { IsCancelled: true } && _owner._jobs.TryDrop(this))
            {
                JobGuard.Abandon(_owner, Inner, null);   // it is cancelled already: this only tells it that the executor knows
                End();
                return false;
            }

            if (Interlocked.CompareExchange(ref _slot, Held, Waiting) != Waiting)
            {
                return false;
            }

            try
            {
                _owner._inner.Execute(this);
            }
            catch (Exception exception)
            {
                // The submitter is long gone, so the job carries the news. Ending it gives the slot back.
                Abandon(exception);
            }

            return true;
        }

        private sealed class PlaceInLine(LimitedJob job) : CapacityLimiter.Waiter
        {
            internal override bool TryGrant() => job.TryGrant();
        }
    }
}
