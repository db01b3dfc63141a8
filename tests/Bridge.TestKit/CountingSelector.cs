using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Selectors;

namespace Bridge.TestKit;

/// <summary>A selector that counts waits and wake-ups, tells when the loop goes to sleep, and can hand out wakers that fail.</summary>
public sealed class CountingSelector(ISelector inner) : ISelector
{
    private long _selects;
    private long _sleeps;
    private long _wakes;
    private int _wakersMade;

    /// <summary>All waits and looks so far. Any thread.</summary>
    public long Selects => Interlocked.Read(ref _selects);

    /// <summary>Waits so far that could block. Any thread.</summary>
    public long Sleeps => Interlocked.Read(ref _sleeps);

    /// <summary>Calls of <see cref="IWaker.Wake"/> so far. Any thread.</summary>
    public long Wakes => Interlocked.Read(ref _wakes);

    /// <summary>Released once for each sleep, after the loop has announced it and before it blocks.</summary>
    public SemaphoreSlim Asleep { get; } = new(0);

    /// <summary>Replaces a waker by one that fails; given its number (0: the first one made) and the real one.</summary>
    public Func<int, IWaker, IWaker>? WrapWaker { get; init; }

    public string Name => inner.Name;

    public IReadOnlyCollection<SelectorKey> Keys => inner.Keys;

    public SelectorKey Register(Socket socket, SelectorEvents events, object? data = null) => inner.Register(socket, events, data);

    public SelectorKey Register(SafeHandle handle, SelectorEvents events, object? data = null) => inner.Register(handle, events, data);

    public SelectorKey Modify(SelectorKey key, SelectorEvents events, object? data) => inner.Modify(key, events, data);

    public void Unregister(SelectorKey key) => inner.Unregister(key);

    public bool TryGetKey(object fileObject, [NotNullWhen(true)] out SelectorKey? key) => inner.TryGetKey(fileObject, out key);

    public IWaker CreateWaker()
    {
        IWaker waker = inner.CreateWaker();
        return new CountingWaker(WrapWaker?.Invoke(_wakersMade++, waker) ?? waker, this);
    }

    public ReadOnlySpan<ReadyKey> Select(TimeSpan? timeout)
    {
        Interlocked.Increment(ref _selects);
        if (timeout != TimeSpan.Zero)
        {
            Interlocked.Increment(ref _sleeps);
            Asleep.Release();
        }

        return inner.Select(timeout);
    }

    public void Dispose()
    {
        inner.Dispose();
        Asleep.Dispose();
    }

    private sealed class CountingWaker(IWaker waker, CountingSelector owner) : IWaker
    {
        public bool IsHealthy => waker.IsHealthy;

        public void Wake()
        {
            Interlocked.Increment(ref owner._wakes);
            waker.Wake();
        }

        public void Reset() => waker.Reset();

        public void Rebuild() => waker.Rebuild();

        public void Dispose() => waker.Dispose();
    }
}
