namespace Bridge.Executors;

/// <content>Ending: no new jobs, the queue is run or cancelled, the threads are joined.</content>
internal sealed partial class WorkerCrew
{
    internal IReadOnlyList<RunningJob> RunningJobs
    {
        get
        {
            var running = new List<RunningJob>();
            foreach (var worker in AllWorkers())
            {
                if (worker.DescribeJob() is { } job)
                {
                    running.Add(job);
                }
            }

            return running;
        }
    }

    internal int InterruptRunningJobs()
    {
        int interrupted = 0;
        foreach (var worker in AllWorkers())
        {
            interrupted += worker.InterruptJob() ? 1 : 0;
        }

        return interrupted;
    }

    internal void Shutdown(bool wait, bool cancelFutures)
    {
        if (wait)
        {
            ThrowIfWorker();
        }

        Close(cancelFutures);
        if (wait)
        {
            foreach (var worker in AllWorkers())
            {
                worker.Join(WaitTime.Unlimited);
            }
        }
    }

    internal ShutdownReport Shutdown(TimeSpan timeout, bool cancelFutures)
    {
        var time = WaitTime.StartingNow(timeout);
        ThrowIfWorker();
        Close(cancelFutures);
        bool complete = true;
        foreach (var worker in AllWorkers())
        {
            complete &= worker.Join(time);
        }

        return complete ? new ShutdownReport(true, [], 0) : new ShutdownReport(false, RunningJobs, QueuedCount);
    }

    private void Close(bool cancelFutures)
    {
        List<IExecutorJob> dropped = [];
        List<Worker> needed = [];
        using (Interrupts.Hold(_lock))
        {
            _shutdown = true;
            if (cancelFutures)
            {
                dropped = TakeQueue();
            }

            // A submitter may stand between queueing its job and starting a thread for it. Start it here, so that the joins below see it.
            while (_broken is null && _jobs.Count > _woken + _starting && _threadCount < Options.MaxThreads)
            {
                needed.Add(AddWorker());
            }
        }

        needed.ForEach(Start);
        WakeAll();
        foreach (var job in dropped)
        {
            JobGuard.Abandon(Executor, job, null);
        }
    }

    private List<IExecutorJob> TakeQueue()
    {
        List<IExecutorJob> taken = [.. _jobs.Select(static queued => queued.Job)];
        _jobs.Clear();
        _queued = 0;
        return taken;
    }

    private List<Worker> AllWorkers()
    {
        using (Interrupts.Hold(_lock))
        {
            List<Worker> all = [.. _leaving];
            foreach (var worker in _slots)
            {
                if (worker is not null)
                {
                    all.Add(worker);
                }
            }

            return all;
        }
    }

    private void ThrowIfWorker()
    {
        if (Worker.Current?.Crew == this)
        {
            throw new InvalidOperationException(Messages.ShutdownFromWorker(Executor.Name));
        }
    }
}
