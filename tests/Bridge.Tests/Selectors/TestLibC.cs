using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Tests.Selectors;

/// <summary>What the tests do behind the back of .NET.</summary>
internal static unsafe partial class TestLibC
{
    private const int RlimitNoFile = 7;

    /// <summary>Loads every library that code here may come to need: the runtime keeps a descriptor for each, which a test that counts would take for a leak,
    /// and which it cannot get under a limit.</summary>
    private static readonly Lazy<int> s_libraries = new(LoadLibraries);

    /// <summary>The numbers that are open now. Linux only.</summary>
    internal static HashSet<int> OpenDescriptors()
    {
        _ = s_libraries.Value;

        // The directory's own descriptor is closed again by the time the test looks, and fails the second look.
        var listed = Directory.GetFiles("/proc/self/fd").Select(path => int.Parse(Path.GetFileName(path), null));
        return listed.Where(fd => Fcntl(fd, 1, 0) >= 0).ToHashSet();
    }

    internal static SafeFileHandle Duplicate(nint fd)
    {
        var copy = Dup((int)fd);
        Assert.True(copy >= 0, "dup failed");
        return new SafeFileHandle(copy, ownsHandle: true);
    }

    internal static (SafeFileHandle Reader, SafeFileHandle Writer) OpenPipe()
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, Pipe2(ends, 0x80800));
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    internal static void WriteByte(SafeHandle handle)
    {
        byte b = 1;
        Assert.Equal(1, Write(handle, &b, 1));
    }

    internal static bool IsOpen(nint fd) => Fcntl((int)fd, 1, 0) >= 0;

    internal static void RaiseDescriptorLimit(ulong wanted)
    {
        Limit limit;
        Assert.Equal(0, GetRlimit(RlimitNoFile, &limit));
        if (limit.Soft < wanted)
        {
            limit.Soft = Math.Min(wanted, limit.Hard);
            Assert.Equal(0, SetRlimit(RlimitNoFile, &limit));
        }
    }

    /// <summary>Lets the process open so many descriptors in all, or as many as it may, until the result is disposed of.</summary>
    internal static IDisposable TryAllowDescriptors(int wanted, out long allowed)
    {
        Limit limit;
        Assert.Equal(0, GetRlimit(RlimitNoFile, &limit));
        var restore = new LimitRestore(limit);
        var raised = new Limit { Soft = Math.Max(limit.Soft, (ulong)wanted), Hard = Math.Max(limit.Hard, (ulong)wanted) };
        if (SetRlimit(RlimitNoFile, &raised) != 0)
        {
            // Only the administrator may raise the hard limit.
            raised = new Limit { Soft = Math.Min(raised.Soft, limit.Hard), Hard = limit.Hard };
            Assert.Equal(0, SetRlimit(RlimitNoFile, &raised));
        }

        allowed = (long)Math.Min(raised.Soft, int.MaxValue);
        return restore;
    }

    /// <summary>Lets the process open so many descriptors more, until the result is disposed of. Only where nothing else runs.</summary>
    internal static IDisposable AllowMoreDescriptors(int count)
    {
        Limit limit;
        Assert.Equal(0, GetRlimit(RlimitNoFile, &limit));
        var restore = new LimitRestore(limit);

        // The limit is on numbers: those that are free below it count.
        HashSet<int> open = OpenDescriptors();
        int number = 0;
        for (int free = 0; open.Contains(number) || free < count; number++)
        {
            free += open.Contains(number) ? 0 : 1;
        }

        limit.Soft = (ulong)number;
        Assert.Equal(0, SetRlimit(RlimitNoFile, &limit));
        return restore;
    }

    internal static void Signal(int threadId, int signal) => Assert.Equal(0, Tgkill(Environment.ProcessId, threadId, signal));

    private static int LoadLibraries()
    {
        var loaded = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies());
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (loaded.TryDequeue(out Assembly? library))
        {
            foreach (AssemblyName name in library.GetReferencedAssemblies().Where(name => seen.Add(name.FullName)))
            {
                try
                {
                    loaded.Enqueue(Assembly.Load(name));
                }
                catch (IOException)
                {
                    // Not shipped: some code of a package refers to what only other systems have.
                }
            }
        }

        return seen.Count;
    }

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "dup2")]
    internal static partial int Dup2(int from, int to);

    [LibraryImport("libc", EntryPoint = "gettid")]
    internal static partial int GetTid();

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Dup(int fd);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Fcntl(int fd, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "pipe2")]
    private static partial int Pipe2(int* fds, int flags);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(SafeHandle fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "tgkill")]
    private static partial int Tgkill(int process, int thread, int signal);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetRlimit(int resource, Limit* limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetRlimit(int resource, Limit* limit);

    private sealed class LimitRestore(Limit limit) : IDisposable
    {
        public void Dispose()
        {
            Limit old = limit;
            Assert.Equal(0, SetRlimit(RlimitNoFile, &old));
        }
    }

    private struct Limit
    {
        internal ulong Soft;
        internal ulong Hard;
    }
}
