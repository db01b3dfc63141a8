using System.Globalization;
using System.Runtime.InteropServices;

namespace Bridge.Net;

/// <summary>A child process and its pipes. Serves a <see cref="SubprocessProtocol"/>.</summary>
/// <remarks>
/// Made by <c>SubprocessExec</c> and <c>SubprocessShell</c>. The child's status is always taken, so it never stays as a zombie; a child that is
/// alive when its transport or loop is closed is killed. Threads: loop thread. Source: asyncio's <c>SubprocessTransport</c>.
/// </remarks>
public sealed partial class SubprocessTransport : BaseTransport
{
    private readonly ProcessOptions _options;
    private readonly ChildExit _exit;
    private readonly ChildPipe?[] _pipes = new ChildPipe?[3];
    private readonly CancellationTokenRegistration _killRegistration;
    private SubprocessProtocol _protocol;
    private bool _isClosing;

    /// <summary>Starts the child. Whatever fails, nothing of it is left.</summary>
    internal SubprocessTransport(EventLoop loop, SubprocessProtocol protocol, IReadOnlyList<string> arguments, ProcessOptions options)
        : base(loop)
    {
        _protocol = protocol;
        _options = options;
        using ChildStreams streams = ChildStreams.Open(options.StandardInput ?? Stdio.Pipe, options.StandardOutput ?? Stdio.Pipe, options.StandardError ?? Stdio.Pipe);
        Id = ChildSpawner.Start(arguments, options, streams);
        streams.CloseChildEnds();

        // The first callback of all, so no pipe and no exit can be heard of before.
        loop.CallSoon(static transport => ((SubprocessTransport)transport!).Begin(), this);
        ChildExit? exit = null;
        try
        {
            _exit = exit = ChildExit.Watch(loop, Id, OnExit, options.WatchesByThread);
            for (int descriptor = 0; descriptor < 3; descriptor++)
            {
                if (streams.TakeOurs(descriptor) is { } handle)
                {
                    _pipes[descriptor] = ConnectPipe(descriptor, handle);
                }
            }
        }
        catch
        {
            GiveUp(exit);
            throw;
        }

        loop.Transports.Add(this);
        _killRegistration = options.KillToken.UnsafeRegister(static transport => ((SubprocessTransport)transport!).OnKillToken(), this);
    }

    /// <summary>The process id. After the child has exited it may be another process's. Any thread.</summary>
    /// <remarks>Source: <c>get_pid</c>.</remarks>
    public int Id { get; }

    /// <summary>What the child returned, 0 to 255; negative: the signal that killed it; 255 also if somebody else has taken its status. Null: it is running.</summary>
    /// <remarks>Source: <c>get_returncode</c>.</remarks>
    public int? ReturnCode { get; private set; }

    /// <inheritdoc/>
    public override bool IsClosing => _isClosing;

    /// <inheritdoc/>
    public override BaseProtocol Protocol
    {
        get => _protocol;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Loop.AssertLoopThread();
            _protocol = value as SubprocessProtocol ?? throw new ArgumentException(Messages.WrongProtocol(value, nameof(SubprocessProtocol)), nameof(value));
        }
    }

    /// <summary>The transport of one of the pipes.</summary>
    /// <param name="descriptor">0: a <see cref="WritePipeTransport"/> to the child's input. 1 and 2: a <see cref="ReadPipeTransport"/> from its output and error.</param>
    /// <returns>The transport, also after it was closed; null if that stream is no pipe.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not 0, 1 or 2.</exception>
    /// <remarks>Source: <c>get_pipe_transport</c>.</remarks>
    public BaseTransport? GetPipeTransport(int descriptor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(descriptor);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptor, 2);
        return _pipes[descriptor]?.Transport;
    }

    /// <inheritdoc/>
    public override object? GetExtraInfo(string name) => name == ExtraInfo.Subprocess ? Id : base.GetExtraInfo(name);

    /// <summary>Closes the pipes and kills the child if it is running; the protocol hears of both. A second call does nothing.</summary>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>BaseSubprocessTransport.close</c>.</remarks>
    public override void Close()
    {
        Loop.AssertLoopThread();
        if (_isClosing)
        {
            return;
        }

        _isClosing = true;
        if (ReturnCode is null)
        {
            // Nobody will read what still waits for it.
            (_pipes[0]?.Transport as WritePipeTransport)?.Abort();
            TryKill(toGroup: false);
        }

        foreach (ChildPipe? pipe in _pipes)
        {
            pipe?.Transport?.Close();
        }
    }

    /// <summary>Process id, state and pipes, for people.</summary>
    public override string ToString()
    {
        string state = ReturnCode is { } code ? string.Create(CultureInfo.InvariantCulture, $"returncode={code}") : "running";
        string closing = _isClosing ? " closing" : "";
        return string.Create(CultureInfo.InvariantCulture, $"<{nameof(SubprocessTransport)}{closing} pid={Id} {state}{Describe(0, "stdin")}{Describe(1, "stdout")}{Describe(2, "stderr")}>");
    }

    /// <summary>Why one of the pipes cannot be watched; null if all can.</summary>
    internal Exception? StartFailure { get; private set; }

    internal void NoteStart(Exception? failure) => StartFailure ??= failure;

    internal override void ReleaseFile()
    {
        _isClosing = true;
        _killRegistration.Unregister();
        foreach (ChildPipe? pipe in _pipes)
        {
            pipe?.Transport?.ReleaseFile();
        }

        if (ReturnCode is null)
        {
            TryKill(toGroup: false);
            _exit.Abandon();
        }
    }

    private string Describe(int descriptor, string name) => _pipes[descriptor] is { } pipe ? $" {name}={(pipe.IsLost ? "closed" : "open")}" : "";

    private void Begin() => _protocol.ConnectionMade(this);

    private ChildPipe ConnectPipe(int descriptor, SafeHandle handle)
    {
        var pipe = new ChildPipe(this, descriptor);
        try
        {
            pipe.Connect(handle);
            return pipe;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The child runs, but cannot be connected.</summary>
    private void GiveUp(ChildExit? exit)
    {
        _isClosing = true;
        foreach (ChildPipe? pipe in _pipes)
        {
            pipe?.Transport?.ReleaseFile();
        }

        if (exit is null)
        {
            ChildStatus.KillAndTake(Id);
            return;
        }

        exit.Signal(SignalNumbers.SIGKILL, toGroup: false);
        exit.Abandon();
    }
}
