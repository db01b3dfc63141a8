using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bridge.Selectors.Native;

namespace Bridge.Selectors;

/// <summary>The selector of every Unix, on poll. Each wait costs time for every registration.</summary>
/// <remarks>
/// <para>Time-outs have nanoseconds where the system has ppoll, else (macOS) milliseconds, rounded up.</para>
/// <para>Regular files are accepted and always ready.</para>
/// <para>Threads: see <see cref="ISelector"/>. Source: CPython <c>selectors.PollSelector</c>.</para>
/// </remarks>
public sealed unsafe class PollSelector : Selector
{
#if DEBUG
    private const int InitialCapacity = 4;
#else
    private const int InitialCapacity = 64;
#endif

    private static readonly bool s_hasPpoll = Probe(&CallPpoll);
    private static readonly bool s_hasPoll = Probe(&CallPoll);

    // Built anew for each wait: poll walks over all of it anyway, and so a closed file is seen in time. Pinned for good.
    private LibC.PollFd[] _fds = Allocate(InitialCapacity);

    /// <summary>Creates the selector; poll needs nothing from the system beforehand.</summary>
    /// <exception cref="PlatformNotSupportedException">Not a Unix.</exception>
    public PollSelector()
        : base("poll")
    {
        if (!s_hasPoll)
        {
            throw new PlatformNotSupportedException(SelectorMessages.BackendMissing(nameof(PollSelector), "Unix", "use SelectSelector"));
        }
    }

    private protected override ReadOnlySpan<WakerKind> PreferredWakers => [WakerKind.EventFd, WakerKind.Pipe];

    private LibC.PollFd* Fds => (LibC.PollFd*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_fds));

    // poll itself would only say later that the number is not open.
    private protected override void Watch(SelectorKey key)
    {
        if (LibC.Fcntl((int)key.Descriptor, LibC.F_GETFD, 0) < 0)
        {
            throw new SelectorException($"fcntl(F_GETFD, fd {key.Descriptor})", Marshal.GetLastPInvokeError(), SelectorMessages.NotADescriptor);
        }
    }

    private protected override void Rewatch(SelectorKey key, SelectorEvents events)
    {
    }

    private protected override void Unwatch(SelectorKey key)
    {
    }

    private protected override int Wait(in WaitTime time)
    {
        var count = Fill();

        // After the list was made: whatever waker it leaves out is known as broken here. One event at least, so that the Select ends.
        return TakeWakerBreaks() ? Math.Max(1, Poll(count, new WaitTime(TimeSpan.Zero))) : Poll(count, in time);
    }

    private int Poll(int count, in WaitTime time)
    {
        int found;
        if (s_hasPpoll && !time.IsInfinite && !time.IsPoll)
        {
            var timespec = time.Timespec;
            found = LibC.Ppoll(Fds, (nuint)count, &timespec, null);
        }
        else
        {
            found = LibC.Poll(Fds, (nuint)count, time.Milliseconds);
        }

        if (found < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == Errno.EINTR ? 0 : throw new SelectorException($"poll({count} descriptors)", error);
        }

        return found;
    }

    private protected override void Collect(int found)
    {
        var users = Registry.Users;
        for (var i = 0; found > 0 && i < users.Count; i++)
        {
            int events = _fds[i].Revents;
            if (events != 0)
            {
                found--;

                // An error, a hang-up or a number that is not open is neither bit alone, so it counts as both.
                Found(users[i], ((events & ~LibC.POLLOUT) != 0 ? SelectorEvents.Read : 0) | ((events & ~LibC.POLLIN) != 0 ? SelectorEvents.Write : 0));
            }
        }

        var wakers = Registry.Wakers;
        for (var i = 0; found > 0 && i < wakers.Count; i++)
        {
            var events = _fds[users.Count + i].Revents;
            if (events == 0)
            {
                continue;
            }

            found--;
            if ((events & (LibC.POLLERR | LibC.POLLHUP | LibC.POLLNVAL)) != 0)
            {
                FoundBroken(wakers[i]);
            }
            else
            {
                Found(wakers[i], SelectorEvents.Read);
            }
        }
    }

    private protected override void Close() => _fds = [];

    /// <summary>Lists the users' registrations, then the wakers', each at its index.</summary>
    private int Fill()
    {
        var users = Registry.Users;
        var wakers = Registry.Wakers;
        var count = users.Count + wakers.Count;
        if (count > _fds.Length)
        {
            _fds = Allocate(Math.Max(count, _fds.Length * 2));
        }

        for (var i = 0; i < users.Count; i++)
        {
            var key = users[i];
            var events = ((key.Events & SelectorEvents.Read) != 0 ? LibC.POLLIN : 0) | ((key.Events & SelectorEvents.Write) != 0 ? LibC.POLLOUT : 0);
            _fds[i] = new LibC.PollFd { Fd = key.IsFileClosed ? -1 : (int)key.Descriptor, Events = (short)events };
        }

        for (var i = 0; i < wakers.Count; i++)
        {
            // A broken waker would end each wait at once until it is rebuilt.
            var key = wakers[i];
            var isAlive = key.Waker!.IsHealthy && !key.IsFileClosed;
            _fds[users.Count + i] = new LibC.PollFd { Fd = isAlive ? (int)key.Descriptor : -1, Events = LibC.POLLIN };
        }

        return count;
    }

    private static LibC.PollFd[] Allocate(int capacity) => GC.AllocateArray<LibC.PollFd>(capacity, pinned: true);

    private static bool Probe(delegate*<int> call)
    {
        try
        {
            return call() == 0;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }

    private static int CallPpoll()
    {
        LibC.Timespec none = default;
        return LibC.Ppoll(null, 0, &none, null);
    }

    private static int CallPoll() => LibC.Poll(null, 0, 0);
}
