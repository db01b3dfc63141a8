namespace Bridge.Executors;

/// <content>Interrupting the function of a job, and nothing else.</content>
/// <remarks>
/// The interrupter announces itself, then looks whether the function still runs; the worker says that it does not, then looks whether somebody
/// announced himself. One of the two sees the other. The worker's side is run for every job and has no fence; the interrupter, which is
/// rare, fences every processor at once.
/// </remarks>
internal sealed partial class Worker
{
    /// <summary>A job's function runs. Written by this thread, read by interrupters.</summary>
    private bool _interruptible;

    /// <summary>Interrupters at work. Interlocked, any thread.</summary>
    private int _interrupters;

    /// <summary>This thread was interrupted. Set by an interrupter while it is counted, cleared by this thread when none is.</summary>
    private bool _wasInterrupted;

    /// <summary>Interrupts the function being run. False: there is none. Any thread.</summary>
    internal bool InterruptJob()
    {
        Interlocked.Increment(ref _interrupters);
        try
        {
            Interlocked.MemoryBarrierProcessWide();
            if (!Volatile.Read(ref _interruptible))
            {
                return false;
            }

            Volatile.Write(ref _wasInterrupted, true);
            _thread.Interrupt();
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _interrupters);
        }
    }

    /// <summary>A job says that its function has returned. Not every job that runs on this thread is the worker's: one may run another inline.</summary>
    internal void EndInterruptible(IExecutorJob job)
    {
        if (_job is { } own && ReferenceEquals(TrackedJob.Unwrap(own), job))
        {
            EndInterruptible();
        }
    }

    /// <summary>The function has returned: an interrupt that comes from now on, or was not noticed, strikes nobody. This thread; may be called twice.</summary>
    internal void EndInterruptible()
    {
        Volatile.Write(ref _interruptible, false);
        if (Volatile.Read(ref _interrupters) != 0 || Volatile.Read(ref _wasInterrupted))
        {
            SwallowInterrupt();
        }
    }

    private void SwallowInterrupt()
    {
        var spinner = default(SteadySpin);
        while (Volatile.Read(ref _interrupters) != 0)
        {
            spinner.SpinOnce();
        }

        spinner.End();
        if (Volatile.Read(ref _wasInterrupted))
        {
            _wasInterrupted = false;
            Interrupts.Forget();
        }
    }
}
