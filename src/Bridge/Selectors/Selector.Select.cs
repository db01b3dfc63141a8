namespace Bridge.Selectors;

/// <summary>The wait itself, and what it found.</summary>
public abstract partial class Selector
{
#if DEBUG
    private const int InitialReady = 4;
#else
    private const int InitialReady = 64;
#endif

    private ReadyKey[] _ready = new ReadyKey[InitialReady];
    private int _readyCount;

    /// <inheritdoc/>
    public ReadOnlySpan<ReadyKey> Select(TimeSpan? timeout)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var before = _readyCount;
        _readyCount = 0;
        var time = new WaitTime(timeout);
        int found;
        do
        {
            found = Wait(in time);
        }
        while (found <= 0 && time.Continue());

        if (found > 0)
        {
            Collect(found);
        }

        if (before > _readyCount)
        {
            // The array outlives the call and must not keep the keys of the last one alive.
            Array.Clear(_ready, _readyCount, before - _readyCount);
        }

        return new ReadOnlySpan<ReadyKey>(_ready, 0, _readyCount);
    }

    /// <summary>One system call that waits at most as long as <paramref name="time"/> says.</summary>
    /// <returns>How many raw events were found; 0 for none, also when a signal interrupted the call.</returns>
    /// <exception cref="SelectorException">The call failed otherwise.</exception>
    private protected abstract int Wait(in WaitTime time);

    /// <summary>Turns the raw events of the last <see cref="Wait"/> into calls of Found.</summary>
    private protected abstract void Collect(int found);

    /// <summary>Reports one raw event of a registration, which may be a waker's, of a closed file, or already reported by this Select.</summary>
    /// <param name="key">The registration.</param>
    /// <param name="events">What is ready; limited here to the interest.</param>
    private protected void Found(SelectorKey key, SelectorEvents events)
    {
        if (key.Waker is { } waker)
        {
            waker.NoteSignal();
            return;
        }

        events &= key.Events;
        if (events == SelectorEvents.None || key.IsFileClosed)
        {
            return;
        }

        // kqueue and select report reading and writing apart; a key appears once.
        var slot = key.ReadySlot;
        if (slot < _readyCount && ReferenceEquals(_ready[slot].Key, key))
        {
            _ready[slot] = new ReadyKey(key, _ready[slot].Events | events);
            return;
        }

        if (_readyCount == _ready.Length)
        {
            Array.Resize(ref _ready, _ready.Length * 2);
        }

        key.ReadySlot = _readyCount;
        _ready[_readyCount++] = new ReadyKey(key, events);
    }

    /// <summary>Reports that a waker's descriptor is dead, which ends this Select so that the loop can see it.</summary>
    private protected void FoundBroken(SelectorKey key)
    {
        key.Waker!.NoteSignal();
        SilenceWaker(key);
    }

    private void ClearReady()
    {
        _ready = [];
        _readyCount = 0;
    }
}
