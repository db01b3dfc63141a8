using System.Buffers;

namespace Bridge.Net;

/// <content>Writing: what the application writes is encrypted at once, unless the handshake is under way or the lower transport is full.</content>
internal sealed partial class TlsTransport
{
    private const int DefaultHigh = 512 * 1024;
    private const int WarnFrom = 5;

    /// <summary>Written by the application and not encrypted yet.</summary>
    private readonly WriteBuffer _backlog = new();
    private WriteFlow _flow;
    private int _lostWrites;
    private bool _isWriting;
    private bool _lowerIsFull;

    /// <inheritdoc/>
    public override int WriteBufferSize => _backlog.Size;

    /// <inheritdoc/>
    public override (int Low, int High) WriteBufferLimits => _flow.Limits;

    /// <inheritdoc/>
    public override void SetWriteBufferLimits(int? high = null, int? low = null)
    {
        Loop.AssertLoopThread();
        _flow.SetLimits(high, low, DefaultHigh);
        _flow.Grown(WriteBufferSize, this);
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> data)
    {
        Loop.AssertLoopThread();
        if (data.IsEmpty || !CanWrite())
        {
            return;
        }

        _backlog.Append(data);
        PumpWrites();
        _flow.Grown(WriteBufferSize, this);
    }

    /// <inheritdoc/>
    public override void Write(in ReadOnlySequence<byte> data)
    {
        Loop.AssertLoopThread();
        if (data.IsEmpty || !CanWrite())
        {
            return;
        }

        foreach (ReadOnlyMemory<byte> piece in data)
        {
            _backlog.Append(piece.Span);
        }

        PumpWrites();
        _flow.Grown(WriteBufferSize, this);
    }

    /// <inheritdoc/>
    public override void WriteLines(IEnumerable<ReadOnlyMemory<byte>> buffers)
    {
        ArgumentNullException.ThrowIfNull(buffers);
        Loop.AssertLoopThread();
        ReadOnlySequence<byte> data = BufferChain.Of(buffers);
        Write(in data);
    }

    /// <summary>What the stream made of it.</summary>
    internal void SendEncrypted(ReadOnlySpan<byte> data)
    {
        if (_lower is { IsClosing: false } lower)
        {
            lower.Write(data);
        }
    }

    internal void LowerIsFull() => _lowerIsFull = true;

    internal void LowerHasRoom()
    {
        if (!_lowerIsFull)
        {
            // It was full before the upgrade to TLS, and the application was told so.
            Tell(static (protocol, _) => protocol.ResumeWriting(), nameof(BaseProtocol.ResumeWriting));
            return;
        }

        _lowerIsFull = false;
        PumpWrites();
    }

    /// <summary>False: the connection is over, and what is written is dropped.</summary>
    private bool CanWrite()
    {
        if (!IsClosing)
        {
            return true;
        }

        if (++_lostWrites >= WarnFrom)
        {
            Loop.WriteWarning(Messages.WriteAfterLoss(this, _lostWrites));
        }

        return false;
    }

    /// <summary>Encrypts what waits, as long as the lower transport has room. Says close_notify after the last of it, if we are closing.</summary>
    private void PumpWrites()
    {
        if (_isWriting)
        {
            return;
        }

        _isWriting = true;
        while (_state is TlsState.Wrapped or TlsState.Flushing && !_lowerIsFull && !_backlog.IsEmpty)
        {
            ReadOnlyMemory<byte> piece = _backlog.FirstMemory;
            Task encrypting = Encrypt(piece);
            if (!encrypting.IsCompleted)
            {
                // The stream renegotiates. Until it is through, nothing else is written.
                Follow(encrypting, (transport, task) => transport.EndWrite(task, piece.Length));
                return;
            }

            if (!EndEncrypt(encrypting, piece.Length))
            {
                break;
            }
        }

        _isWriting = false;
        _flow.Shrunk(WriteBufferSize, this);
        if (_state == TlsState.Flushing && _backlog.IsEmpty && !_isWriting)
        {
            SayCloseNotify();
        }
    }

    private Task Encrypt(ReadOnlyMemory<byte> piece)
    {
        using (_wire.Enter())
        {
            try
            {
                ValueTask write = _stream!.WriteAsync(piece);
                return write.IsCompletedSuccessfully ? Task.CompletedTask : write.AsTask();
            }
            catch (Exception exception) when (exception is not IFatalLoopException)
            {
                return Task.FromException(exception);
            }
        }
    }

    private bool EndEncrypt(Task encrypting, int count)
    {
        if (encrypting.Exception is { } failure)
        {
            if (_state != TlsState.Unwrapped)
            {
                Fail(failure.InnerExceptions[0], "Fatal error on SSL protocol");
            }

            return false;
        }

        if (_state == TlsState.Unwrapped)
        {
            // Dropped by the lower transport's answer, and the backlog with it.
            return false;
        }

        _backlog.Advance(count);
        return true;
    }

    private void EndWrite(Task encrypting, int count)
    {
        _isWriting = false;
        if (EndEncrypt(encrypting, count))
        {
            PumpWrites();
        }
    }
}
