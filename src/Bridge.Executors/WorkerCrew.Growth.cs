namespace Bridge.Executors;

/// <content>Starting threads, and the slots that name them.</content>
internal sealed partial class WorkerCrew
{
    /// <summary>Starts one more thread, unless a worker that is just finishing takes the job first.</summary>
    private void Grow()
    {
        // Starting a thread costs 100 us. A caller that submits, waits and submits again comes back a moment before its worker is idle:
        // a look of about a microsecond keeps such a caller on one thread. With one processor, the worker needs ours.
        for (int i = 0; i < 10 && Volatile.Read(ref _queued) > 0; i++)
        {
            if (Environment.ProcessorCount == 1)
            {
                Thread.Yield();
            }
            else
            {
                Thread.SpinWait(4);
            }
        }

        Worker worker;
        using (Interrupts.Hold(_lock))
        {
            AssertInvariants();
            if (_jobs.Count <= _starting || _woken > 0 || _shutdown || _threadCount >= Options.MaxThreads)
            {
                // A shutdown has started whoever was needed, so that it can join them.
                return;
            }

            worker = AddWorker();
        }

        Start(worker);
    }

    private void Start(Worker worker)
    {
        try
        {
            worker.Start();
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            bool alone;
            Worker? idle;
            using (Interrupts.Hold(_lock))
            {
                Arrive(worker);
                RemoveFromSlots(worker);
                alone = _threadCount == 0;
                idle = NextCall().Woken;
            }

            // Others take the job in time; without any it would wait for ever.
            idle?.Wake();
            if (alone)
            {
                Break("no thread could be started.", exception);
            }
        }
    }

    private Worker AddWorker()
    {
        int slot = _slots.IndexOf(null);
        if (slot < 0)
        {
            slot = _slots.Count;
            _slots.Add(null);
        }

        var worker = new Worker(this, slot) { IsStarting = true };
        _slots[slot] = worker;
        _threadCount++;
        _starting++;
        return worker;
    }

    private void RemoveFromSlots(Worker worker)
    {
        _slots[worker.Slot] = null;
        _threadCount--;
    }
}
