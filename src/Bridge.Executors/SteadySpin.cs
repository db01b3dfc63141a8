namespace Bridge.Executors;

/// <summary>Waits for the next few instructions of another thread, and lets no interrupt break that off: it strikes at the first wait after <see cref="End"/>.</summary>
/// <remarks>
/// A bare <see cref="SpinWait"/> sleeps sooner or later, and every sleep, even that of zero milliseconds, throws the interrupt of its thread. In
/// the middle of a completion that would lose the outcome. One thread only. This file is compiled into both libraries.
/// </remarks>
internal struct SteadySpin
{
    private SpinWait _spinner;
    private bool _interrupted;

    internal void SpinOnce()
    {
        try
        {
            _spinner.SpinOnce();
        }
        catch (ThreadInterruptedException)
        {
            _interrupted = true;
        }
    }

    /// <summary>The wait is over: the thread gets its interrupt back.</summary>
    internal readonly void End()
    {
        if (_interrupted)
        {
            Thread.CurrentThread.Interrupt();
        }
    }
}
