using System.Diagnostics;
using Bridge.Executors;

namespace Bridge;

/// <summary>A lock for sections of a few instructions: one atomic to enter, a plain store to leave.</summary>
/// <remarks>
/// Measured against System.Threading.Lock it halves the cost of a post (one atomic instead of two, nothing to inline away).
/// Holders must not call foreign code. A holder that loses its processor makes others yield, never burn: they sleep in the end. An interrupt waits until they are through.
/// </remarks>
internal struct SpinGate
{
    /// <summary>1 while held. Any thread takes it with a compare-exchange (acquire) and gives it back with a volatile write (release).</summary>
    private int _held;

    internal void Enter()
    {
        Interleave.Point();
        if (Interlocked.CompareExchange(ref _held, 1, 0) != 0)
        {
            EnterSlow();
        }
    }

    internal void Exit()
    {
        Debug.Assert(_held == 1, "Exit without Enter.");

        // Before, not after: here others see what was written inside, and that the gate is still held.
        Interleave.Point();
        Volatile.Write(ref _held, 0);
    }

    private void EnterSlow()
    {
        var spinner = default(SteadySpin);
        do
        {
            // Read before trying again: failed compare-exchanges would keep the cache line bouncing.
            while (Volatile.Read(ref _held) != 0)
            {
                Interleave.Blocked();
                spinner.SpinOnce();
            }
        }
        while (Interlocked.CompareExchange(ref _held, 1, 0) != 0);
        spinner.End();
    }
}
