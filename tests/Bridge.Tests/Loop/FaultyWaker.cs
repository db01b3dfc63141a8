using Bridge.Selectors;

namespace Bridge.Tests.Loop;

/// <summary>A waker that fails when a test wants it to, until it is rebuilt.</summary>
internal sealed class FaultyWaker(IWaker inner) : IWaker
{
    /// <summary>Written by the test, read by any thread that wakes; counts down with each Wake, the one that reaches zero fails.</summary>
    private int _wakesUntilFailure;

    /// <summary>Set by the test or a failed Wake, cleared by Rebuild on the loop thread.</summary>
    private volatile bool _dead;

    private int _failingRebuilds;

    internal int Rebuilds { get; private set; }

    /// <summary>What a failing Wake throws.</summary>
    internal Exception Fault { get; init; } = new IOException("write: denied");

    /// <summary>Whether a failed Wake shows in IsHealthy too.</summary>
    internal bool NoticesItsDeath { get; init; }

    public bool IsHealthy => !_dead && inner.IsHealthy;

    internal void FailOnWake(int number) => Volatile.Write(ref _wakesUntilFailure, number);

    internal void FailNextRebuilds(int count) => Volatile.Write(ref _failingRebuilds, count);

    /// <summary>The descriptor is closed from outside: every Wake fails from now on.</summary>
    internal void Kill() => _dead = true;

    public void Wake()
    {
        if (Interlocked.Decrement(ref _wakesUntilFailure) == 0)
        {
            _dead = NoticesItsDeath;
            throw Fault;
        }

        if (_dead)
        {
            throw Fault;
        }

        inner.Wake();
    }

    public void Reset() => inner.Reset();

    public void Rebuild()
    {
        if (_failingRebuilds > 0)
        {
            _failingRebuilds--;
            throw new SelectorException("eventfd()", 24);
        }

        Rebuilds++;
        _dead = false;
        inner.Rebuild();
    }

    public void Dispose() => inner.Dispose();
}
