using System.Diagnostics;

namespace Bridge.Selectors;

/// <summary>One registration that is ready, as found by <see cref="ISelector.Select"/>.</summary>
[DebuggerDisplay("{Key.Descriptor}: {Events}")]
public readonly struct ReadyKey
{
    /// <summary>Creates the pair. Meant for those who write an <see cref="ISelector"/>.</summary>
    /// <param name="key">The registration.</param>
    /// <param name="events">What is ready: a non-empty part of the key's interest.</param>
    public ReadyKey(SelectorKey key, SelectorEvents events)
    {
        Key = key;
        Events = events;
    }

    /// <summary>The registration.</summary>
    public SelectorKey Key { get; }

    /// <summary>What is ready: a non-empty part of the key's interest.</summary>
    public SelectorEvents Events { get; }
}
