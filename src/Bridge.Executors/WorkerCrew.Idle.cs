using System.Diagnostics;

namespace Bridge.Executors;

/// <content>The idle stack: a list linked through the workers, so that the oldest can retire from its bottom. All under the lock.</content>
internal sealed partial class WorkerCrew
{
    private void PushIdle(Worker worker)
    {
        Debug.Assert(!worker.IsIdle, "A worker is idle once.");
        worker.PrepareToWait();
        worker.IsIdle = true;
        worker.Below = _idle;
        worker.Above = null;
        if (_idle is not null)
        {
            _idle.Above = worker;
        }

        _idle = worker;
        _idleCount++;
    }

    /// <summary>Chooses whom to call for the jobs that wait; nobody if one was woken, who will call the next.</summary>
    private WorkerCall NextCall()
    {
        if (_jobs.Count == 0 || _woken > 0)
        {
            return default;
        }

        var idle = PopIdle();
        return new WorkerCall(idle, idle is null && _jobs.Count > _starting && !_shutdown && _threadCount < Options.MaxThreads);
    }

    /// <summary>Takes the warmest idle worker; the caller wakes it once the lock is released.</summary>
    private Worker? PopIdle()
    {
        if (_idle is not { } worker)
        {
            return null;
        }

        Unlink(worker);
        worker.IsWoken = true;
        _woken++;
        return worker;
    }

    internal bool TryBeginSpin()
    {
        if (Interlocked.Increment(ref _spinning) <= Math.Max(1, Environment.ProcessorCount / 2))
        {
            return true;
        }

        EndSpin();
        return false;
    }

    internal void EndSpin() => Interlocked.Decrement(ref _spinning);

    private void Unlink(Worker worker)
    {
        if (worker.Above is null)
        {
            _idle = worker.Below;
        }
        else
        {
            worker.Above.Below = worker.Below;
        }

        if (worker.Below is not null)
        {
            worker.Below.Above = worker.Above;
        }

        worker.Above = worker.Below = null;
        worker.IsIdle = false;
        _idleCount--;
    }

    /// <summary>Ends a worker that waited its idle time in vain. False: it was woken in the last moment and is needed.</summary>
    private bool TryRetire(Worker worker)
    {
        using (Interrupts.Hold(_lock))
        {
            if (!worker.IsIdle)
            {
                return false;
            }

            Unlink(worker);
            RemoveFromSlots(worker);
            _leaving.Add(worker);
            return true;
        }
    }

    private void WakeAll()
    {
        while (true)
        {
            Worker? worker;
            using (Interrupts.Hold(_lock))
            {
                worker = PopIdle();
            }

            if (worker is null)
            {
                return;
            }

            worker.Wake();
        }
    }
}
