using Bridge.Net;

namespace Bridge;

/// <content>Child processes.</content>
public abstract partial class EventLoop
{
    /// <summary>Starts a program as a child process.</summary>
    /// <typeparam name="TProtocol">Type of the protocol.</typeparam>
    /// <param name="protocolFactory">Makes the protocol, when the coroutine is awaited.</param>
    /// <param name="program">A path; or a name to look for in the PATH of the child's environment.</param>
    /// <param name="arguments">Its arguments, without its own name.</param>
    /// <param name="options">Streams, environment, directory, group. Null: the defaults, with three pipes.</param>
    /// <returns>A coroutine: transport and protocol, once the protocol's ConnectionMade has run.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The program's name is empty, a text contains a zero character, or an option cannot be.</exception>
    /// <exception cref="PlatformNotSupportedException">On Windows, where no selector can watch pipes and processes.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// <para>
    /// Awaiting throws what keeps the program from starting: <see cref="FileNotFoundException"/>, <see cref="DirectoryNotFoundException"/>,
    /// <see cref="UnauthorizedAccessException"/>, or <see cref="IOException"/> with the error number in HResult;
    /// <see cref="OperationCanceledException"/> if the KillToken is cancelled already. Cancelled while it starts, the child is killed and
    /// its end awaited.
    /// </para>
    /// <para>Source: <c>loop.subprocess_exec</c>. Text modes and buffer sizes do not exist here: bytes come as they are.</para>
    /// </remarks>
    public Coroutine<(SubprocessTransport Transport, TProtocol Protocol)> SubprocessExec<TProtocol>(
        Func<TProtocol> protocolFactory, string program, IEnumerable<string> arguments, ProcessOptions? options = null)
        where TProtocol : SubprocessProtocol
    {
        ArgumentNullException.ThrowIfNull(protocolFactory);
        SpawnText.CheckProgram(program, nameof(program));
        List<string> all = SpawnText.CopyArguments(program, arguments);
        options ??= new ProcessOptions();
        options.Check();
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException(Messages.NoProcessesOnWindows);
        }

        AssertLoopThread();
        ThrowIfClosed();
        return StartChild(protocolFactory, all, options);
    }

    /// <summary>Has the shell (<c>/bin/sh -c</c>) run a command line.</summary>
    /// <typeparam name="TProtocol">Type of the protocol.</typeparam>
    /// <param name="protocolFactory">Makes the protocol, when the coroutine is awaited.</param>
    /// <param name="command">The command line. Quoting what comes from users is the caller's task; better use <see cref="SubprocessExec"/>.</param>
    /// <param name="options">Streams, environment, directory, group. Null: the defaults, with three pipes.</param>
    /// <returns>A coroutine: transport and protocol, once the protocol's ConnectionMade has run.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The command is empty or contains a zero character, or an option cannot be.</exception>
    /// <exception cref="PlatformNotSupportedException">On Windows, where no selector can watch pipes and processes.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="SubprocessExec"/>. Source: <c>loop.subprocess_shell</c>.</remarks>
    public Coroutine<(SubprocessTransport Transport, TProtocol Protocol)> SubprocessShell<TProtocol>(
        Func<TProtocol> protocolFactory, string command, ProcessOptions? options = null)
        where TProtocol : SubprocessProtocol
    {
        SpawnText.CheckProgram(command, nameof(command));
        return SubprocessExec(protocolFactory, OperatingSystem.IsAndroid() ? "/system/bin/sh" : "/bin/sh", ["-c", command], options);
    }

    private async Coroutine<(SubprocessTransport Transport, TProtocol Protocol)> StartChild<TProtocol>(
        Func<TProtocol> factory, IReadOnlyList<string> arguments, ProcessOptions options)
        where TProtocol : SubprocessProtocol
    {
        options.KillToken.ThrowIfCancellationRequested();
        TProtocol protocol = factory() ?? throw new InvalidOperationException(Messages.FactoryReturnedNull("SubprocessExec"));
        var transport = new SubprocessTransport(this, protocol, arguments, options);
        try
        {
            // Behind the first callbacks of the child and of its pipes.
            await LoopTask.Yield();
            return transport.StartFailure is { } failure ? throw failure : (transport, protocol);
        }
        catch
        {
            transport.Close();
            await transport.WaitForExit();
            throw;
        }
    }
}
