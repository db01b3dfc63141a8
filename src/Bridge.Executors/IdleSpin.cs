using System.Diagnostics;

namespace Bridge.Executors;

/// <summary>How long a worker stays awake for the next job before it parks, learnt from how soon jobs came lately.</summary>
/// <remarks>
/// Waking a halted processor costs tens of microseconds; waiting awake for a job that is about to come costs less. The budget starts at
/// zero and grows only when a sleep was cut short soon after it began; a spin in vain halves it. A worker without work therefore parks at
/// once, and with one processor it never spins. Worker thread only.
/// </remarks>
internal struct IdleSpin
{
    /// <summary>The smallest spin worth its clock reads: 4 us.</summary>
    private static readonly long s_smallest = Stopwatch.Frequency / 250_000;

    /// <summary>The largest: 50 us, about what waking a halted processor costs.</summary>
    private static readonly long s_largest = Environment.ProcessorCount > 1 ? Stopwatch.Frequency / 20_000 : 0;

    /// <summary>A sleep cut short within this time would rather have been a spin: 200 us, most of it the wake-up itself.</summary>
    private static readonly long s_shortSleep = Stopwatch.Frequency / 5_000;

    private long _budget;
    private long _sleepStart;

    /// <summary>Waits awake within the budget. True: the word has the value.</summary>
    internal bool Wait(ref int word, int value)
    {
        if (_budget == 0)
        {
            return Volatile.Read(ref word) == value;
        }

        long end = Stopwatch.GetTimestamp() + _budget;
        do
        {
            Thread.SpinWait(8);
            if (Volatile.Read(ref word) == value)
            {
                _budget = Math.Min(_budget * 2, s_largest);
                return true;
            }
        }
        while (Stopwatch.GetTimestamp() < end);

        _budget = _budget / 2 < s_smallest ? 0 : _budget / 2;
        return false;
    }

    internal void SleepStarts() => _sleepStart = Stopwatch.GetTimestamp();

    internal void SleepEnds(bool woken)
    {
        if (woken && Stopwatch.GetTimestamp() - _sleepStart < s_shortSleep)
        {
            _budget = Math.Clamp(_budget * 2, Math.Min(s_smallest, s_largest), s_largest);
        }
    }
}
