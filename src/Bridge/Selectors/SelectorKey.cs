using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bridge.Selectors;

/// <summary>One registration: the watched file object, its descriptor, the interest and the caller's data.</summary>
/// <remarks>
/// <para>Threads: belongs to the thread that uses the selector.</para>
/// <para>Source: CPython <c>selectors.SelectorKey</c>. Unlike there, <see cref="ISelector.Modify"/> changes the key in place.</para>
/// </remarks>
// One for each connection: what can share a field does.
[DebuggerDisplay("fd {Descriptor}: {Events}, {FileObject}")]
public sealed class SelectorKey
{
    /// <summary>The caller's data; or the waker, whose key no caller sees.</summary>
    private object? _data;
    private byte _events;
    private readonly bool _isWakers;

    /// <summary>Creates a key. Meant for those who write an <see cref="ISelector"/>; users get keys from Register.</summary>
    /// <param name="fileObject">The <see cref="Socket"/> or <see cref="SafeHandle"/> that was given to Register.</param>
    /// <param name="descriptor">The descriptor number at the time of registration.</param>
    /// <param name="events">The interest.</param>
    /// <param name="data">Anything that the caller wants back with the key.</param>
    /// <exception cref="ArgumentNullException"><paramref name="fileObject"/> is null.</exception>
    public SelectorKey(object fileObject, nint descriptor, SelectorEvents events, object? data)
    {
        ArgumentNullException.ThrowIfNull(fileObject);
        FileObject = fileObject;
        Descriptor = descriptor;
        Events = events;
        _data = data;
    }

    /// <summary>The <see cref="Socket"/> or <see cref="SafeHandle"/> that was registered.</summary>
    public object FileObject { get; }

    /// <summary>The descriptor number at the time of registration; it may be closed, or be somebody else's, by now.</summary>
    public nint Descriptor { get; }

    /// <summary>The current interest.</summary>
    public SelectorEvents Events
    {
        get => (SelectorEvents)_events;
        internal set => _events = (byte)value;
    }

    /// <summary>The caller's data, as given to Register or to the last Modify.</summary>
    public object? Data
    {
        get => _data;
        internal set => _data = value;
    }

    /// <summary>The handle behind <see cref="FileObject"/>. Not referenced (AddRef) while registered, so its owner can really close it.</summary>
    internal SafeHandle? Handle { get; init; }

    /// <summary>The selector that made this key; null for a key made elsewhere.</summary>
    internal Selector? Owner { get; init; }

    /// <summary>Tells a late kernel event for an earlier user of the same descriptor number from one for this key.</summary>
    internal uint Generation { get; init; }

    /// <summary>Where the key stands in its life.</summary>
    internal SelectorKeyState State { get; set; }

    /// <summary>Position in the registry's list, so that removal needs no search.</summary>
    internal int Index { get; set; }

    /// <summary>Position among the ready keys of the latest Select. Only a hint: valid when that position holds this key.</summary>
    internal int ReadySlot { get; set; }

    /// <summary>The waker whose own registration this is; null for a user's registration.</summary>
    internal Waker? Waker
    {
        get => _isWakers ? Unsafe.As<Waker>(_data) : null;
        init => (_data, _isWakers) = (value, value is not null);
    }

    /// <summary>True once the owner closed the file object: whatever now has the number is not what was registered.</summary>
    internal bool IsFileClosed => Handle is { IsClosed: true };
}

/// <summary>The life of a <see cref="SelectorKey"/>: Unregistered, Registered, then Unregistered, or Replaced and then Unregistered.</summary>
internal enum SelectorKeyState : byte
{
    /// <summary>Not, or no longer, known to a selector.</summary>
    Unregistered,

    /// <summary>In the table of its selector.</summary>
    Registered,

    /// <summary>Its file was closed and its descriptor number was registered anew. Its owner may still unregister it, which does nothing.</summary>
    Replaced,
}
