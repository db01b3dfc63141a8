namespace Bridge.Interleaving;

/// <summary>What one thread passes to another that waits for it, or will. A semaphore that owns nothing to dispose of.</summary>
internal sealed class Baton
{
    /// <summary>Guarded by this object.</summary>
    private bool _passed;

    internal void Pass()
    {
        lock (this)
        {
            _passed = true;
            Monitor.Pulse(this);
        }
    }

    internal void Await()
    {
        lock (this)
        {
            while (!_passed)
            {
                Monitor.Wait(this);
            }

            _passed = false;
        }
    }
}
