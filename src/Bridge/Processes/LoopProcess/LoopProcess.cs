using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Bridge.Net;

/// <summary>A child process with streams for its pipes.</summary>
/// <remarks>
/// <para>
/// The streams that <see cref="ProcessOptions"/> makes pipes have a writer or reader here; the others are null and, unless said otherwise, those
/// of this process. A child with two output pipes blocks when nobody reads one of them: read both, with <see cref="CommunicateAsync"/> or
/// <see cref="ReadLines"/>. Dispose it when done; a child that still runs is killed then, and also when its loop closes.
/// </para>
/// <para>Threads: loop thread. Source: asyncio's <c>create_subprocess_exec</c>, <c>create_subprocess_shell</c> and <c>Process</c>.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed partial class LoopProcess : IAsyncDisposable
{
    private LoopProcess(SubprocessTransport transport, ProcessStreams streams)
    {
        Transport = transport;
        StandardInput = streams.Input is { } input ? new LoopStreamWriter(input, null) : null;
        StandardOutput = ReaderOf(streams.Output);
        StandardError = ReaderOf(streams.Error);
    }

    /// <summary>The transport underneath.</summary>
    public SubprocessTransport Transport { get; }

    /// <summary>The process id. After the child has exited it may be another process's. Any thread.</summary>
    /// <remarks>Source: <c>pid</c>.</remarks>
    public int Id => Transport.Id;

    /// <summary>What the child returned; negative: the signal that killed it; null: it is running.</summary>
    /// <remarks>Source: <c>returncode</c>.</remarks>
    public int? ReturnCode => Transport.ReturnCode;

    /// <summary>Writes to the child; close it to let the child see the end. Null if its input is no pipe.</summary>
    /// <remarks>Source: <c>stdin</c>.</remarks>
    public LoopStreamWriter? StandardInput { get; }

    /// <summary>Reads what the child writes. Null if its output is no pipe.</summary>
    /// <remarks>Source: <c>stdout</c>.</remarks>
    public LoopStreamReader? StandardOutput { get; }

    /// <summary>Reads what the child reports. Null if its error stream is no pipe, or is its output.</summary>
    /// <remarks>Source: <c>stderr</c>.</remarks>
    public LoopStreamReader? StandardError { get; }

    /// <summary>Starts a program on the running loop.</summary>
    /// <param name="program">A path; or a name to look for in the PATH of the child's environment.</param>
    /// <param name="arguments">Its arguments, without its own name. Null: none.</param>
    /// <param name="options">Streams, environment, directory, group. Null: the defaults; all three streams are ours.</param>
    /// <returns>A coroutine giving the process once it runs.</returns>
    /// <exception cref="ArgumentException">The program's name is empty, a text contains a zero character, or an option cannot be.</exception>
    /// <exception cref="InvalidOperationException">No loop is running in this thread.</exception>
    /// <exception cref="PlatformNotSupportedException">On Windows, where no selector can watch pipes and processes.</exception>
    /// <remarks>
    /// Awaiting throws what keeps the program from starting; see <see cref="EventLoop.SubprocessExec"/>. Source: <c>create_subprocess_exec</c>.
    /// </remarks>
    public static Coroutine<LoopProcess> StartAsync(string program, IEnumerable<string>? arguments = null, ProcessOptions? options = null)
    {
        EventLoop loop = EventLoop.Running;
        ProcessOptions inheriting = Inheriting(options);
        return Wrap(loop.SubprocessExec(() => new ProcessStreams(loop, inheriting), program, arguments ?? [], inheriting));
    }

    /// <summary>Has the shell (<c>/bin/sh -c</c>) run a command line on the running loop.</summary>
    /// <param name="command">The command line. Quoting what comes from users is the caller's task; better use <see cref="StartAsync"/>.</param>
    /// <param name="options">Streams, environment, directory, group. Null: the defaults; all three streams are ours.</param>
    /// <returns>A coroutine giving the process once it runs.</returns>
    /// <exception cref="ArgumentException">The command is empty or contains a zero character, or an option cannot be.</exception>
    /// <exception cref="InvalidOperationException">No loop is running in this thread.</exception>
    /// <exception cref="PlatformNotSupportedException">On Windows, where no selector can watch pipes and processes.</exception>
    /// <remarks>As <see cref="StartAsync"/>. Source: <c>create_subprocess_shell</c>.</remarks>
    public static Coroutine<LoopProcess> StartShellAsync(string command, ProcessOptions? options = null)
    {
        EventLoop loop = EventLoop.Running;
        ProcessOptions inheriting = Inheriting(options);
        return Wrap(loop.SubprocessShell(() => new ProcessStreams(loop, inheriting), command, inheriting));
    }

    /// <summary>Waits until the child has exited. Its pipes may still hold data, or be held open by its own children.</summary>
    /// <returns>A coroutine giving the return code. Cancelling it leaves the child alone; any number of tasks may wait.</returns>
    /// <remarks>
    /// A child that fills a pipe nobody reads never exits: read its pipes meanwhile. Source: <c>wait</c>; up to 3.14 that also waits for the
    /// end of all pipes.
    /// </remarks>
    public Coroutine<int> WaitAsync() => Transport.WaitForExit();

    /// <summary>Sends a signal to the child.</summary>
    /// <param name="signal">A member of <see cref="PosixSignal"/>, or a number of this system.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    /// <exception cref="InvalidOperationException">The child has exited, or the loop runs on another thread.</exception>
    /// <exception cref="UnauthorizedAccessException">The child runs as another user now.</exception>
    /// <remarks>Source: <c>send_signal</c>.</remarks>
    public void SendSignal(PosixSignal signal) => Transport.SendSignal(signal);

    /// <summary>Asks the child to end (SIGTERM). It may take its time, or ignore it.</summary>
    /// <exception cref="InvalidOperationException">The child has exited, or the loop runs on another thread.</exception>
    /// <exception cref="UnauthorizedAccessException">The child runs as another user now.</exception>
    /// <remarks>Source: <c>terminate</c>.</remarks>
    public void Terminate() => Transport.Terminate();

    /// <summary>Ends the child (SIGKILL).</summary>
    /// <param name="entireTree">Also all processes of its group: its own children, unless they went away from it.</param>
    /// <exception cref="InvalidOperationException">The child has exited, or it leads no group and the whole tree was meant, or the loop runs on another thread.</exception>
    /// <exception cref="UnauthorizedAccessException">The child runs as another user now.</exception>
    /// <remarks>Source: <c>kill</c>.</remarks>
    public void Kill(bool entireTree = false) => Transport.Kill(entireTree);

    /// <summary>Closes the pipes, kills the child if it runs, and waits until it has exited.</summary>
    /// <returns>Await it on the loop thread.</returns>
    public async ValueTask DisposeAsync()
    {
        StandardInput?.Close();
        Transport.Close();
        await WaitAsync();
    }

    /// <summary>Process id and state, for people.</summary>
    public override string ToString() => $"<{nameof(LoopProcess)} {Id}{(ReturnCode is { } code ? $" returncode={code}" : "")}>";

    private static async Coroutine<LoopProcess> Wrap(Coroutine<(SubprocessTransport Transport, ProcessStreams Streams)> start)
    {
        (SubprocessTransport transport, ProcessStreams streams) = await start;
        return new LoopProcess(transport, streams);
    }

    private static ProcessOptions Inheriting(ProcessOptions? options)
    {
        options ??= new ProcessOptions();
        return options with
        {
            StandardInput = options.StandardInput ?? Stdio.Inherit,
            StandardOutput = options.StandardOutput ?? Stdio.Inherit,
            StandardError = options.StandardError ?? Stdio.Inherit,
        };
    }

    /// <summary>Who has a reader keeps the writer, too: a writer that is collected closes the child's input.</summary>
    private LoopStreamReader? ReaderOf(StreamInput? input) => input is null ? null : new LoopStreamReader(input) { Companion = StandardInput };
}
