using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Selectors;

namespace Bridge;

/// <summary>One file that the loop watches, and whom it tells: at most one handler per direction. Belongs to the loop thread.</summary>
/// <remarks>
/// The registration with the selector is lazy at its end: when a read handler leaves, the interest stays until the file is found readable
/// with nobody to tell. A receive that comes back before that, as in every conversation, costs no system call.
/// Write interest ends at once, because a file is nearly always writable.
/// </remarks>
internal sealed class FileWatch
{
    private readonly ISelector _selector;

    /// <summary>While it is registered the <see cref="SelectorKey"/>, which knows the file; else the file. There is a watch for each connection.</summary>
    private object _keyOrFile;

    /// <param name="selector">The loop's selector.</param>
    /// <param name="file">A <see cref="Socket"/> or a <see cref="SafeHandle"/>.</param>
    internal FileWatch(ISelector selector, object file)
    {
        _selector = selector;
        _keyOrFile = file;
    }

    /// <summary>Whom to queue when the file can be read; null if nobody wants to know.</summary>
    internal LoopWork? Reader { get; private set; }

    /// <summary>Whom to queue when the file can be written; null if nobody wants to know.</summary>
    internal LoopWork? Writer { get; private set; }

    /// <summary>The open transport that the file belongs to, which alone may watch it; null if there is none.</summary>
    internal object? Transport { get; set; }

    internal bool IsRegistered => _keyOrFile is SelectorKey;

    /// <summary>
    /// The last receive took all there was. Trying again would most likely be in vain, and waiting is safe, for the interest in reading is
    /// there: what has come meanwhile is found by the next look.
    /// </summary>
    internal bool IsDrained { get; set; }

    internal bool IsFileClosed => File is Socket socket ? socket.SafeHandle.IsClosed : ((SafeHandle)File).IsClosed;

    private object File => _keyOrFile is SelectorKey key ? key.FileObject : _keyOrFile;

    /// <summary>Sets the read handler, in place of the one that may be there.</summary>
    /// <exception cref="SelectorException">The system refused to watch the file; the handler is not set.</exception>
    /// <exception cref="ArgumentException">The file is closed.</exception>
    internal void SetReader(LoopWork reader)
    {
        Arm(SelectorEvents.Read);
        Reader = reader;
    }

    /// <summary>Sets the write handler, in place of the one that may be there.</summary>
    /// <exception cref="SelectorException">The system refused to watch the file; the handler is not set.</exception>
    /// <exception cref="ArgumentException">The file is closed.</exception>
    internal void SetWriter(LoopWork writer)
    {
        Arm(SelectorEvents.Write);
        Writer = writer;
    }

    /// <summary>Nobody waits to read for the moment; the interest stays.</summary>
    internal void RestReader() => Reader = null;

    /// <summary>Ends the interest in reading.</summary>
    internal void ClearReader()
    {
        Reader = null;
        Disarm(SelectorEvents.Read);
    }

    /// <summary>Ends the interest in writing.</summary>
    internal void ClearWriter()
    {
        Writer = null;
        Disarm(SelectorEvents.Write);
    }

    /// <summary>Ends the registration. To be called before the file is closed.</summary>
    internal void Release()
    {
        Reader = null;
        Writer = null;
        Disarm(SelectorEvents.Read | SelectorEvents.Write);
    }

    /// <summary>Drops the interest in what was found ready and nobody wants to know.</summary>
    internal void DropIdleInterest(SelectorEvents ready)
    {
        SelectorEvents idle = (Reader is null ? SelectorEvents.Read : 0) | (Writer is null ? SelectorEvents.Write : 0);
        Disarm(idle & ready);
    }

    private void Arm(SelectorEvents side)
    {
        if (_keyOrFile is not SelectorKey key)
        {
            _keyOrFile = _keyOrFile is Socket socket ? _selector.Register(socket, side, this) : _selector.Register((SafeHandle)_keyOrFile, side, this);
        }
        else if ((key.Events & side) == 0)
        {
            _keyOrFile = _selector.Modify(key, key.Events | side, this);
        }
    }

    private void Disarm(SelectorEvents sides)
    {
        if (_keyOrFile is not SelectorKey key || (key.Events & sides) == 0)
        {
            return;
        }

        if ((sides & SelectorEvents.Read) != 0)
        {
            IsDrained = false;
        }

        SelectorEvents left = key.Events & ~sides;
        if (left == SelectorEvents.None || IsFileClosed)
        {
            _keyOrFile = key.FileObject;
            _selector.Unregister(key);
        }
        else
        {
            _keyOrFile = _selector.Modify(key, left, this);
        }
    }
}
