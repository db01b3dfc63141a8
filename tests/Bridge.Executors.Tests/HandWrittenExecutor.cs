namespace Bridge.Executors.Tests;

/// <summary>Row V8: what a user writes to have an executor of one's own. One thread over a locked queue.</summary>
internal sealed class HandWrittenExecutor : Executor
{
    private readonly object _lock = new();
    private readonly Queue<IExecutorJob> _jobs = new();
    private readonly Thread _thread;
    private (IExecutorJob Job, long StartedAt)? _running;
    private bool _shutdown;

    public HandWrittenExecutor()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = Name };
        _thread.Start();
    }

    public override IReadOnlyList<RunningJob> RunningJobs
    {
        get
        {
            lock (_lock)
            {
                return _running is { } running
                    ? [new RunningJob(running.Job.Name, _thread.Name, _thread.ManagedThreadId, System.Diagnostics.Stopwatch.GetElapsedTime(running.StartedAt), null)]
                    : [];
            }
        }
    }

    public override void Shutdown(bool wait = true, bool cancelFutures = false)
    {
        if (wait)
        {
            Shutdown(Timeout.InfiniteTimeSpan, cancelFutures);
        }
        else
        {
            Close(cancelFutures);
        }
    }

    public override ShutdownReport Shutdown(TimeSpan timeout, bool cancelFutures = false)
    {
        if (timeout != Timeout.InfiniteTimeSpan && (timeout < TimeSpan.Zero || timeout.TotalMilliseconds > int.MaxValue))
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "Out of range.");
        }

        if (Thread.CurrentThread == _thread)
        {
            throw new InvalidOperationException("The job would wait for itself.");
        }

        Close(cancelFutures);
        return _thread.Join(timeout) ? new ShutdownReport(true, [], 0) : new ShutdownReport(false, RunningJobs, _jobs.Count);
    }

    protected override void Enqueue(IExecutorJob job)
    {
        lock (_lock)
        {
            if (_shutdown)
            {
                throw new InvalidOperationException($"{Name} cannot schedule new work after shutdown.");
            }

            _jobs.Enqueue(job);
            Monitor.PulseAll(_lock);
        }
    }

    private void Close(bool cancelFutures)
    {
        List<IExecutorJob> dropped = [];
        lock (_lock)
        {
            _shutdown = true;
            if (cancelFutures)
            {
                dropped.AddRange(_jobs);
                _jobs.Clear();
            }

            Monitor.PulseAll(_lock);
        }

        dropped.ForEach(job => job.Abandon(null));
    }

    private void Run()
    {
        while (Next() is { } job)
        {
            if (job.TryStart())
            {
                job.Run();
            }
        }
    }

    private IExecutorJob? Next()
    {
        lock (_lock)
        {
            _running = null;
            while (_jobs.Count == 0 && !_shutdown)
            {
                Monitor.Wait(_lock);
            }

            if (!_jobs.TryDequeue(out var job))
            {
                return null;
            }

            _running = (job, System.Diagnostics.Stopwatch.GetTimestamp());
            return job;
        }
    }
}
