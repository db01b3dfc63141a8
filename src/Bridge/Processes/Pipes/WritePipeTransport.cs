using System.Runtime.InteropServices;

namespace Bridge.Net;

/// <summary>The writing end of a pipe, terminal or character device.</summary>
/// <remarks>
/// Made by <see cref="EventLoop.ConnectWritePipe{TProtocol}"/>. It owns the handle. Closing it writes what waits, then closes the
/// handle: the other end reads end of stream. Threads: loop thread. Source: asyncio's <c>_UnixWritePipeTransport</c>.
/// </remarks>
public sealed partial class WritePipeTransport : BaseTransport, IWriteTransport
{
    private readonly PipeFile _file;
    private readonly HangUpWork _hangUp;
    private readonly WritableWork _writable;
    private readonly WriteBuffer _buffer = new();
    private WriteFlow _flow = WriteFlow.Create();
    private BaseProtocol _protocol;
    private bool _isClosing;
    private bool _isReleased;
    private bool _isLost;

    internal WritePipeTransport(EventLoop loop, BaseProtocol protocol, SafeHandle pipe)
        : base(loop)
    {
        _protocol = protocol;
        ExecutionContext? context = loop.CaptureContext();
        _hangUp = new HangUpWork(this, context);
        _writable = new WritableWork(this, context);
        _file = PipeFile.OpenToWrite(this, pipe);
    }

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
            _protocol = value;
        }
    }

    /// <inheritdoc/>
    public int WriteBufferSize => _buffer.Size;

    /// <inheritdoc/>
    public (int Low, int High) WriteBufferLimits => _flow.Limits;

    /// <summary>True: to end the writing half is to close the pipe.</summary>
    public bool CanWriteEof => true;

    /// <inheritdoc/>
    public override object? GetExtraInfo(string name) => name == ExtraInfo.Pipe ? _file.Handle : base.GetExtraInfo(name);

    /// <inheritdoc/>
    public void SetWriteBufferLimits(int? high = null, int? low = null)
    {
        Loop.AssertLoopThread();
        _flow.SetLimits(high, low);
        _flow.Grown(_buffer.Size, this);
    }

    /// <summary>Writes what waits, then closes the handle and tells the protocol. The same as Close. A second call does nothing.</summary>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    public void WriteEof() => Close();

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    public override void Close()
    {
        Loop.AssertLoopThread();
        if (_isClosing)
        {
            return;
        }

        _isClosing = true;
        if (_buffer.IsEmpty)
        {
            StopWatching();
            Loop.CallSoon(CallConnectionLost, null);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    public void Abort()
    {
        Loop.AssertLoopThread();
        if (!_isLost)
        {
            CloseNow(null);
        }
    }

    /// <summary>State, descriptor and how much waits, for people.</summary>
    public override string ToString()
    {
        string state = _isReleased ? "closed" : _isClosing ? "closing" : "open";
        return $"<{nameof(WritePipeTransport)} {FileText.Of(_file.Handle)} {state} bufsize={_buffer.Size}>";
    }

    internal override SafeHandle? WatchedHandle => _file.Handle;

    internal override void ReleaseFile()
    {
        _isClosing = true;
        _isLost = true;
        _isReleased = true;
        _buffer.Clear();
        StopWatching();
        _file.Release(this);
    }

    /// <summary>Drops what waits; the protocol is told in a later turn.</summary>
    private void CloseNow(Exception? exception)
    {
        _isClosing = true;
        _isLost = true;
        _buffer.Clear();
        StopWatching();
        Loop.CallSoon(CallConnectionLost, exception);
    }

    private void StopWatching()
    {
        if (ReferenceEquals(_file.Watch.Writer, _writable))
        {
            _file.Watch.ClearWriter();
        }

        if (ReferenceEquals(_file.Watch.Reader, _hangUp))
        {
            _file.Watch.ClearReader();
        }
    }

    private void CallConnectionLost(object? exception)
    {
        if (_isReleased)
        {
            return;
        }

        _isLost = true;
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

    private sealed class HangUpWork(WritePipeTransport owner, ExecutionContext? context) : LoopWork
    {
        internal override ExecutionContext? RunContext => context;

        internal override void Run() => owner.OnReadable();

        internal override string Describe() => $"end of {owner}";
    }

    private sealed class WritableWork(WritePipeTransport owner, ExecutionContext? context) : LoopWork
    {
        internal override ExecutionContext? RunContext => context;

        internal override void Run() => owner.OnWritable();

        internal override string Describe() => $"writing of {owner}";
    }
}
