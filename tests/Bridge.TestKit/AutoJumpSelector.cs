using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Selectors;

namespace Bridge.TestKit;

/// <summary>A selector that never waits for time: where the loop would sleep until a timer, it moves the clock there instead.</summary>
/// <remarks>It sleeps for real only when the loop waits for other threads: without a timer, or while the clock is held.</remarks>
public sealed class AutoJumpSelector(ISelector inner, VirtualTime time) : ISelector
{
    /// <summary>1 after a wake-up, until a wait was ended for it: the look above may have swallowed its edge. Any thread sets it.</summary>
    private int _woken;

    /// <summary>Every wait the loop asked for, in order.</summary>
    public List<TimeSpan?> Waits { get; } = [];

    public string Name => inner.Name;

    public IReadOnlyCollection<SelectorKey> Keys => inner.Keys;

    public SelectorKey Register(Socket socket, SelectorEvents events, object? data = null) => inner.Register(socket, events, data);

    public SelectorKey Register(SafeHandle handle, SelectorEvents events, object? data = null) => inner.Register(handle, events, data);

    public SelectorKey Modify(SelectorKey key, SelectorEvents events, object? data) => inner.Modify(key, events, data);

    public void Unregister(SelectorKey key) => inner.Unregister(key);

    public bool TryGetKey(object fileObject, [NotNullWhen(true)] out SelectorKey? key) => inner.TryGetKey(fileObject, out key);

    public IWaker CreateWaker() => new NotingWaker(inner.CreateWaker(), this);

    public ReadOnlySpan<ReadyKey> Select(TimeSpan? timeout)
    {
        Waits.Add(timeout);
        ReadOnlySpan<ReadyKey> ready = inner.Select(TimeSpan.Zero);
        if (!ready.IsEmpty || timeout == TimeSpan.Zero || Interlocked.Exchange(ref _woken, 0) != 0)
        {
            return ready;
        }

        if (timeout is null || time.IsHeld)
        {
            return inner.Select(null);
        }

        time.Advance(timeout.Value);
        return default;
    }

    public void Dispose() => inner.Dispose();

    private sealed class NotingWaker(IWaker waker, AutoJumpSelector owner) : IWaker
    {
        public bool IsHealthy => waker.IsHealthy;

        public void Wake()
        {
            Volatile.Write(ref owner._woken, 1);
            waker.Wake();
        }

        public void Reset() => waker.Reset();

        public void Rebuild() => waker.Rebuild();

        public void Dispose() => waker.Dispose();
    }
}
