using System.Diagnostics;

namespace Bridge.Executors;

/// <summary>The queue and the threads behind <see cref="ThreadPoolExecutor"/> and <see cref="AffineExecutor"/>.</summary>
/// <remarks>
/// <para>One lock guards everything in this class; threads are started, woken and joined, and jobs are run and abandoned, outside it.</para>
/// <para>A worker is busy, idle (in the stack below), woken or starting; the last two have not looked at the queue yet. Idle workers are woken one
/// at a time: by a submission if none is woken, and by one that took a job while more wait, before it runs its own. So a submission pays
/// for one at most, and short jobs are done by few. New workers may take long to set themselves up, so nobody waits for them: one is
/// started if nobody is idle and more jobs wait than workers are starting. What holds whenever the lock is free: while jobs are queued no
/// worker is idle, unless one is woken; so a queued job is always taken by somebody.</para>
/// <para>The idle stack is last in, first out: the worker that ran last is the warmest, and the surplus ones at the bottom retire.</para>
/// </remarks>
internal sealed partial class WorkerCrew(Executor executor, ICrewOwner owner, CrewOptions options)
{
    private readonly Lock _lock = new();
    private readonly Queue<QueuedJob> _jobs = new();

    /// <summary>The workers that can run jobs, each at its slot, which names its thread; null where a thread has retired.</summary>
    private readonly List<Worker?> _slots = [];

    /// <summary>Workers that retired and may still be running their tear-down; joined by a shutdown, not counted any more.</summary>
    private readonly List<Worker> _leaving = [];

    /// <summary>The top of the idle stack, linked through the workers.</summary>
    private Worker? _idle;

    private int _idleCount;
    private int _threadCount;

    /// <summary>Workers called from the idle stack, and new ones, that have not looked at the queue yet.</summary>
    private int _woken;
    private int _starting;
    private bool _shutdown;

    /// <summary>Null while the crew works; then what broke it, for the exceptions of later submissions. Set once.</summary>
    private (string Reason, Exception Cause)? _broken;

    /// <summary>The length of the queue, for the spin in <see cref="Grow"/>. Written under the lock, read without: a stale value costs a thread at worst.</summary>
    private int _queued;

    /// <summary>Workers that wait awake. Interlocked: more than half the processors must not, they are needed by those whose jobs they wait for.</summary>
    private int _spinning;

    internal Executor Executor { get; } = executor;

    /// <summary>The same object as the executor, seen as the one that sets workers up.</summary>
    internal ICrewOwner Owner { get; } = owner;

    internal CrewOptions Options { get; } = options;

    internal int ThreadCount
    {
        get
        {
            using (Interrupts.Hold(_lock))
            {
                return _threadCount;
            }
        }
    }

    internal int IdleCount
    {
        get
        {
            using (Interrupts.Hold(_lock))
            {
                return _idleCount;
            }
        }
    }

    internal int QueuedCount
    {
        get
        {
            using (Interrupts.Hold(_lock))
            {
                return _jobs.Count;
            }
        }
    }

    internal void Enqueue(IExecutorJob job)
    {
        WorkerCall next;
        BottomJob? cause = null;
        if (IsSingle)
        {
            cause = JobLineage.CauseFor(this);
            if (TrackedJob.Unwrap(job) is ConcurrentFuture future)
            {
                future.RunsOn = this;
            }
        }

        Action? lender;
        using (Interrupts.Hold(_lock))
        {
            AssertInvariants();
            ThrowIfClosed();
            _jobs.Enqueue(new QueuedJob(job, cause));
            _queued = _jobs.Count;
            next = NextCall();
            lender = cause is null ? null : _lender;
        }

        lender?.Invoke();
        Make(next);
    }

    /// <summary>Wakes or starts the worker that was chosen under the lock. An interrupt of the calling thread waits until it has happened.</summary>
    internal void Make(WorkerCall call)
    {
        call.Woken?.Wake();
        if (call.Grows)
        {
            Grow();
        }
    }

    /// <summary>Whether the worker has a job to run now. False: it must end.</summary>
    internal bool TryTakeJob(Worker worker)
    {
        while (true)
        {
            using (Interrupts.Hold(_lock))
            {
                AssertInvariants();
                Arrive(worker);
                if (_jobs.TryDequeue(out var queued))
                {
                    _queued = _jobs.Count;
                    worker.Take(queued.Job, NextCall());
                    return true;
                }

                if (_shutdown || _broken is not null)
                {
                    return false;
                }

                PushIdle(worker);
            }

            if (!worker.WaitForWake(Options.IdleMilliseconds) && TryRetire(worker))
            {
                return false;
            }
        }
    }

    /// <summary>A worker could not be set up or started: fails everything that is queued, and everything that comes later.</summary>
    internal void Break(string reason, Exception cause)
    {
        ConcurrentFuture.Report(Executor, cause, Messages.Broken(Executor.Name, reason));
        List<IExecutorJob> dropped;
        using (Interrupts.Hold(_lock))
        {
            _broken ??= (reason, cause);
            dropped = TakeQueue();
        }

        WakeAll();
        foreach (var job in dropped)
        {
            // An exception object per job: several threads rethrowing one would mix up its stack trace.
            JobGuard.Abandon(Executor, job, Owner.Broken(reason, cause));
        }
    }

    /// <summary>The worker's thread is about to end.</summary>
    internal void Leave(Worker worker)
    {
        using (Interrupts.Hold(_lock))
        {
            Arrive(worker);

            // One that did not retire stays in its slot, so that every Shutdown(wait: true) can join it.
            if (!_leaving.Remove(worker))
            {
                _threadCount--;
            }
        }
    }

    internal void ThrowIfOnlyThisThreadCouldRun(ConcurrentFuture future)
    {
        if (Options.MaxThreads != 1)
        {
            return;
        }

        bool queued = false;
        using (Interrupts.Hold(_lock))
        {
            BottomJob? bottom = Worker.Current?.KnownBottom;
            foreach (var job in _jobs)
            {
                queued |= TrackedJob.Unwrap(job.Job) == future && (job.Cause is null || job.Cause != bottom);
            }
        }

        if (queued)
        {
            throw new InvalidOperationException(Messages.WouldWaitForItself(future, Executor.Name));
        }
    }

    private void ThrowIfClosed()
    {
        if (_broken is { } broken)
        {
            throw Owner.Broken(broken.Reason, broken.Cause);
        }

        if (_shutdown)
        {
            throw new InvalidOperationException(Messages.Shutdown(Executor.Name));
        }
    }

    /// <summary>The worker looks at the queue now, whatever brought it here: a call, a time-out, a call that came too late, an interrupt.</summary>
    private void Arrive(Worker worker)
    {
        if (worker.IsIdle)
        {
            Unlink(worker);
        }

        if (worker.IsWoken)
        {
            worker.IsWoken = false;
            _woken--;
        }

        if (worker.IsStarting)
        {
            worker.IsStarting = false;
            _starting--;
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_lock.IsHeldByCurrentThread, "Invariants can only be checked while holding the lock.");
        Debug.Assert(_woken >= 0 && _starting >= 0 && _idleCount >= 0 && _idleCount + _woken + _starting <= _threadCount, "Workers are counted once.");
        Debug.Assert(_jobs.Count == 0 || _idle is null || _woken > 0, "A job waits although a worker is idle.");
        Debug.Assert(_threadCount <= Options.MaxThreads, "More workers than allowed.");
    }
}

/// <summary>Who is called next: an idle worker, a new one, or nobody.</summary>
internal readonly record struct WorkerCall(Worker? Woken, bool Grows);
