using System.Numerics;
using System.Runtime.InteropServices;

namespace Bridge.Benchmarks.Worlds;

/// <summary>Puts the calling thread on one processor.</summary>
/// <remarks>Only for threads that end with the workload. The runtime starts new threads with the affinity of the main thread, so never pin that one.</remarks>
internal static partial class Processor
{
    /// <summary>Room for 1024 processors, as in the C library.</summary>
    private const int MaskWords = 16;

    /// <summary>Binds the calling thread to the first processor that it may use.</summary>
    /// <exception cref="MissingPeerException">The system does not let it.</exception>
    internal static void PinThread()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new MissingPeerException("threads are pinned to a processor on Linux only");
        }

        var mask = new ulong[MaskWords];
        if (GetAffinity(0, MaskWords * sizeof(ulong), mask) < 0)
        {
            throw new MissingPeerException($"sched_getaffinity failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        int word = Array.FindIndex(mask, bits => bits != 0);
        ulong first = 1UL << BitOperations.TrailingZeroCount(mask[word]);
        Array.Clear(mask);
        mask[word] = first;
        if (SetAffinity(0, MaskWords * sizeof(ulong), mask) < 0)
        {
            throw new MissingPeerException($"sched_setaffinity failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nint bytes, [Out] ulong[] mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nint bytes, ulong[] mask);
}
