namespace Bridge.Executors;

/// <summary>Wakes a thread that lends itself while it waits: once for any number of rings.</summary>
internal sealed class Bell
{
    private readonly object _lock = new();
    private bool _rang;

    /// <summary>Any thread.</summary>
    internal void Ring()
    {
        using (Interrupts.Hold(_lock))
        {
            _rang = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Blocks until somebody rings, or rang since the last wait. False: the time is up.</summary>
    internal bool Wait(WaitTime time)
    {
        lock (_lock)
        {
            while (!_rang)
            {
                int milliseconds = time.Remaining;
                if (milliseconds == 0 || !Monitor.Wait(_lock, milliseconds))
                {
                    return _rang;
                }
            }

            _rang = false;
            return true;
        }
    }
}
