using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Tests.Processes;

/// <summary>Pipes and terminals for tests, and reading and writing them behind the loop's back. Unix.</summary>
internal static unsafe partial class TestPipes
{
    private const int Cloexec = 0x80000;

    /// <summary>A blocking pipe.</summary>
    internal static (SafeFileHandle Reader, SafeFileHandle Writer) Open()
    {
        int* ends = stackalloc int[2];
        Assert.Equal(0, Pipe2(ends, Cloexec));
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    /// <summary>A pseudo-terminal without echo or translation.</summary>
    internal static (SafeFileHandle Master, SafeFileHandle Slave) OpenTerminal()
    {
        int master;
        int slave;
        Assert.Equal(0, OpenPty(&master, &slave, null, null, null));
        byte* settings = stackalloc byte[256];
        Assert.Equal(0, GetAttributes(slave, settings));
        MakeRaw(settings);
        Assert.Equal(0, SetAttributes(slave, 0, settings));
        return (new SafeFileHandle(master, ownsHandle: true), new SafeFileHandle(slave, ownsHandle: true));
    }

    internal static void Write(SafeHandle file, string text)
    {
        byte[] data = Encoding.Latin1.GetBytes(text);
        fixed (byte* start = data)
        {
            Assert.Equal(data.Length, Write(file, start, (nuint)data.Length));
        }
    }

    /// <summary>What one read gives; empty at the end or if there is nothing.</summary>
    internal static string Read(SafeHandle file, int size = 64 * 1024)
    {
        byte[] data = new byte[size];
        fixed (byte* start = data)
        {
            nint count = Read(file, start, (nuint)size);
            return Encoding.Latin1.GetString(data, 0, (int)Math.Max(count, 0));
        }
    }

    internal static bool IsNonBlocking(SafeHandle file) => (Fcntl(file, 3, 0) & 0x800) != 0;

    [LibraryImport("libc", EntryPoint = "pipe2")]
    private static partial int Pipe2(int* fds, int flags);

    [LibraryImport("libc", EntryPoint = "openpty")]
    private static partial int OpenPty(int* master, int* slave, byte* name, void* settings, void* size);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int fd, byte* settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int fd, int when, byte* settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(byte* settings);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(SafeHandle fd, byte* data, nuint count);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(SafeHandle fd, byte* data, nuint count);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Fcntl(SafeHandle fd, int command, nint argument);
}
