namespace Bridge.Executors;

/// <summary>Keeps Thread.Interrupt from breaking off what others rely on.</summary>
/// <remarks>
/// An interrupt is thrown by every wait, also by that for a contended lock. Where a job is handed on, an outcome told or something put back, that
/// would lose it. Such code waits by these methods: the interrupt strikes at the thread's next wait after them. This file is compiled into both libraries.
/// </remarks>
internal static class Interrupts
{
    /// <summary>Does a step that an interrupt can strike only before it has any effect, or that can be done twice; it is then done again.</summary>
    internal static void Defer<T>(T state, Action<T> step)
    {
        bool interrupted = false;
        while (true)
        {
            try
            {
                step(state);
                break;
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        }

        if (interrupted)
        {
            Thread.CurrentThread.Interrupt();
        }
    }

    /// <summary>Enters the lock; <c>using</c> leaves it.</summary>
    internal static HeldLock Hold(Lock guard)
    {
        if (!guard.TryEnter())
        {
            Defer(guard, static guard => guard.Enter());
        }

        return new HeldLock(guard);
    }

    /// <summary>Enters the monitor; <c>using</c> leaves it. Waiting in it is up to the caller.</summary>
    internal static HeldMonitor Hold(object monitor)
    {
        if (!Monitor.TryEnter(monitor))
        {
            Defer(monitor, Monitor.Enter);
        }

        return new HeldMonitor(monitor);
    }

    /// <summary>Sets the event and wakes those who wait, for which it takes a lock.</summary>
    internal static void Set(ManualResetEventSlim signal) => Defer(signal, static signal => signal.Set());

    /// <summary>Makes this thread forget an interrupt that was for something it has done.</summary>
    internal static void Forget()
    {
        try
        {
            // A pending interrupt is thrown at once by any wait; if it was noticed before, this costs a millisecond.
            object nobodyPulses = new();
            lock (nobodyPulses)
            {
                Monitor.Wait(nobodyPulses, 1);
            }
        }
        catch (ThreadInterruptedException)
        {
        }
    }

    internal readonly ref struct HeldLock(Lock guard)
    {
        public void Dispose() => guard.Exit();
    }

    internal readonly ref struct HeldMonitor(object monitor)
    {
        public void Dispose() => Monitor.Exit(monitor);
    }
}
