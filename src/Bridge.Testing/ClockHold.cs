namespace Bridge.Testing;

/// <summary>Ends a hold of a clock, once, on any thread.</summary>
internal sealed class ClockHold(VirtualClock clock, string reason) : IDisposable
{
    /// <summary>Whoever sets it from 0 to 1 releases.</summary>
    private int _isReleased;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
        {
            clock.Release(reason);
        }
    }
}
