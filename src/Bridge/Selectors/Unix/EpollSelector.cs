using System.Runtime.InteropServices;
using Bridge.Selectors.Native;

namespace Bridge.Selectors;

/// <summary>The selector of Linux, on epoll, level-triggered. Its cost does not grow with what is registered and idle.</summary>
/// <remarks>
/// <para>Time-outs have nanoseconds where the kernel has epoll_pwait2 (5.11), else milliseconds, rounded up.</para>
/// <para>Regular files and directories are refused (EPERM): they are always ready.</para>
/// <para>Threads: see <see cref="ISelector"/>. Source: CPython <c>selectors.EpollSelector</c>.</para>
/// </remarks>
public sealed unsafe class EpollSelector : Selector
{
#if DEBUG
    // Small, so that growth and leftovers for the next call run in every test.
    private const int InitialEvents = 4;
#else
    private const int InitialEvents = 256;
#endif
    private const int MaxEvents = 16384;

    private static readonly bool s_hasPwait2 = ProbePwait2();

    private readonly EpollEventBuffer _events = new(InitialEvents);
    private DescriptorHandle _epoll;

    // Set while collecting: the kernel still reports a file that no registration stands for.
    private bool _hasOrphan;

    /// <summary>Creates an epoll instance.</summary>
    /// <exception cref="PlatformNotSupportedException">Not Linux, or a sandbox denies epoll.</exception>
    /// <exception cref="SelectorException">The operating system refused, for instance because the process has no descriptor left.</exception>
    public EpollSelector()
        : base("epoll") => _epoll = new DescriptorHandle(Create());

    private protected override ReadOnlySpan<WakerKind> PreferredWakers => [WakerKind.EventFd, WakerKind.Pipe];

    // Each write to an eventfd is a new edge, however full its counter is. A pipe promises that less clearly, and fills up.
    private protected override bool IsEdgeTriggered(WakerKind kind) => kind == WakerKind.EventFd;

    private protected override void Watch(SelectorKey key)
    {
        var error = Control(_epoll, LibC.EPOLL_CTL_ADD, key, key.Events);
        if (error == Errno.EEXIST)
        {
            // The kernel knows the very file by an earlier handle that was closed without closing the descriptor.
            error = Control(_epoll, LibC.EPOLL_CTL_MOD, key, key.Events);
        }

        ThrowIfFailed(error, "ADD", key);
    }

    private protected override void Rewatch(SelectorKey key, SelectorEvents events) =>
        ThrowIfFailed(Control(_epoll, LibC.EPOLL_CTL_MOD, key, events), "MOD", key);

    // Fails only for a descriptor that was closed behind the back of its handle; then there is nothing to remove.
    private protected override void Unwatch(SelectorKey key) => Control(_epoll, LibC.EPOLL_CTL_DEL, key, SelectorEvents.None);

    private protected override int Wait(in WaitTime time)
    {
        int count;
        if (s_hasPwait2 && !time.IsInfinite && !time.IsPoll)
        {
            var timespec = time.Timespec;
            count = LibC.EpollPwait2(_epoll.Descriptor, _events.Pointer, _events.Capacity, &timespec, null);
        }
        else
        {
            count = LibC.EpollWait(_epoll.Descriptor, _events.Pointer, _events.Capacity, time.Milliseconds);
        }

        if (count < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == Errno.EINTR ? 0 : throw new SelectorException("epoll_wait()", error);
        }

        return count;
    }

    private protected override void Collect(int found)
    {
        for (var i = 0; i < found; i++)
        {
            var token = _events.Data(i);
            var key = Registry.Find((nint)(uint)token);
            if (key is null || key.Generation != (uint)(token >> 32) || (key.IsFileClosed && key.Waker is null))
            {
                _hasOrphan = true;
                continue;
            }

            var events = _events.Events(i);
            if (key.Waker is not null && (events & (LibC.EPOLLERR | LibC.EPOLLHUP)) != 0)
            {
                FoundBroken(key);
                continue;
            }

            // An error or a hang-up is neither bit alone, so it counts as both.
            Found(key, ((events & ~LibC.EPOLLOUT) != 0 ? SelectorEvents.Read : 0) | ((events & ~LibC.EPOLLIN) != 0 ? SelectorEvents.Write : 0));
        }

        if (_hasOrphan)
        {
            ReplaceEpoll();
        }
        else if (found == _events.Capacity && found < MaxEvents)
        {
            _events.Resize(found * 2);
        }
    }

