using System.Runtime.InteropServices;
using Bridge.Net.Native;

namespace Bridge.Net;

/// <summary>The reading end of a pipe, terminal or character device. Serves a <see cref="Net.Protocol"/> or a <see cref="BufferedProtocol"/>.</summary>
/// <remarks>
/// Made by <see cref="EventLoop.ConnectReadPipe{TProtocol}"/>. It owns the handle. Threads: loop thread. Source: asyncio's
/// <c>_UnixReadPipeTransport</c>.
/// </remarks>
public sealed partial class ReadPipeTransport : BaseTransport, IReadTransport
{
    private readonly PipeFile _file;
    private readonly ReadyWork _ready;
    private BaseProtocol _protocol;
    private bool _isPaused;
    private bool _isClosing;
    private bool _isReleased;

    internal ReadPipeTransport(EventLoop loop, BaseProtocol protocol, SafeHandle pipe)
        : base(loop)
    {
        _protocol = Checked(protocol);
        _ready = new ReadyWork(this, loop.CaptureContext());
        _file = PipeFile.OpenToRead(this, pipe);
    }

    /// <inheritdoc/>
    public override bool IsClosing => _isClosing;

    /// <inheritdoc/>
    public bool IsReading => !_isPaused && !_isClosing;

    /// <inheritdoc/>
    public override BaseProtocol Protocol
    {
        get => _protocol;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Loop.AssertLoopThread();
            _protocol = Checked(value);
        }
    }

    /// <inheritdoc/>
    public override object? GetExtraInfo(string name) => name == ExtraInfo.Pipe ? _file.Handle : base.GetExtraInfo(name);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    public void PauseReading()
    {
        Loop.AssertLoopThread();
        if (IsReading)
        {
            _isPaused = true;
            StopWatching();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    public void ResumeReading()
    {
        Loop.AssertLoopThread();
        if (_isPaused && !_isClosing)
        {
            _isPaused = false;
            if (TryWatch() is { } failure)
            {
                FailFatally(failure, "Cannot watch a read pipe");
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    public override void Close()
    {
        Loop.AssertLoopThread();
        if (!_isClosing)
        {
            Close(null);
        }
    }

    /// <summary>State, descriptor and whether it reads, for people.</summary>
    public override string ToString()
    {
        string state = _isReleased ? "closed" : _isClosing ? "closing" : _isPaused ? "paused" : "reading";
        return $"<{nameof(ReadPipeTransport)} {FileText.Of(_file.Handle)} {state}>";
    }

    internal override SafeHandle? WatchedHandle => _file.Handle;

    internal override void ReleaseFile()
    {
        _isClosing = true;
        _isReleased = true;
        _file.Release(this);
    }

    private static BaseProtocol Checked(BaseProtocol protocol)
        => protocol is Net.Protocol or BufferedProtocol ? protocol : throw new ArgumentException(Messages.WrongProtocol(protocol, "Protocol or BufferedProtocol"), nameof(protocol));

    private void StopWatching()
    {
        if (ReferenceEquals(_file.Watch.Reader, _ready))
        {
            _file.Watch.RestReader();
        }
    }

    private void Close(Exception? exception)
    {
        _isClosing = true;
        if (ReferenceEquals(_file.Watch.Reader, _ready))
        {
            _file.Watch.ClearReader();
        }

        Loop.CallSoon(CallConnectionLost, exception);
    }

    private void CallConnectionLost(object? exception)
    {
        try
        {
            _protocol.ConnectionLost((Exception?)exception);
        }
        finally
        {
            if (!_isReleased)
            {
                Loop.Transports.Remove(this);
                ReleaseFile();
            }
        }
    }

    /// <summary>Reports what is worth it, and closes. A terminal whose other side is gone says EIO: that is its way to end.</summary>
    private void FailFatally(Exception exception, string message)
    {
        if (exception is IOException { HResult: SystemErrors.EIO })
        {
            if (Loop.Debug)
            {
                Loop.WriteWarning($"{this}: {message}: {exception.Message}");
            }
        }
        else
        {
            Report(message, exception);
        }

        if (!_isClosing)
        {
            Close(exception);
        }
    }

    private sealed class ReadyWork(ReadPipeTransport owner, ExecutionContext? context) : LoopWork
    {
        internal override ExecutionContext? RunContext => context;

        internal override void Run() => owner.OnReadable();

        internal override string Describe() => $"reading of {owner}";
    }
}
