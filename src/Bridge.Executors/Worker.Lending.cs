namespace Bridge.Executors;

/// <content>The thread of a single-threaded executor that waits inside a job lends itself to the jobs which that one caused.</content>
internal sealed partial class Worker
{
    /// <summary>Made when somebody first asks in the job. This thread only.</summary>
    private BottomJob? _bottom;
    private bool _isInJob;

    /// <summary>What this thread is blocked for; null while it runs. Written by this thread, with a fence behind it; read by those who look for a circle.</summary>
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
        Action? outerLender = Crew.SetLender(bell.Ring);
        _waitingFor = future;
        try
        {
            Interlocked.MemoryBarrier();   // of two threads that close a circle at once, one sees the other
            Crew.ThrowIfCircle(this, future);
            future.AddDoneCallback(static (_, bell) => ((Bell)bell!).Ring(), bell);
            using var registration = cancellationToken.UnsafeRegister(static bell => ((Bell)bell!).Ring(), bell);
            while (true)
            {
                RunLentJobs();
                if (future.IsDone)
                {
                    return true;
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (!bell.Wait(time))
                {
                    return false;
                }
            }
        }
        finally
        {
            _waitingFor = outerWait;
            Crew.SetLender(outerLender);
            outerLender?.Invoke();
        }
    }

    internal void RunLentJobs()
    {
        while (_bottom is { } bottom && Crew.TakeLent(bottom) is { } job)
        {
            ConcurrentFuture? wait = _waitingFor;
            var home = SynchronizationContext.Current;
            IExecutorJob? outer = _job;
            long startedAt = _startedAt;
            _waitingFor = null;
            SynchronizationContext.SetSynchronizationContext(_home);
            try
            {
                RunGuarded(job);
            }
            finally
            {
                Volatile.Write(ref _startedAt, startedAt);
                Volatile.Write(ref _job, outer);
                SynchronizationContext.SetSynchronizationContext(home);
                _waitingFor = wait;
            }
        }
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

    /// <summary>Wakes a lending thread: once for any number of rings.</summary>
    private sealed class Bell
    {
        private readonly object _lock = new();
        private bool _rang;

        internal void Ring()
        {
            using (Interrupts.Hold(_lock))
            {
                _rang = true;
                Monitor.PulseAll(_lock);
            }
        }

        internal bool Wait(WaitTime time)
        {
            lock (_lock)
            {
                while (!_rang)
                {
                    int milliseconds = time.Remaining;
                    if (milliseconds == 0 || !Monitor.Wait(_lock, milliseconds))
                    {
                        return _rang;
                    }
                }

                _rang = false;
                return true;
            }
        }
    }
}
