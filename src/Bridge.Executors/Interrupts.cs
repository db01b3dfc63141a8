namespace Bridge.Executors;

/// <summary>Keeps Thread.Interrupt from breaking off what others rely on.</summary>
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
}
