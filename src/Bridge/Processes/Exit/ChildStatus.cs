using System.Runtime.InteropServices;
using Bridge.Net.Native;
using Bridge.Selectors.Native;

namespace Bridge.Net;

/// <summary>Taking the status of a child. Only for children whose status nobody here has taken: a number that is free is given out again.</summary>
internal static unsafe class ChildStatus
{
    /// <summary>What is reported for a child whose status somebody else has taken.</summary>
    internal const int Unknown = 255;

    private static readonly int s_noWait = OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? ProcessLibC.WNOWAIT_LINUX : ProcessLibC.WNOWAIT_APPLE;

    /// <summary>Takes the status if the child has ended: after that its number is free.</summary>
    /// <param name="pid">The child.</param>
    /// <param name="returnCode">What it ended with; negative: the signal that killed it. Null: somebody else has taken it.</param>
    /// <returns>False: it is alive.</returns>
    internal static bool TryTake(int pid, out int? returnCode) => Take(pid, ProcessLibC.WNOHANG, out returnCode);

    /// <summary>Ends a child that was just started and that nobody watches yet. Blocks for the moment it takes.</summary>
    internal static void KillAndTake(int pid)
    {
        _ = ProcessLibC.Kill(pid, SignalNumbers.SIGKILL);
        Take(pid, 0, out _);
    }

    /// <summary>Waits until the child has ended, and leaves its status where it is, so that its number stays taken. Blocks.</summary>
    internal static void Wait(int pid)
    {
        byte* information = stackalloc byte[256];
        while (ProcessLibC.WaitId(ProcessLibC.P_PID, pid, information, ProcessLibC.WEXITED | s_noWait) != 0
            && Marshal.GetLastPInvokeError() == Errno.EINTR)
        {
        }
    }

    private static bool Take(int pid, int options, out int? returnCode)
    {
        int status;
        int result;
        do
        {
            result = ProcessLibC.WaitPid(pid, &status, options);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
        returnCode = result <= 0 ? null : Decode(status);
        return result != 0;
    }

    /// <summary>The low seven bits are the signal, the next byte is what the child returned.</summary>
    private static int Decode(int status) => (status & 0x7F) != 0 ? -(status & 0x7F) : (status >> 8) & 0xFF;
}
