using System.Runtime.InteropServices;

namespace Bridge.Selectors.Native;

/// <summary>The C library, without logic: each method is the call of that name. Descriptors and pipes here, one further file per facility.</summary>
internal static unsafe partial class LibC
{
    internal const int F_GETFD = 1;
    internal const int F_SETFD = 2;
    internal const int F_GETFL = 3;
    internal const int F_SETFL = 4;
    internal const int FD_CLOEXEC = 1;

    /// <summary>Linux only.</summary>
    internal const int F_DUPFD_CLOEXEC = 1030;

    internal const int O_NONBLOCK_LINUX = 0x800;
    internal const int O_NONBLOCK_BSD = 0x4;
    internal const int O_CLOEXEC_LINUX = 0x80000;

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int fd);

    /// <summary>The handle is referenced for the duration of the call, so its number cannot become somebody else's meanwhile.</summary>
    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(SafeHandle fd, void* buffer, nuint count);

    /// <inheritdoc cref="Read"/>
    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(SafeHandle fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "pipe", SetLastError = true)]
    internal static partial int Pipe(int* fds);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    internal static partial int Pipe2(int* fds, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Fcntl(int fd, int command, nint argument);

    /// <summary>fcntl is variadic, and Apple's arm64 passes variadic arguments on the stack: six fillers use up the registers.</summary>
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int FcntlOnStack(int fd, int command, nint r2, nint r3, nint r4, nint r5, nint r6, nint r7, nint argument);

    /// <summary>struct timespec, for the symbols used here on every supported system two machine words.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Timespec
    {
        internal nint Seconds;
        internal nint Nanoseconds;
    }
}
