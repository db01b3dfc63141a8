using System.Runtime.InteropServices;

namespace Bridge;

/// <summary>Signals as the system numbers them. <see cref="PosixSignal"/> has names of its own for ten of them and takes any other number as it is.</summary>
internal static class SignalNumbers
{
    internal const int SIGINT = 2;
    internal const int SIGKILL = 9;
    internal const int SIGTERM = 15;

    /// <summary>As many as the system has: 64 on Linux, 31 on the BSD family.</summary>
    internal static readonly int Highest = OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? 64 : 31;

    private static readonly bool s_isBsd = Highest == 31;

    internal static readonly int SIGSTOP = s_isBsd ? 17 : 19;

    /// <summary>The members of <see cref="PosixSignal"/>, which count down from -1: HUP, INT, QUIT, TERM, CHLD, CONT, WINCH, TTIN, TTOU, TSTP.</summary>
    private static ReadOnlySpan<byte> NamedOnLinux => [1, SIGINT, 3, SIGTERM, 17, 18, 28, 21, 22, 20];

    private static ReadOnlySpan<byte> NamedOnBsd => [1, SIGINT, 3, SIGTERM, 20, 19, 28, 21, 22, 18];

    /// <summary>The number of a signal. Any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal here.</exception>
    internal static int Of(PosixSignal signal)
    {
        int index = -1 - (int)signal;
        int number = index >= 0 && index < NamedOnLinux.Length ? (s_isBsd ? NamedOnBsd : NamedOnLinux)[index] : (int)signal;
        return number >= 1 && number <= Highest
            ? number
            : throw new ArgumentOutOfRangeException(nameof(signal), signal, Messages.NoSuchSignal((int)signal, Highest));
    }

    /// <summary>Throws for what no program can catch, and for what the .NET runtime needs for itself.</summary>
    /// <exception cref="InvalidOperationException">It cannot be caught.</exception>
    internal static void ThrowIfUncatchable(int number)
    {
        if (number == SIGKILL || number == SIGSTOP)
        {
            throw new InvalidOperationException(Messages.UncatchableSignal(number));
        }

        // Faults become exceptions, and the first real-time signals stop threads: to take one of these away breaks the runtime.
        bool isFault = number is 4 or 5 or 6 or 8 or 11 || number == (s_isBsd ? 10 : 7);
        if (isFault || (!s_isBsd && number is >= 32 and <= 34))
        {
            throw new InvalidOperationException(Messages.SignalOfRuntime(number));
        }
    }
}
