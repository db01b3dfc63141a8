using System.Runtime.InteropServices;

namespace Bridge.Net.Native;

/// <summary>What pipe transports need of the C library, without logic: each method is the call of that name.</summary>
internal static unsafe partial class PipeLibC
{
    internal const int AT_EMPTY_PATH = 0x1000;
    internal const uint STATX_TYPE = 1;

    /// <summary>Bytes of struct statx, and where its 16 bits of mode are: the same on every processor.</summary>
    internal const int StatxSize = 256;

    /// <inheritdoc cref="StatxSize"/>
    internal const int StatxModeOffset = 28;

    /// <summary>More than struct stat has anywhere, and where its 16 bits of mode are on Apple's systems.</summary>
    internal const int StatSize = 512;

    /// <inheritdoc cref="StatSize"/>
    internal const int StatModeOffset = 4;

    internal const int S_IFMT = 0xF000;
    internal const int S_IFIFO = 0x1000;
    internal const int S_IFCHR = 0x2000;
    internal const int S_IFDIR = 0x4000;
    internal const int S_IFBLK = 0x6000;
    internal const int S_IFREG = 0x8000;
    internal const int S_IFSOCK = 0xC000;

    /// <summary>Linux only: the peer has closed its writing half.</summary>
    internal const short POLLRDHUP = 0x2000;

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    internal static partial int Statx(SafeHandle fd, byte* path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "fstat", SetLastError = true)]
    internal static partial int Fstat(SafeHandle fd, byte* result);

    /// <summary>The same on Apple's x64, where the plain name is that of an older layout.</summary>
    [LibraryImport("libc", EntryPoint = "fstat$INODE64", SetLastError = true)]
    internal static partial int FstatInode64(SafeHandle fd, byte* result);
}
