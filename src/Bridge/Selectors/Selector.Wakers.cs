namespace Bridge.Selectors;

/// <summary>How wakers are made and watched.</summary>
public abstract partial class Selector
{
    // Every waker that is not disposed, also one whose registration was taken over because it is dead.
    private readonly List<Waker> _wakers = [];

    /// <summary>The kinds of waker that suit the backend, best first.</summary>
    private protected abstract ReadOnlySpan<WakerKind> PreferredWakers { get; }

    /// <summary>Whether the backend can watch a waker of this kind, if the system has it.</summary>
    private protected virtual bool CanWatch(WakerKind kind) => true;

    /// <summary>Whether a new wake-up is reported although the last one was never read; then Reset needs no system call.</summary>
    private protected virtual bool IsEdgeTriggered(WakerKind kind) => false;

    /// <inheritdoc/>
    public IWaker CreateWaker()
    {
        var kinds = PreferredWakers;
        for (var i = 0; i < kinds.Length - 1; i++)
        {
            try
            {
                return CreateWaker(kinds[i]);
            }
            catch (PlatformNotSupportedException)
            {
                // The next kind needs less of the system.
            }
        }

        return CreateWaker(kinds[^1]);
    }

    /// <summary>Makes a waker of a given kind, for a system that denies the usual one, and lets it end Select.</summary>
    /// <param name="kind">How the waker reaches the selector.</param>
    /// <returns>A waker. Disposing the selector disposes it too.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kind"/> is no <see cref="WakerKind"/>.</exception>
    /// <exception cref="PlatformNotSupportedException">The system lacks it, or this backend cannot watch it.</exception>
    /// <exception cref="SelectorException">The operating system refused, for instance because the process has no descriptor left.</exception>
    /// <exception cref="ObjectDisposedException">The selector is closed.</exception>
    /// <remarks>Threads: as for the whole selector.</remarks>
    public IWaker CreateWaker(WakerKind kind)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (kind is < WakerKind.EventFd or > WakerKind.SocketPair)
        {
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "Give EventFd, Pipe or SocketPair.");
        }

        if (!CanWatch(kind))
        {
            throw new PlatformNotSupportedException(SelectorMessages.WakerNotCarried(kind, Name));
        }

        var waker = new Waker(this, kind, needsDrain: !IsEdgeTriggered(kind));
        _wakers.Add(waker);
        return waker;
    }

    /// <summary>Watches the descriptors of a waker.</summary>
    internal SelectorKey AttachWaker(Waker waker, WakeChannel channel)
    {
        var handle = channel.Handle;
        var key = new SelectorKey(channel.FileObject, handle.DangerousGetHandle(), SelectorEvents.Read, null)
        {
            Handle = handle,
            Owner = this,
            Generation = ++_generation,
            Waker = waker,
        };
        Watch(key);

        // The system just gave this number out, so whoever holds it in the table is stale, even if it claims to be open.
        _registry.Add(key);
        return key;
    }

    /// <summary>Marks a waker as broken and watches it no more, so that its dead descriptor cannot end each wait at once until Rebuild.</summary>
    internal void SilenceWaker(SelectorKey key)
    {
        key.Waker!.MarkBroken();
        if (!_disposed && key.State == SelectorKeyState.Registered && TryHold(key.Handle!))
        {
            Unwatch(key);
            key.Handle!.DangerousRelease();
        }
    }

    /// <summary>
    /// Whether a waker broke since the last Select ended. For a selector that leaves broken wakers out of its wait: the thread that found one broken may
    /// have woken it in the same moment, by a descriptor that is not watched, so this Select must end at once.
    /// </summary>
    private protected bool TakeWakerBreaks()
    {
        var isNew = false;
        foreach (var waker in _wakers)
        {
            isNew |= waker.TakeBreak();
        }

        return isNew;
    }

    /// <summary>Forgets a waker that is being disposed.</summary>
    internal void RemoveWaker(Waker waker, SelectorKey key)
    {
        _wakers.Remove(waker);
        DetachWaker(key);
    }

    /// <summary>Ends the watch over a waker's descriptors, dead or alive.</summary>
    internal void DetachWaker(SelectorKey key)
    {
        if (!_disposed && key.State != SelectorKeyState.Unregistered)
        {
            Remove(key);
        }
    }
}
