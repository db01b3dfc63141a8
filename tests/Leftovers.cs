using System.Net;
using System.Net.Sockets;

[assembly: AssemblyFixture(typeof(Bridge.TestKit.Leftovers))]

namespace Bridge.TestKit;

/// <summary>After the last test of an assembly: no thread and no descriptor may be there that was not there before the first. Linux, where the system lists both.</summary>
/// <remarks>Compiled into every test assembly. A thread that is just ending, or a file whose finalizer is due, gets a moment.</remarks>
public sealed class Leftovers : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>How the names of threads begin that the runtime and the runner's report start for themselves.</summary>
    private static readonly string[] s_foreign = [".NET", "TRX"];

    private readonly HashSet<string> _before;

    public Leftovers()
    {
        StartSocketEngine();
        _before = [.. Threads(), .. Descriptors()];
    }

    public void Dispose()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        List<string> left = [];
        SpinWait.SpinUntil(() => IsClean(out left), s_patience);
        if (left.Count > 0)
        {
            throw new InvalidOperationException($"The tests have left behind: {string.Join("; ", left)}");
        }
    }

    /// <summary>What the runtime makes once for all asynchronous sockets and never gives back.</summary>
    private static void StartSocketEngine()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Task<int> receiving = socket.ReceiveAsync(new ArraySegment<byte>(new byte[1]));
        socket.Dispose();
        receiving.ContinueWith(static receiving => _ = receiving.Exception, TaskScheduler.Default).Wait();
    }

    private bool IsClean(out List<string> left)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        left = [.. Threads().Concat(Descriptors()).Where(one => !_before.Contains(one))];
        return left.Count == 0;
    }

    /// <summary>All threads but those that the runtime starts for itself, and the runner's.</summary>
    private static IEnumerable<string> Threads()
    {
        if (!OperatingSystem.IsLinux())
        {
            yield break;
        }

        foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            string? name = null;
            try
            {
                name = File.ReadAllText(Path.Combine(thread, "comm")).TrimEnd();
            }
            catch (IOException)
            {
                // Ended meanwhile.
            }

            if (name is not null && !s_foreign.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                yield return $"thread '{name}' ({Path.GetFileName(thread)})";
            }
        }
    }

    /// <summary>
    /// Sockets and pipes by what they are, for the console makes another number for its output; by number what the system makes without a name:
    /// selectors, events, children. Not inotify, which a FileSystemWatcher whose directory went away never gives back.
    /// </summary>
    private static IEnumerable<string> Descriptors()
    {
        if (!OperatingSystem.IsLinux())
        {
            yield break;
        }

        foreach (string descriptor in Directory.EnumerateFiles("/proc/self/fd"))
        {
            string target = new FileInfo(descriptor).LinkTarget ?? "";
            if (target.StartsWith("socket:", StringComparison.Ordinal) || target.StartsWith("pipe:", StringComparison.Ordinal))
            {
                yield return target;
            }
            else if (target.StartsWith("anon_inode:[", StringComparison.Ordinal))
            {
                yield return $"{target} ({Path.GetFileName(descriptor)})";
            }
        }
    }
}
