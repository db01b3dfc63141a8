using System.Runtime.InteropServices;

namespace Bridge.Net.Native;

/// <summary>The socket calls of the C library, without logic: each method is the call of that name.</summary>
/// <remarks>
/// The handle is referenced for the duration of a call, so its number cannot become somebody else's meanwhile.
/// SIGPIPE needs no flag: .NET ignores it for the whole process.
/// </remarks>
internal static unsafe partial class SocketLibC
{
    internal const int SOCK_NONBLOCK_LINUX = 0x800;
    internal const int SOCK_CLOEXEC_LINUX = 0x80000;
    internal const int SHUT_WR = 1;

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    internal static partial nint Recv(SafeHandle fd, byte* buffer, nuint count, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    internal static partial nint Send(SafeHandle fd, byte* buffer, nuint count, int flags);

    [LibraryImport("libc", EntryPoint = "writev", SetLastError = true)]
    internal static partial nint Writev(SafeHandle fd, IoVector* vectors, int count);

    [LibraryImport("libc", EntryPoint = "recvfrom", SetLastError = true)]
    internal static partial nint RecvFrom(SafeHandle fd, byte* buffer, nuint count, int flags, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    internal static partial nint SendTo(SafeHandle fd, byte* buffer, nuint count, int flags, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    internal static partial int Accept4(SafeHandle fd, byte* address, uint* length, int flags);

    /// <summary>Linux: other systems have another call of this name.</summary>
    [LibraryImport("libc", EntryPoint = "sendfile", SetLastError = true)]
    internal static partial nint SendFile(SafeHandle output, SafeHandle input, long* offset, nuint count);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(SafeHandle fd, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    internal static partial int GetSockName(SafeHandle fd, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "getpeername", SetLastError = true)]
    internal static partial int GetPeerName(SafeHandle fd, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    internal static partial int Shutdown(SafeHandle fd, int how);

    /// <summary>struct iovec, the same on every Unix.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IoVector
    {
        internal byte* Base;
        internal nuint Length;
    }
}
