using System.Runtime.InteropServices;
using Bridge.Selectors.Native;

namespace Bridge.Selectors;

/// <summary>A Linux eventfd and a spare descriptor of it.</summary>
/// <remarks>
/// The spare keeps the eventfd, and with it its epoll entry or a poll in progress, alive when somebody closes the number that is watched.
/// So even then the thread that wakes reaches a loop that sleeps without limit, and the loop finds the waker unhealthy and rebuilds it.
/// </remarks>
internal sealed unsafe class EventFdChannel : WakeChannel
{
    private readonly DescriptorHandle _handle;
    private readonly DescriptorHandle _spare;

    private EventFdChannel(DescriptorHandle handle, DescriptorHandle spare)
    {
        _handle = handle;
        _spare = spare;
    }

    internal override SafeHandle Handle => _handle;

    internal override object FileObject => _handle;

    internal override string SignalCall => $"write(eventfd {_handle.Descriptor})";

    internal static EventFdChannel Open()
    {
        var handle = new DescriptorHandle(Create());
        var spare = LibC.Fcntl(handle.Descriptor, LibC.F_DUPFD_CLOEXEC, 0);
        if (spare < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            handle.Dispose();
            throw new SelectorException("fcntl(F_DUPFD_CLOEXEC)", error);
        }

        return new EventFdChannel(handle, new DescriptorHandle(spare));
    }

    internal override int Signal()
    {
        var error = WriteOne(_handle);
        if (error == 0)
        {
            return 0;
        }

        // Broken first: the loop, once woken through the spare, must not find itself healthy.
        if (error != Closed)
        {
            MarkBroken();
            _handle.AbandonIfDead();
        }

        return WriteOne(_spare) == 0 ? 0 : error;
    }

    internal override bool Drain()
    {
        ulong count;
        return TryRead(_handle, &count) || TryRead(_spare, &count);
    }

    internal override void AbandonDead()
    {
        _handle.AbandonIfDead();
        _spare.AbandonIfDead();
    }

    internal override bool GiveUp(nint descriptor) => _handle.AbandonIf(descriptor) || _spare.AbandonIf(descriptor);

    public override void Dispose()
    {
        _handle.Dispose();
        _spare.Dispose();
    }

    private static int Create()
    {
        try
        {
            var descriptor = LibC.EventFd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
            if (descriptor >= 0)
            {
                return descriptor;
            }
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            throw new PlatformNotSupportedException(SelectorMessages.WakerMissing(WakerKind.EventFd), e);
        }

        var error = Marshal.GetLastPInvokeError();
        throw error == Errno.ENOSYS || error == Errno.EPERM
            ? new PlatformNotSupportedException(SelectorMessages.WakerMissing(WakerKind.EventFd))
            : new SelectorException("eventfd()", error);
    }

    private static int WriteOne(DescriptorHandle handle)
    {
        if (handle.IsClosed)
        {
            return Closed;
        }

        ulong one = 1;
        int error;
        try
        {
            do
            {
                error = LibC.Write(handle, &one, sizeof(ulong)) >= 0 ? 0 : Marshal.GetLastPInvokeError();
            }
            while (error == Errno.EINTR);
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }

        // A full counter means wake-ups that nobody took yet.
        return error == Errno.EAGAIN ? 0 : error;
    }

    private static bool TryRead(DescriptorHandle handle, ulong* count)
    {
        if (handle.IsClosed)
        {
            return false;
        }

        // One read takes the whole counter; EAGAIN says that it was zero already.
        return LibC.Read(handle, count, sizeof(ulong)) >= 0 || Marshal.GetLastPInvokeError() is var error && (error == Errno.EAGAIN || error == Errno.EINTR);
    }
}
