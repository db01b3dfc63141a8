using System.Diagnostics;

namespace Bridge.Executors;

/// <summary>How long a thread without work stays awake before it sleeps, learnt from how soon work came lately.</summary>
/// <remarks>
/// <para>
/// Waking a halted processor costs tens of microseconds; waiting awake for work that is about to come costs less. The budget starts at zero
/// and begins to grow only when a sleep was cut short soon after it began; a spin in vain halves it. A thread that is idle, or waits for
/// something slow, therefore never spins, and neither does one with a single processor.
/// </para>
/// <para>
/// Two threads that wake each other may stand in the queue of one processor while another is idle; spinning is what gets them apart. (Yielding
/// while spinning, and fewer spins where they are in vain, were tried: both keep them together, and a round trip takes four times as
/// long.) Where there is only one processor for them, which the runtime cannot see if the threads were bound to it by hand, turn it off.
/// </para>
/// <para>One thread only. This file is compiled into both libraries: the loop's wait and the workers' are the same.</para>
/// </remarks>
internal struct IdleSpin
{
    /// <summary>A look takes 30 ns, most of it the pause before; reading the clock takes as long.</summary>
    private const int LooksPerClockRead = 8;

    /// <summary>The smallest spin worth its clock reads: 4 us.</summary>
    private static readonly long s_smallest = Stopwatch.Frequency / 250_000;

    /// <summary>A sleep cut short within this time would rather have been a spin: 200 us, most of it the wake-up itself.</summary>
    private static readonly long s_shortSleep = Stopwatch.Frequency / 5_000;

    private readonly long _largest;
    private long _budget;
    private long _sleepStart;

    /// <summary>Starts without a budget.</summary>
    /// <param name="largest">The longest spin; zero: none.</param>
    internal IdleSpin(TimeSpan largest)
        => _largest = Environment.ProcessorCount > 1 ? (long)(largest.TotalSeconds * Stopwatch.Frequency) : 0;

    /// <summary>Waits awake within the budget. True: work is here.</summary>
    internal bool Wait<TWork>(TWork work)
        where TWork : struct, IAwaitedWork
    {
        if (_budget == 0)
        {
            return false;
        }

        long end = Stopwatch.GetTimestamp() + _budget;
        do
        {
            for (int look = 0; look < LooksPerClockRead; look++)
            {
                Thread.SpinWait(1);
                if (work.IsHere)
                {
                    _budget = Math.Min(_budget * 2, _largest);
                    return true;
                }
            }
        }
        while (Stopwatch.GetTimestamp() < end);

        _budget = _budget / 2 < s_smallest ? 0 : _budget / 2;
        return work.IsHere;
    }

    internal void SleepStarts()
    {
        if (_largest != 0)
        {
            _sleepStart = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>The sleep is over.</summary>
    /// <param name="byWork">Work ended it, not a time-out.</param>
    internal void SleepEnds(bool byWork)
    {
        if (byWork && _largest != 0 && Stopwatch.GetTimestamp() - _sleepStart < s_shortSleep)
        {
            _budget = Math.Clamp(_budget * 2, Math.Min(s_smallest, _largest), _largest);
        }
    }
}

/// <summary>What a thread waits for awake; asked in a tight loop.</summary>
internal interface IAwaitedWork
{
    /// <summary>Whether it has come.</summary>
    bool IsHere { get; }
}
