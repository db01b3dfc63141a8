using System.Runtime.InteropServices;
using Bridge.Net;
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

    internal const string NoProcessesOnWindows
        = "Child processes on the loop need pipes and process descriptors that a selector can watch, and Windows has none. Use System.Diagnostics.Process, with WrapFuture.";

    internal static string EmbeddedZero(string text)
        => $"\"{text.Replace("\0", "\\0", StringComparison.Ordinal)}\" contains a zero character, at which the system would end it. Remove it.";

    internal static string BadVariable(string name)
        => $"\"{name}\" cannot be an environment variable: a name is not empty and has no '=', and a value is not null.";

    internal static string SessionAndGroup(int group)
        => $"NewSession makes the child lead a group of its own, so ProcessGroup cannot be {group}. Set one of the two.";

    internal static string StdOutForOther(string name)
        => $"{name} cannot be Stdio.StdOut: only StandardError can go where StandardOutput goes.";

    internal static string StdioClosed(string name)
        => $"The handle for {name} is closed or invalid. It must be open until the child is started.";

    internal static string NoWorkingDirectory(string program, string directory)
        => $"Cannot start '{program}' in '{directory}': there is no such directory.";

    internal static string NoChangeDirectory(string program)
        => $"Cannot start '{program}' in another directory: this C library has no posix_spawn_file_actions_addchdir_np. Leave WorkingDirectory null, and start it by a shell that changes there.";

    internal static string CannotStart(string program, int errorNumber)
        => $"Cannot start '{program}': {SystemErrors.Text(errorNumber)}.";

    internal static string SignalForbidden(int pid, int signal)
        => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"sig {signal} cannot be sent to process {pid}: it runs as another user now.");

    internal static string ProcessExited(int pid, int returnCode)
        => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Process {pid} has exited with {returnCode}, so it can get no signal. Look at ReturnCode first.");

    internal static string NoGroupToKill(int pid)
        => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Process {pid} leads no group that could be killed as a whole. Start it with NewSession, or with ProcessGroup = 0.");

    internal static string StatusTaken(int pid)
        => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Unknown child process pid {pid}: somebody else has taken its status, will report returncode 255.");

    internal static string ExitAfterClose(EventLoop loop, int pid)
        => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Event loop '{loop.Name}' that handles pid {pid} is closed.");

    internal static string NoInputPipe(LoopProcess process)
        => $"{process} has no pipe for its input, so no input can be sent to it. Start it with StandardInput = Stdio.Pipe.";

    internal static string NoOutputPipe(LoopProcess process)
        => $"{process} has no pipe for its outputs, so there are no lines to read. Start it with StandardOutput = Stdio.Pipe.";
}
