using System.Runtime.InteropServices;

namespace Bridge.Selectors.Native;

internal static unsafe partial class LibC
{
    internal const short EVFILT_READ = -1;
    internal const short EVFILT_WRITE = -2;

    internal const ushort EV_ADD = 0x1;
    internal const ushort EV_DELETE = 0x2;
    internal const ushort EV_ERROR = 0x4000;
    internal const ushort EV_EOF = 0x8000;

    [LibraryImport("libc", EntryPoint = "kqueue", SetLastError = true)]
    internal static partial int Kqueue();

    /// <summary>The lists are arrays of struct kevent; see <c>KqueueEventBuffer</c> for its layout.</summary>
    [LibraryImport("libc", EntryPoint = "kevent", SetLastError = true)]
    internal static partial int Kevent(int kq, void* changes, int changeCount, void* events, int eventCount, Timespec* timeout);
}
