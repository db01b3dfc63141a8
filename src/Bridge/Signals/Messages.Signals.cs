using System.Globalization;

namespace Bridge;

/// <content>Texts about signals.</content>
internal static partial class Messages
{
    internal static string NoSuchSignal(int signal, int highest)
        => string.Create(CultureInfo.InvariantCulture, $"There is no signal {signal} here. Use a member of PosixSignal, or a number from 1 to {highest}.");

    internal static string UncatchableSignal(int number)
        => string.Create(CultureInfo.InvariantCulture, $"sig {number} cannot be caught. Use SIGTERM or SIGINT for an orderly end.");

    internal static string SignalOfRuntime(int number)
        => string.Create(CultureInfo.InvariantCulture, $"sig {number} cannot be caught here: the .NET runtime needs it for itself. Use SIGUSR1 or SIGUSR2.");

    internal static string SignalsUnsupported(int number)
        => string.Create(CultureInfo.InvariantCulture, $"sig {number} cannot be handled on this platform: .NET knows SIGINT, SIGQUIT, SIGHUP and SIGTERM only there.");
}
