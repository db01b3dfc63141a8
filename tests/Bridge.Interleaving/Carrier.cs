namespace Bridge.Interleaving;

/// <summary>A real thread that lends its stack to threads of models: one to its end, then the next one that begins.</summary>
internal sealed class Carrier : IDisposable
{
    private readonly Baton _work = new();
    private readonly Thread _thread;
    private readonly CarrierPool _pool;

    /// <summary>Written by whoever took the carrier out of the pool, read by the carrier after that; null ends it. The baton orders the two.</summary>
    private (ScheduledRun Run, ModelThread Thread)? _next;

    internal Carrier(CarrierPool pool)
    {
        _pool = pool;
        _thread = new Thread(Work) { IsBackground = true, Name = "carrier of model threads" };
        _thread.Start();
    }

    internal void Start(ScheduledRun run, ModelThread thread)
    {
        _next = (run, thread);
        _work.Pass();
    }

    public void Dispose()
    {
        _next = null;
        _work.Pass();
        _thread.Join();
    }

    private void Work()
    {
        _work.Await();
        while (_next is var (run, thread))
        {
            // Back in the pool before the baton is passed, so that the next holder finds it there.
            run.Carry(thread, () => _pool.Return(this));
            _work.Await();
        }
    }
}

/// <summary>The carriers that have nothing to carry.</summary>
internal sealed class CarrierPool : IDisposable
{
    /// <summary>Guarded by itself: after a failure several threads end side by side.</summary>
    private readonly Stack<Carrier> _idle = [];

    public void Dispose()
    {
        foreach (Carrier carrier in _idle)
        {
            carrier.Dispose();
        }
    }

    internal Carrier Rent()
    {
        lock (_idle)
        {
            return _idle.TryPop(out Carrier? carrier) ? carrier : new Carrier(this);
        }
    }

    internal void Return(Carrier carrier)
    {
        lock (_idle)
        {
            _idle.Push(carrier);
        }
    }
}
