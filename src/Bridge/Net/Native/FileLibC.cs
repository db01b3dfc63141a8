using System.Runtime.InteropServices;

namespace Bridge.Net.Native;

/// <summary>stat, of which .NET gives neither the file's number nor whether it is a socket.</summary>
/// <remarks>The structures differ: Linux's statx is the same on every processor; Apple's and FreeBSD's are those of their 64-bit inodes.</remarks>
internal static unsafe partial class FileLibC
{
    private const int BufferSize = 256;
    private const int AT_FDCWD = -100;
    private const uint STATX_BASIC_STATS = 0x7ff;
    private const int S_IFMT = 0xf000;
    private const int S_IFSOCK = 0xc000;

    internal static int Stat(string path, out FileIdentity identity, out int error)
    {
        byte* buffer = stackalloc byte[BufferSize];
        new Span<byte>(buffer, BufferSize).Clear();
        bool isLinux = OperatingSystem.IsLinux() || OperatingSystem.IsAndroid();
        int result = isLinux ? Statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, buffer)
            : OperatingSystem.IsFreeBSD() || RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Stat(path, buffer)
            : StatInode64(path, buffer);
        error = result == 0 ? 0 : Marshal.GetLastPInvokeError();
        var bytes = new ReadOnlySpan<byte>(buffer, BufferSize);
        identity = isLinux ? Parse(Pair(bytes, 136), ReadLong(bytes, 32), ReadShort(bytes, 28))
            : OperatingSystem.IsFreeBSD() ? Parse(ReadLong(bytes, 0), ReadLong(bytes, 8), ReadShort(bytes, 24))
            : Parse(ReadInt(bytes, 0), ReadLong(bytes, 8), ReadShort(bytes, 4));
        return result;
    }

    private static FileIdentity Parse(ulong device, ulong number, int mode) => new(device, number, (mode & S_IFMT) == S_IFSOCK);

    private static ulong Pair(ReadOnlySpan<byte> bytes, int at) => ((ulong)ReadInt(bytes, at) << 32) | ReadInt(bytes, at + 4);

    private static ulong ReadLong(ReadOnlySpan<byte> bytes, int at) => MemoryMarshal.Read<ulong>(bytes[at..]);

    private static uint ReadInt(ReadOnlySpan<byte> bytes, int at) => MemoryMarshal.Read<uint>(bytes[at..]);

    private static int ReadShort(ReadOnlySpan<byte> bytes, int at) => MemoryMarshal.Read<ushort>(bytes[at..]);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "stat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, byte* buffer);

    [LibraryImport("libc", EntryPoint = "stat$INODE64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatInode64(string path, byte* buffer);
}
