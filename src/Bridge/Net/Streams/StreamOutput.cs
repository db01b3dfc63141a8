using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;

namespace Bridge.Net;

/// <summary>What was written and not handed to the transport yet, and who waits until more may be written: the inside of a <see cref="LoopStreamWriter"/>.</summary>
/// <remarks>
/// <para>
/// The first write of a callback goes to the transport at once. Further ones of the same callback are gathered, and go together at the next
/// drain or flush, when there are 16 KiB of them, or in the next turn: many small writes cost two system calls.
/// </para>
/// <para>The protocol holds this object, not the writer: see <see cref="StreamInput"/>. Loop thread.</para>
/// </remarks>
internal sealed partial class StreamOutput : LoopWork
{
    /// <summary>So much is gathered at most before it is handed over.</summary>
    private const int MaxBatch = SegmentPool.Medium;

    private BaseTransport? _transport;

    /// <summary>Gathered writes, and what was written through the PipeWriter members and not flushed yet.</summary>
    private ByteQueue _batch;

    /// <summary>The callback whose first write went out at once.</summary>
    private long _lastCallback = -1;

    /// <summary>Serves the connection, if it came to a server, until that is done.</summary>
    private LoopTask? _handler;
    private Exception? _lostBy;
    private bool _isPaused;
    private bool _isLost;
    private bool _isSendQueued;
    private bool _isEofAsked;

    internal EventLoop Loop => _transport!.Loop;

    /// <summary>Whether the connection came to a server: it is the server in a TLS handshake, too.</summary>
    internal bool IsServerSide { get; init; }

    /// <summary>Whether the writer was completed, as a pipe.</summary>
    internal bool IsCompleted { get; set; }

    /// <summary>Where the bytes go: a transport that writes.</summary>
    internal BaseTransport Transport
    {
        get => _transport!;
        set
        {
            Debug.Assert(value is IWriteTransport, "Streams are for transports that write.");
            _transport = value;
        }
    }

    internal IWriteTransport Sink => (IWriteTransport)_transport!;

    internal bool IsPaused => _isPaused;

    internal bool IsLost => _isLost;

    internal Exception? LostBy => _lostBy;

    /// <summary>Whether there is a connection that nobody has closed. Any thread: the finalizer's asks.</summary>
    internal bool IsOpen => !_isLost && _transport is { IsClosing: false };

    /// <summary>Whether somebody was told by an exception why the connection was lost: nobody need hear of it twice.</summary>
    internal bool IsLossTold { get; set; }

    internal int Unsent => _batch.Length;

    internal void Write(ReadOnlySpan<byte> data)
    {
        Loop.AssertLoopThread();
        long callback = Loop.CurrentCallback;
        if (MustGoNow(callback, data.Length))
        {
            _lastCallback = callback;
            SendGathered();
            Sink.Write(data);
            return;
        }

        _batch.Append(Loop.Segments, data, SegmentPool.Medium);
        if (_batch.Length >= MaxBatch)
        {
            Send();
        }
        else if (!_isSendQueued)
        {
            _isSendQueued = true;
            Loop.Enqueue(this, null, null);
        }
    }

    internal void WriteEof()
    {
        Send();
        _isEofAsked = true;
        Sink.WriteEof();
    }

    internal void WriteLines(IEnumerable<ReadOnlyMemory<byte>> buffers)
    {
        Send();
        Sink.WriteLines(buffers);
    }

    /// <summary>Room for what the PipeWriter members write.</summary>
    internal Memory<byte> Lend(int sizeHint)
    {
        Loop.AssertLoopThread();
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        int size = _batch.Length == 0 ? SegmentPool.Small : SegmentPool.Medium;
        return _batch.Lend(Loop.Segments, Math.Max(sizeHint, 1), size);
    }

    internal void Advance(int count)
    {
        Loop.AssertLoopThread();
        int room = _batch.Room;
        if ((uint)count > (uint)room)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, Messages.AdvanceTooFar(room));
        }

        if (count > 0)
        {
            _batch.Commit(count);
        }
        else
        {
            _batch.TakeBack(Loop.Segments);
        }
    }

    /// <summary>Hands over what was gathered, in one write.</summary>
    internal void Send()
    {
        Loop.AssertLoopThread();
        SendGathered();
    }

    /// <summary>Drops what was gathered; not what somebody may still be writing into.</summary>
    internal void Drop() => _batch.Drop(Loop.Segments, _batch.Length);

    /// <summary>The turn of the gathered writes, if nobody sent them before; and of the handler's end.</summary>
    internal override void Run()
    {
        _isSendQueued = false;
        if (!Transport.IsClosing)
        {
            SendGathered();
        }

        if (_handler is { IsDone: true } handler)
        {
            _handler = null;
            EndHandler(handler);
        }
    }

    internal override string Describe() => $"writes gathered for {_transport}";

    internal void Pause() => _isPaused = true;

    internal void Resume()
    {
        _isPaused = false;
        End(_lines?.Drainers, null);
    }

    internal void Lose(Exception? exception)
    {
        _isLost = true;
        _lostBy = exception;
        Drop();
        End(_lines?.Drainers, exception);
        End(_lines?.CloseWaiters, exception);
    }

    /// <summary>Whether more may be written. Throws if the connection is lost.</summary>
    internal bool CanWrite()
    {
        if (!_isLost)
        {
            return !_isPaused;
        }

        IsLossTold = true;
        throw new SocketException((int)SocketError.ConnectionReset, Messages.ConnectionLost(_lostBy));
    }

    /// <summary>The connection's handler runs as a task: what it fails with is reported, and the connection closed.</summary>
    internal void ServedBy(LoopTask handler)
    {
        _handler = handler;
        handler.AddWaiter(this);
    }

    /// <summary>The handler has failed.</summary>
    internal static void EndFailed(BaseTransport transport, Exception exception)
    {
        transport.Report("Unhandled exception in client_connected_cb", exception);
        transport.Close();
    }

    /// <summary>Throws what the connection was lost by, if that is a failure.</summary>
    internal void ThrowLoss()
    {
        if (_lostBy is { } loss)
        {
            IsLossTold = true;
            ExceptionDispatchInfo.Throw(loss);
        }
    }

    /// <summary>
    /// The first write of a callback; a large one; what the transport refuses, so that it does so at the call. And any while room is lent to the
    /// PipeWriter's user, for gathering would write into that.
    /// </summary>
    private bool MustGoNow(long callback, int size)
        => size >= MaxBatch || _batch.IsLent || (_batch.Length == 0 && (callback != _lastCallback || _isEofAsked || Transport.IsClosing));

    private void SendGathered()
    {
        if (_batch.Length == 0)
        {
            return;
        }

        ReadOnlySequence<byte> bytes = _batch.Bytes;
        try
        {
            Sink.Write(in bytes);
        }
        finally
        {
            Drop();
        }
    }

    private void EndHandler(LoopTask handler)
    {
        if (handler.IsCancelled)
        {
            Transport.Close();
        }
        else if (handler.GetException() is { } exception)
        {
            EndFailed(Transport, exception);
        }
    }
}
