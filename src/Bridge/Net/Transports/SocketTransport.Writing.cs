using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Bridge.Net;

/// <content>Sending: at once as far as the system takes it, the rest when the socket is writable.</content>
internal sealed partial class SocketTransport
{
    private const int WarnFrom = 5;

    /// <summary>Null until something has had to wait, or the limits were set.</summary>
    private WriteSide? _writer;

    private WriteSide Writer => _writer ??= new WriteSide(this);

    /// <inheritdoc/>
    public override int WriteBufferSize => _writer?.Buffer.Size ?? 0;

    /// <inheritdoc/>
    public override (int Low, int High) WriteBufferLimits => (_writer?.Flow ?? WriteFlow.Create()).Limits;

    /// <inheritdoc/>
    public override bool CanWriteEof => true;

    /// <inheritdoc/>
    public override void SetWriteBufferLimits(int? high = null, int? low = null)
    {
        Loop.AssertLoopThread();
        Writer.Flow.SetLimits(high, low);
        Writer.Flow.Grown(WriteBufferSize, this);
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> data)
    {
        Loop.AssertLoopThread();
        if (data.IsEmpty || !CanWrite())
        {
            return;
        }

        if (WriteBufferSize == 0)
        {
            int sent = _file.Send(data, out SocketError error);
            if (sent == data.Length || !CanGoOn(error))
            {
                return;
            }

            data = data[sent..];
        }

        WriteLater(data);
    }

    /// <inheritdoc/>
    public override void Write(in ReadOnlySequence<byte> data)
    {
        if (data.IsSingleSegment)
        {
            Write(data.FirstSpan);
            return;
        }

        Loop.AssertLoopThread();
        if (data.IsEmpty || !CanWrite())
        {
            return;
        }

        int sent = WriteBufferSize == 0 ? SendFirst(data, out SocketError error) : NothingYet(out error);
        if (!CanGoOn(error))
        {
            return;
        }

        foreach (ReadOnlyMemory<byte> piece in data.Slice(sent))
        {
            WriteLater(piece.Span);
        }
    }

    /// <inheritdoc/>
    public override void WriteLines(IEnumerable<ReadOnlyMemory<byte>> buffers)
    {
        ArgumentNullException.ThrowIfNull(buffers);
        Loop.AssertLoopThread();
        ReadOnlySequence<byte> data = BufferChain.Of(buffers);
        Write(in data);
    }

    /// <inheritdoc/>
    public override void WriteEof()
    {
        Loop.AssertLoopThread();
        if ((_flags & (TransportFlags.Closing | TransportFlags.EofAsked)) != 0)
        {
            return;
        }

        ThrowIfSendingFile();
        _flags |= TransportFlags.EofAsked;
        if (WriteBufferSize == 0)
        {
            _file.ShutdownSend();
        }
    }

    /// <summary>False: the connection is over, and what is written is dropped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool CanWrite()
        => (_flags & (TransportFlags.Closing | TransportFlags.EofAsked | TransportFlags.SendingFile)) == 0 || CanWriteRarely();

    private bool CanWriteRarely()
    {
        ThrowIfSendingFile();
        if ((_flags & TransportFlags.Closing) == 0)
        {
            throw new InvalidOperationException(Messages.WriteAfterEof(this));
        }

        if (++Writer.LostWrites >= WarnFrom)
        {
            Loop.WriteWarning(Messages.WriteAfterLoss(this, Writer.LostWrites));
        }

        return false;
    }

    private void ThrowIfSendingFile()
    {
        if ((_flags & TransportFlags.SendingFile) != 0)
        {
            throw new InvalidOperationException(Messages.WriteDuringSendFile(this));
        }
    }

    /// <summary>Whether an error leaves the connection alive; if not it ends.</summary>
    private bool CanGoOn(SocketError error)
    {
        if (error is SocketError.Success or SocketError.WouldBlock)
        {
            return true;
        }

        Fail(new SocketException((int)error), "Fatal write error on socket transport");
        return false;
    }

    private static int NothingYet(out SocketError error)
    {
        error = SocketError.Success;
        return 0;
    }

    private void WriteLater(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return;
        }

        WriteSide writer = Writer;
        if (writer.Buffer.IsEmpty && !TryArmWriting())
        {
            return;
        }

        writer.Buffer.Append(data);
        writer.Flow.Grown(writer.Buffer.Size, this);
    }

    private bool TryArmWriting()
    {
        if ((_flags & TransportFlags.Lost) != 0)
        {
            return false;
        }

        try
        {
            _watch.SetWriter(Writer);
            return true;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException)
        {
            Fail(exception, "Fatal error: the socket cannot be watched");
            return false;
        }
    }

    private void OnWritable(WriteSide writer)
    {
        WriteBuffer buffer = writer.Buffer;
        if (buffer.IsEmpty)
        {
            _watch.ClearWriter();
            WakeFileSender(null);
            return;
        }

        int sent = SendBuffered(buffer, out SocketError error);
        if (!CanGoOn(error))
        {
            return;
        }

        buffer.Advance(sent);
        writer.Flow.Shrunk(buffer.Size, this);
        if (!buffer.IsEmpty || (_flags & TransportFlags.Lost) != 0)
        {
            // More to send, perhaps just written by the protocol; or aborted by it.
            return;
        }

        _watch.ClearWriter();
        WakeFileSender(null);
        if (IsClosing)
        {
            Lose(null);
        }
        else if ((_flags & TransportFlags.EofAsked) != 0)
        {
            _file.ShutdownSend();
        }
    }

    /// <summary>What waits to be sent, and what the loop queues when the socket is writable: most connections never need it.</summary>
    private sealed class WriteSide(SocketTransport transport) : LoopWork
    {
        /// <summary>Flow control, which changes in place.</summary>
        internal WriteFlow Flow = WriteFlow.Create();

        /// <summary>Writes after the connection was lost.</summary>
        internal int LostWrites;

        internal WriteBuffer Buffer { get; } = new();

        /// <summary>Completed when the socket can be written, while a file is being sent and nothing else waits.</summary>
        internal LoopFuture<bool>? FileSender { get; set; }

        internal override ExecutionContext? RunContext => transport._context;

        internal override void Run() => transport.OnWritable(this);

        internal override string Describe() => $"writing of {transport}";
    }
}
