using Bridge.Executors;

namespace Bridge;

/// <summary>What is done about a wait that blocks the loop thread. Entered by the loop's synchronization context; loop thread only.</summary>
internal sealed class BlockedWait(EventLoop loop)
{
    /// <summary>The result of a wait that timed out, as the runtime has it.</summary>
    internal const int TimedOut = 258;

    /// <summary>Waits shorter than this, and contended locks mostly are, pay for no look at the stack.</summary>
    private const int GraceMilliseconds = 1;

    /// <summary>How often a wait for a task is asked whether it can ever end.</summary>
    private const int ProofMilliseconds = 50;

    /// <summary>Places beyond this many are not told apart any more: reports that nobody can read are no help.</summary>
    private const int MostSites = 1000;

    private readonly HashSet<string> _reported = [];

    /// <summary>Code of ours, or of a report's handler, is at work: its own waits are let through.</summary>
    private bool _isBusy;

    /// <summary>The handle by which <see cref="Monitor.Wait(object)"/> waits in <see cref="_handleThread"/>; other handles in it are the lock coming back.</summary>
    private IntPtr _monitorHandle;
    private Thread? _handleThread;
    private bool _isLearning;

    /// <summary>The event of our own work whose pulse seemed to wake this wait, and the one whose pulse woke the wait before. Once may be an accident.</summary>
    private ManualResetEventSlim? _suspect;
    private ManualResetEventSlim? _suspectBefore;

    /// <summary>The wait under way, for reports from other threads. Written by the loop thread, read by any: a snapshot.</summary>
    private volatile WaitSite? _site;

    internal WaitSite? Site => _site;

    /// <summary>Finds out by which handle Monitor.Wait waits in this thread. Called outside any wait, where a wait is to be thrown at.</summary>
    internal void Learn()
    {
        if (_handleThread == Thread.CurrentThread)
        {
            return;
        }

        _isLearning = true;

        // An interrupt is for the code that runs then.
        Interrupts.Defer(new object(), static monitor =>
        {
            lock (monitor)
            {
                Monitor.Wait(monitor, 0);
            }
        });
        _isLearning = false;
        _handleThread = Thread.CurrentThread;
    }

    /// <summary>A wait that did not block.</summary>
    internal void Saw(IntPtr[] handles)
    {
        if (_isLearning)
        {
            _monitorHandle = handles[0];
        }
    }

    /// <summary>The handles were tried and are not signalled.</summary>
    /// <param name="wait">What is waited for.</param>
    /// <param name="policy">The one that held when the wait began: another thread may have changed it since.</param>
    internal int Wait(Waiting wait, BlockingWaitPolicy policy)
    {
        if (_isBusy)
        {
            return wait.For(Timeout.Infinite);
        }

        if (policy != BlockingWaitPolicy.Throw || loop.Outer is not null)
        {
            int early = wait.For(GraceMilliseconds);
            if (early != TimedOut || wait.IsWithin(GraceMilliseconds))
            {
                return early;
            }
        }

        _isBusy = true;
        WaitSite site;
        try
        {
            site = WaitSite.Capture();
            if (site.Kind == WaitKind.Lock || IsLockComingBack(site, wait))
            {
                return wait.For(Timeout.Infinite);
            }

            if (policy == BlockingWaitPolicy.Throw && loop.Outer is null)
            {
                throw new BlockingWaitException(Messages.BlockingWait(loop, site));
            }

            (_suspectBefore, _suspect) = (_suspect, null);
            int woken = Prove(site, wait);
            if (woken != TimedOut)
            {
                return woken;
            }

            if (policy == BlockingWaitPolicy.Report && loop.Outer is null && _reported.Count < MostSites && _reported.Add(site.Key))
            {
                _site = site;
                loop.ReportBlock(loop.Describe(LoopBlockKind.Wait, wait.Elapsed, loop.RunningCallback));
            }
        }
        finally
        {
            _site = null;
            _isBusy = false;
        }

        return loop.Outer is null ? WaitOn(site, wait) : Pump(site, wait);
    }

    /// <summary>In a scope whoever waits runs the scope's own work meanwhile.</summary>
    private int Pump(WaitSite site, Waiting wait)
    {
        int result = TimedOut;
        long lastProof = 0;
        loop.PumpUntil(() =>
        {
            result = wait.For(0);
            if (result == TimedOut && !wait.IsOver && wait.Elapsed.TotalMilliseconds - lastProof >= ProofMilliseconds)
            {
                lastProof = (long)wait.Elapsed.TotalMilliseconds;
                result = Prove(site, wait);
            }

            return result != TimedOut || wait.IsOver;
        });
        return result;
    }

    private int WaitOn(WaitSite site, Waiting wait)
    {
        _site = site;
        try
        {
            while (site.Kind == WaitKind.Task && wait.IsUnlimited)
            {
                int result = wait.For(ProofMilliseconds);
                if (result == TimedOut)
                {
                    _isBusy = true;
                    try
                    {
                        result = Prove(site, wait);
                    }
                    finally
                    {
                        _isBusy = false;
                    }
                }

                if (result != TimedOut)
                {
                    return result;
                }
            }

            return wait.For(Timeout.Infinite);
        }
        finally
        {
            _site = null;
        }
    }

    /// <summary>Throws if what is waited for cannot end unless this loop runs.</summary>
    /// <returns><see cref="TimedOut"/>: it can. Else the wait was woken, and its caller must be told so: he looks, and comes back if it was for nothing.</returns>
    private int Prove(WaitSite site, Waiting wait)
    {
        int woken = TimedOut;
        if (site.Kind != WaitKind.Task || !wait.IsUnlimited || !TaskInsides.IsUsable)
        {
            return woken;
        }

        var blockers = new List<ManualResetEventSlim>();
        // A scope runs its own work while it waits. What it cannot run is that of the loops it blocks.
        for (EventLoop? blocked = loop.Outer ?? loop; blocked is not null && woken == TimedOut; blocked = blocked.Outer)
        {
            woken = Prove(blocked, site, wait, blockers);
        }

        return woken;
    }

    private int Prove(EventLoop blocked, WaitSite site, Waiting wait, List<ManualResetEventSlim> blockers)
    {
        foreach (DependentTask own in blocked.FindDependents())
        {
            blockers.Clear();
            TaskInsides.CollectBlockers(own.Task, blockers);
            foreach (ManualResetEventSlim blocker in blockers)
            {
                int woken = TimedOut;
                if (!TaskInsides.IsWaitedOnHere(blocker, () => (woken = wait.For(0)) != TimedOut))
                {
                    continue;
                }

                // By our asking, or because what this wait is for came in that very moment, and another thread waits on the blocker. Who was woken for
                // nothing comes back, and once more it is by our asking.
                if (_suspectBefore == blocker && !blocker.IsSet)
                {
                    throw new BlockingWaitException(Messages.EndlessWait(blocked, site, own.Description));
                }

                _suspect = blocker;
                return woken;
            }
        }

        return TimedOut;
    }

    /// <summary>Whether this is the second half of Monitor.Wait, taking the lock again: an exception there would break the lock.</summary>
    private bool IsLockComingBack(WaitSite site, Waiting wait)
        => site.IsInMonitorWait && _handleThread == Thread.CurrentThread && wait.Handle != _monitorHandle;
}
