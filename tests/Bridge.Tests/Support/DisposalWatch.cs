using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Selectors;

namespace Bridge.Tests;

/// <summary>A selector that tells whether it was disposed, and can refuse to make wakers.</summary>
internal sealed class DisposalWatch(ISelector inner, bool refusesWakers = false) : ISelector
{
    internal bool IsDisposed { get; private set; }

    public string Name => inner.Name;

    public IReadOnlyCollection<SelectorKey> Keys => inner.Keys;

    public SelectorKey Register(Socket socket, SelectorEvents events, object? data = null) => inner.Register(socket, events, data);

    public SelectorKey Register(SafeHandle handle, SelectorEvents events, object? data = null) => inner.Register(handle, events, data);

    public SelectorKey Modify(SelectorKey key, SelectorEvents events, object? data) => inner.Modify(key, events, data);

    public void Unregister(SelectorKey key) => inner.Unregister(key);

    public bool TryGetKey(object fileObject, [NotNullWhen(true)] out SelectorKey? key) => inner.TryGetKey(fileObject, out key);

    public ReadOnlySpan<ReadyKey> Select(TimeSpan? timeout) => inner.Select(timeout);

    public IWaker CreateWaker() => refusesWakers ? throw new IOException("no descriptors left") : inner.CreateWaker();

    public void Dispose()
    {
        IsDisposed = true;
        inner.Dispose();
    }
}
