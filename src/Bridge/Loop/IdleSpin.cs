using System.Diagnostics;

namespace Bridge;

/// <summary>How long to stay awake for a post before sleeping, learnt from how soon posts came after the loop last went to sleep.</summary>
/// <remarks>
/// Waking a halted processor costs tens of microseconds, waiting awake for a post that is about to come costs less. The budget starts
/// at zero and doubles only when a sleep was cut short by a post soon after it began; a spin in vain halves it, down to zero.
/// A loop that is idle or waits for I/O therefore never spins. Loop thread only.
/// </remarks>
internal struct IdleSpin
{
    /// <summary>The smallest spin worth its clock reads: 4 us.</summary>
    private static readonly long s_smallest = Stopwatch.Frequency / 250_000;

    /// <summary>A sleep cut short by a post within this time would rather have been a spin: 200 us, most of it the wake-up itself.</summary>
    private static readonly long s_shortSleep = Stopwatch.Frequency / 5_000;

    private readonly long _largest;
    private long _budget;
    private long _sleepStart;

    internal IdleSpin(TimeSpan largest)
        => _largest = Environment.ProcessorCount > 1 ? (long)(largest.TotalSeconds * Stopwatch.Frequency) : 0;

    /// <summary>Waits awake within the budget. True: a post is here.</summary>
    internal bool WaitForPost(CrossThreadInbox inbox)
    {
        if (_budget == 0)
        {
            return false;
        }

        long end = Stopwatch.GetTimestamp() + _budget;
        do
        {
            Thread.SpinWait(8);
            if (inbox.HasPosts)
            {
                _budget = Math.Min(_budget * 2, _largest);
                return true;
            }
        }
        while (Stopwatch.GetTimestamp() < end);

        _budget = _budget / 2 < s_smallest ? 0 : _budget / 2;
        return false;
    }

    internal void SleepStarts()
    {
        if (_largest != 0)
        {
            _sleepStart = Stopwatch.GetTimestamp();
        }
    }

    internal void SleepEnds(bool wokenByPost)
    {
        if (wokenByPost && _largest != 0 && Stopwatch.GetTimestamp() - _sleepStart < s_shortSleep)
        {
            _budget = Math.Clamp(_budget * 2, Math.Min(s_smallest, _largest), _largest);
        }
    }
}
