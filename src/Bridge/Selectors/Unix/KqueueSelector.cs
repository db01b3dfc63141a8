using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Bridge.Selectors.Native;

namespace Bridge.Selectors;

/// <summary>The selector of macOS and FreeBSD, on kqueue, level-triggered. Its cost does not grow with what is registered and idle.</summary>
/// <remarks>
/// <para>Time-outs have nanoseconds. 64-bit processes only.</para>
/// <para>Threads: see <see cref="ISelector"/>. Source: CPython <c>selectors.KqueueSelector</c>; unlike there, a descriptor ready
/// for both is reported once.</para>
/// </remarks>
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("freebsd")]
public sealed unsafe class KqueueSelector : Selector
{
#if DEBUG
    private const int InitialEvents = 4;
#else
    private const int InitialEvents = 256;
#endif
    private const int MaxEvents = 16384;

    private readonly KqueueEventBuffer _events = new(InitialEvents);
    private readonly DescriptorHandle _kqueue;

    /// <summary>Creates a kernel event queue.</summary>
    /// <exception cref="PlatformNotSupportedException">Neither macOS nor FreeBSD, or a 32-bit process.</exception>
    /// <exception cref="SelectorException">The operating system refused, for instance because the process has no descriptor left.</exception>
    public KqueueSelector()
        : base("kqueue")
    {
        // The layout of struct kevent is known for these alone; another system may have the call and a different struct.
        if (!(OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD()) || !Environment.Is64BitProcess)
        {
            throw new PlatformNotSupportedException(
                SelectorMessages.BackendMissing(nameof(KqueueSelector), "64-bit macOS and FreeBSD", "use Selector.CreateDefault()"));
        }

        var descriptor = LibC.Kqueue();
        _kqueue = new DescriptorHandle(descriptor >= 0 ? descriptor : throw new SelectorException("kqueue()", Marshal.GetLastPInvokeError()));
    }

    private protected override ReadOnlySpan<WakerKind> PreferredWakers => [WakerKind.Pipe];

    private protected override void Watch(SelectorKey key) => Change(key, SelectorEvents.None, key.Events);

    private protected override void Rewatch(SelectorKey key, SelectorEvents events) => Change(key, key.Events, events);

    // Fails only for a descriptor that was closed behind the back of its handle; then there is nothing to remove.
    private protected override void Unwatch(SelectorKey key)
    {
        TryChange(key, LibC.EVFILT_READ, key.Events & SelectorEvents.Read, LibC.EV_DELETE);
        TryChange(key, LibC.EVFILT_WRITE, key.Events & SelectorEvents.Write, LibC.EV_DELETE);
    }

    private protected override int Wait(in WaitTime time)
    {
        var timespec = time.IsInfinite ? default : time.Timespec;
        var count = LibC.Kevent(_kqueue.Descriptor, null, 0, _events.Pointer, _events.Capacity, time.IsInfinite ? null : &timespec);
        if (count < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == Errno.EINTR ? 0 : throw new SelectorException("kevent()", error);
        }

        return count;
    }

    private protected override void Collect(int found)
    {
        for (var i = 0; i < found; i++)
        {
            var key = Registry.Find(_events.Descriptor(i));

            // Closing a descriptor takes its events with it, so what does not match is a leftover of this very call.
            if (key is null || key.Generation != _events.Generation(i))
            {
                continue;
            }

            var isEnd = (_events.Flags(i) & (LibC.EV_EOF | LibC.EV_ERROR)) != 0;
            if (isEnd && key.Waker is not null)
            {
                FoundBroken(key);
                continue;
            }

            // A peer that has finished sending is only readable; a socket error, or a reader that left, concerns both sides.
            var isRead = _events.Filter(i) == LibC.EVFILT_READ;
            var isBoth = isEnd && (!isRead || _events.FilterFlags(i) != 0);
            Found(key, isBoth ? SelectorEvents.Read | SelectorEvents.Write : isRead ? SelectorEvents.Read : SelectorEvents.Write);
        }

        if (found == _events.Capacity && found < MaxEvents)
        {
            _events.Resize(found * 2);
        }
    }

    private protected override void Close() => _kqueue.Dispose();

    /// <summary>Adds and removes filters; when adding the second one fails, the first is taken back.</summary>
    private void Change(SelectorKey key, SelectorEvents before, SelectorEvents after)
    {
        var added = after & ~before;
        var error = TryChange(key, LibC.EVFILT_READ, added & SelectorEvents.Read, LibC.EV_ADD);
        if (error == 0)
        {
            error = TryChange(key, LibC.EVFILT_WRITE, added & SelectorEvents.Write, LibC.EV_ADD);
            if (error != 0)
            {
                TryChange(key, LibC.EVFILT_READ, added & SelectorEvents.Read, LibC.EV_DELETE);
            }
        }

        if (error != 0)
        {
            throw new SelectorException($"kevent(EV_ADD, fd {key.Descriptor})", error, error == Errno.EBADF ? SelectorMessages.NotADescriptor : null);
        }

        var removed = before & ~after;
        TryChange(key, LibC.EVFILT_READ, removed & SelectorEvents.Read, LibC.EV_DELETE);
        TryChange(key, LibC.EVFILT_WRITE, removed & SelectorEvents.Write, LibC.EV_DELETE);
    }

    private int TryChange(SelectorKey key, short filter, SelectorEvents wanted, ushort flags)
    {
        if (wanted == SelectorEvents.None)
        {
            return 0;
        }

        var change = stackalloc byte[KqueueEventBuffer.MaxStride];
        KqueueEventBuffer.Write(change, key.Descriptor, filter, flags, key.Generation);
        return LibC.Kevent(_kqueue.Descriptor, change, 1, null, 0, null) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }
}
