namespace Bridge.Executors;

/// <content>The thread of a single-threaded executor that waits inside a job lends itself to the jobs which that one caused.</content>
internal sealed partial class Worker
{
    /// <summary>Made when somebody first asks in the job. This thread only.</summary>
    private BottomJob? _bottom;
    private bool _isInJob;

    /// <summary>
    /// What this thread is blocked for, if nothing else can end that; null while it runs. Written by this thread, with a fence behind it; read by those who
    /// look for a circle.
    /// </summary>
    private volatile ConcurrentFuture? _waitingFor;

    /// <summary>The job at the bottom of this thread's stack; null outside jobs, and on threads that are one of several.</summary>
    internal BottomJob? Bottom => _isInJob && Crew.IsSingle ? _bottom ??= new BottomJob(Crew) : null;

    /// <summary>The same for other threads, which must not make one: null also if nobody asked for it.</summary>
    internal BottomJob? KnownBottom => Volatile.Read(ref _bottom);

    /// <summary>Loops that run inside the job. This thread only.</summary>
    internal int LoopsRunning { get; set; }

    internal ConcurrentFuture? WaitingFor => _waitingFor;

    /// <summary>Waits for a future and runs meanwhile what this thread's job caused. False: the time is up.</summary>
    internal bool LendUntil(ConcurrentFuture future, int milliseconds, CancellationToken cancellationToken)
    {
        var time = WaitTime.Of(milliseconds);
        var bell = new Bell();
        ConcurrentFuture? outerWait = _waitingFor;
        try
        {
            if (milliseconds < 0 && !cancellationToken.CanBeCanceled)
            {
                _waitingFor = future;
                Interlocked.MemoryBarrier();   // of two threads that close a circle at once, one sees the other
                Crew.ThrowIfCircle(this, future);
            }

            future.AddBell(bell);
            return LendUntil(bell, future, static future => future.IsDone, time, cancellationToken);
        }
        finally
        {
            future.RemoveBell(bell);
            _waitingFor = outerWait;
        }
    }

    /// <summary>The same for several futures.</summary>
    internal bool LendUntil(FutureWaiter waiter, WaitTime time)
    {
        var bell = new Bell();
        waiter.SetBell(bell);
        return LendUntil(bell, waiter, static waiter => waiter.IsSatisfied, time, CancellationToken.None);
    }

    internal void RunLentJobs()
    {
        while (_bottom is { } bottom && Crew.TakeLent(bottom) is { } job)
        {
            RunLent(job);
        }
    }

    /// <summary>The bell rings when the wait may be over.</summary>
    private bool LendUntil<T>(Bell bell, T awaited, Func<T, bool> isOver, WaitTime time, CancellationToken cancellationToken)
    {
        Action? outerLender = Crew.SetLender(bell.Ring);
        try
        {
            using var registration = cancellationToken.UnsafeRegister(static bell => ((Bell)bell!).Ring(), bell);
            while (true)
            {
                RunLentJobs();
                if (isOver(awaited))
                {
                    return true;
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (!bell.Wait(time))
                {
                    return isOver(awaited);
                }
            }
        }
        finally
        {
            Crew.SetLender(outerLender);

            // What came meanwhile and was not run is the outer one's.
            outerLender?.Invoke();
        }
    }

    /// <summary>Runs a job inside the one that waits, which is then again as it was.</summary>
    private void RunLent(IExecutorJob job)
    {
        ConcurrentFuture? wait = _waitingFor;
        var home = SynchronizationContext.Current;
        IExecutorJob? outer = _job;
        long startedAt = _startedAt;
        bool wasInterruptible = _interruptible;
        _waitingFor = null;
        SynchronizationContext.SetSynchronizationContext(_home);
        RunGuarded(job);
        SynchronizationContext.SetSynchronizationContext(home);
        Volatile.Write(ref _startedAt, startedAt);
        Volatile.Write(ref _job, outer);
        Volatile.Write(ref _interruptible, wasInterruptible);
        _waitingFor = wait;
    }

    private void BeginJob()
    {
        _bottom = null;
        _isInJob = true;
    }

    private void EndJob()
    {
        _isInJob = false;
        if (_bottom is { } bottom)
        {
            bottom.IsOver = true;
            _bottom = null;
        }
    }
}