    private protected override void Close() => _epoll.Dispose();

    /// <summary>
    /// epoll watches files, not numbers: a file that lives on in a duplicate (a child process, dup) is reported after its registered
    /// descriptor was closed, and can no longer be removed. Left alone it would end each wait at once. A new epoll instance forgets it.
    /// </summary>
    private void ReplaceEpoll()
    {
        DescriptorHandle? fresh = null;
        try
        {
            fresh = new DescriptorHandle(Create());
            CarryOver(fresh, Registry.Users);
            CarryOver(fresh, Registry.Wakers);
        }
        catch (SelectorException)
        {
            // Out of descriptors or memory just now. The old instance still works; the next Select tries again.
            fresh?.Dispose();
            return;
        }

        _epoll.Dispose();
        _epoll = fresh;
        _hasOrphan = false;
    }

    private static void CarryOver(DescriptorHandle fresh, List<SelectorKey> keys)
    {
        foreach (var key in keys)
        {
            // Any other error: the number was closed behind the back of its handle, and was not reported before either.
            if (!key.IsFileClosed && Control(fresh, LibC.EPOLL_CTL_ADD, key, key.Events) is (Errno.ENOMEM or Errno.ENOSPC) and var error)
            {
                ThrowIfFailed(error, "ADD", key);
            }
        }
    }

    private static int Control(DescriptorHandle epoll, int operation, SelectorKey key, SelectorEvents events)
    {
        var bits = ((events & SelectorEvents.Read) != 0 ? LibC.EPOLLIN : 0) | ((events & SelectorEvents.Write) != 0 ? LibC.EPOLLOUT : 0);
        if (key.Waker is { NeedsDrain: false })
        {
            bits |= LibC.EPOLLET;
        }

        var buffer = stackalloc byte[EpollEventBuffer.MaxStride];
        EpollEventBuffer.Write(buffer, bits, ((ulong)key.Generation << 32) | (uint)key.Descriptor);
        return LibC.EpollCtl(epoll.Descriptor, operation, (int)key.Descriptor, buffer) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    private static void ThrowIfFailed(int error, string operation, SelectorKey key)
    {
        if (error != 0)
        {
            throw new SelectorException($"epoll_ctl({operation}, fd {key.Descriptor})", error, error switch
            {
                Errno.EPERM => SelectorMessages.RegularFile,
                Errno.EBADF => SelectorMessages.NotADescriptor,
                Errno.ENOSPC => SelectorMessages.OutOfWatches,
                _ => null,
            });
        }
    }

    private static int Create()
    {
        Exception? cause = null;
        try
        {
            var descriptor = LibC.EpollCreate1(LibC.EPOLL_CLOEXEC);
            if (descriptor >= 0)
            {
                return descriptor;
            }
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            cause = e;
        }

        var error = Marshal.GetLastPInvokeError();
        if (cause is not null || error == Errno.ENOSYS || error == Errno.EPERM)
        {
            throw new PlatformNotSupportedException(
                SelectorMessages.BackendMissing(nameof(EpollSelector), "Linux", "use Selector.CreateDefault()"), cause);
        }

        throw new SelectorException("epoll_create1()", error);
    }

    private static bool ProbePwait2()
    {
        try
        {
            // No descriptor -1 exists: a kernel that has the call says EBADF, one that lacks it ENOSYS.
            LibC.Timespec none = default;
            var unused = stackalloc byte[EpollEventBuffer.MaxStride];
            return LibC.EpollPwait2(-1, unused, 1, &none, null) < 0 && Marshal.GetLastPInvokeError() == Errno.EBADF;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }
}
