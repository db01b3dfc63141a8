namespace Bridge.Executors;

/// <summary>Keeps Thread.Interrupt from breaking off what others rely on.</summary>
/// <remarks>This file is compiled into both libraries.</remarks>
internal static class Interrupts
{
    /// <summary>Does a step that an interrupt can strike only before it has any effect; it is then done again, and the interrupt strikes at the thread's next wait.</summary>
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

    /// <summary>Enters a lock, also if the thread is interrupted meanwhile; that strikes at its next wait.</summary>
    internal static void Enter(Lock gate)
    {
        if (!gate.TryEnter())
        {
            Defer(gate, static gate => gate.Enter());
        }
    }

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
}
