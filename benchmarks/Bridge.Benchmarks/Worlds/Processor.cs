using System.Runtime.InteropServices;

namespace Bridge.Benchmarks.Worlds;

/// <summary>Which processors there are, and the way to put the calling thread on one.</summary>
/// <remarks>Only for threads that end with the workload. The runtime starts new threads with the affinity of the main thread, so never pin that one.</remarks>
internal static partial class Processor
{
    /// <summary>Room for 1024 processors, as in the C library.</summary>
    private const int MaskWords = 16;

    private const int WordBits = 64;

    /// <summary>The numbers of the processors that the calling thread may use, ascending.</summary>
    /// <exception cref="MissingPeerException">The system does not say.</exception>
    internal static int[] Allowed()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new MissingPeerException("programs and threads are pinned to a processor on Linux only");
        }

        var mask = new ulong[MaskWords];
        if (GetAffinity(0, MaskWords * sizeof(ulong), mask) < 0)
        {
            throw new MissingPeerException($"sched_getaffinity failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        return [.. Enumerable.Range(0, MaskWords * WordBits).Where(processor => (mask[processor / WordBits] & Bit(processor)) != 0)];
    }

    /// <summary>Binds the calling thread to the first processor that it may use.</summary>
    /// <exception cref="MissingPeerException">The system does not let it.</exception>
    internal static void PinThread()
    {
        int first = Allowed()[0];
        var mask = new ulong[MaskWords];
        mask[first / WordBits] = Bit(first);
        if (SetAffinity(0, MaskWords * sizeof(ulong), mask) < 0)
        {
            throw new MissingPeerException($"sched_setaffinity failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private static ulong Bit(int processor) => 1UL << (processor % WordBits);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nint bytes, [Out] ulong[] mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nint bytes, ulong[] mask);
}
