using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Selectors;
using Bridge.Testing;

namespace Bridge.TestKit;

/// <summary>The selector of Bridge.Testing, for both ends of a connection on one loop and without limits, that remembers what the loop waited for.</summary>
public sealed class AutoJumpSelector(ISelector inner, VirtualClock clock) : ISelector
{
    private readonly AutoAdvanceSelector _selector = new(inner, clock, new VirtualTimeOptions
    {
        AdvancesDuringIO = true,
        RealTimeLimit = Timeout.InfiniteTimeSpan,
        StuckAfter = Timeout.InfiniteTimeSpan,
    });

    /// <summary>Every wait the loop asked for, in order; null: for ever.</summary>
    public List<TimeSpan?> Waits { get; } = [];

    /// <summary>The loop, whose calls on executors keep the clock where it is.</summary>
    public EventLoop? Loop
    {
        get => _selector.Loop;
        set => _selector.Loop = value;
    }

    public string Name => _selector.Name;

    public IReadOnlyCollection<SelectorKey> Keys => _selector.Keys;

    public SelectorKey Register(Socket socket, SelectorEvents events, object? data = null) => _selector.Register(socket, events, data);

    public SelectorKey Register(SafeHandle handle, SelectorEvents events, object? data = null) => _selector.Register(handle, events, data);

    public SelectorKey Modify(SelectorKey key, SelectorEvents events, object? data) => _selector.Modify(key, events, data);

    public void Unregister(SelectorKey key) => _selector.Unregister(key);

    public bool TryGetKey(object fileObject, [NotNullWhen(true)] out SelectorKey? key) => _selector.TryGetKey(fileObject, out key);

    public IWaker CreateWaker() => _selector.CreateWaker();

    public ReadOnlySpan<ReadyKey> Select(TimeSpan? timeout)
    {
        // Before it sleeps the loop sets a timer of the clock.
        Waits.Add(timeout ?? clock.TimeUntilNextTimer);
        return _selector.Select(timeout);
    }

    public void Dispose() => _selector.Dispose();
}
