using System.Runtime.InteropServices;
using Bridge.Net.Native;

namespace Bridge;

/// <content>Texts about pipes and child processes.</content>
internal static partial class Messages
{
    internal const string NoPipesOnWindows
        = "Pipe transports need a selector that can watch pipes, and Windows has none. Use a Stream over the pipe, with WrapFuture.";

    internal const string PipeClosed = "The handle of the pipe is closed or invalid. Open the pipe, and leave it to the transport to close it.";

    internal const string PipeClosedByPeer = "The pipe was closed by its other end before all data was written.";

    internal static string NotAPipe(SafeHandle pipe, string what)
        => $"Pipe transports are for pipes, sockets and character devices; {FileText.Of(pipe)} is {what}. Use RunInExecutor to read or write it.";

    internal static string PipeUnreadable(SafeHandle pipe, int errorNumber)
        => $"{FileText.Of(pipe)} cannot become a pipe transport: {SystemErrors.Text(errorNumber)}.";

    internal static string FactoryReturnedNull(string method)
        => $"The protocol factory given to {method} returned null. Return a new protocol.";
}
