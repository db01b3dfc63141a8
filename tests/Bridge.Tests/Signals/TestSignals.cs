using System.Globalization;
using System.Runtime.InteropServices;

namespace Bridge.Tests.Signals;

/// <summary>Sends signals, and looks at what the process would do with them. Linux.</summary>
internal static partial class TestSignals
{
    internal const PosixSignal Usr1 = (PosixSignal)10;
    internal const PosixSignal Usr2 = (PosixSignal)12;

    /// <summary>To this process. Only for signals that have a handler, or that do nothing by default.</summary>
    internal static void SendToSelf(PosixSignal signal) => Assert.Equal(0, Kill(Environment.ProcessId, (int)signal));

    /// <summary>Whether the process catches the signal, instead of having its default action.</summary>
    internal static bool IsCaught(PosixSignal signal)
    {
        string line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("SigCgt:", StringComparison.Ordinal));
        ulong caught = ulong.Parse(line[7..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (caught & (1UL << ((int)signal - 1))) != 0;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    internal static partial int Kill(int process, int signal);
}
