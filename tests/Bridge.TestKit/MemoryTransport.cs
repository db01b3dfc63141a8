using System.Buffers;
using Bridge.Net;

namespace Bridge.TestKit;

/// <summary>One end of a connection that exists in memory only: what is written at one end arrives at the other in a later turn, in order.</summary>
/// <remarks>What the peer has not taken, because it paused or because it is still to come, waits here and counts for the flow control.</remarks>
public sealed class MemoryTransport : Transport
{
    private readonly ArrayBufferWriter<byte> _waiting = new();
    private readonly Dictionary<string, object?> _extra = [];
    private MemoryTransport _peer = null!;
    private BaseProtocol _protocol;
    private int _taken;
    private int _high = 64 * 1024;
    private int _low = 16 * 1024;
    private bool _isWritingPaused;
    private bool _isPaused;
    private bool _isClosing;
    private bool _isLost;
    private bool _isEofAsked;
    private bool _isEofDelivered;
    private bool _isDeliveryQueued;

    private MemoryTransport(EventLoop loop, BaseProtocol protocol)
        : base(loop) => _protocol = protocol;

    /// <summary>How many times something was handed over for sending.</summary>
    public int Writes { get; private set; }

    /// <summary>How many times the protocol paused it.</summary>
    public int Pauses { get; private set; }

    /// <summary>How many bytes arrive in one piece at most.</summary>
    public int ChunkSize { get; set; } = 64 * 1024;

    /// <summary>Whether half-closing works.</summary>
    public bool AllowsEof { get; set; } = true;

    /// <summary>Whether <see cref="PauseReading"/> works.</summary>
    public bool AllowsPause { get; set; } = true;

    public override bool IsClosing => _isClosing;

    public override bool IsReading => !_isPaused && !_isClosing;

    public override int WriteBufferSize => _waiting.WrittenCount - _taken;

    public override (int Low, int High) WriteBufferLimits => (_low, _high);

    public override bool CanWriteEof => AllowsEof;

    public override BaseProtocol Protocol
    {
        get => _protocol;
        set => _protocol = value;
    }

    /// <summary>Connects two protocols; they hear of it in the next turn.</summary>
    public static (MemoryTransport First, MemoryTransport Second) Connect(EventLoop loop, BaseProtocol first, BaseProtocol second)
    {
        ArgumentNullException.ThrowIfNull(loop);
        var a = new MemoryTransport(loop, first);
        var b = new MemoryTransport(loop, second) { _peer = a };
        a._peer = b;
        loop.CallSoon(() => first.ConnectionMade(a));
        loop.CallSoon(() => second.ConnectionMade(b));
        return (a, b);
    }

    /// <summary>Sets what <see cref="GetExtraInfo"/> gives.</summary>
    public void SetExtraInfo(string name, object? value) => _extra[name] = value;

    public override object? GetExtraInfo(string name) => _extra.TryGetValue(name, out object? value) ? value : base.GetExtraInfo(name);

    public override void PauseReading()
    {
        if (!AllowsPause)
        {
            throw new NotSupportedException("This transport cannot pause.");
        }

        Pauses++;
        _isPaused = true;
    }

    public override void ResumeReading()
    {
        _isPaused = false;
        _peer.QueueDelivery();
    }

    public override void Write(ReadOnlySpan<byte> data)
    {
        if (_isEofAsked)
        {
            throw new InvalidOperationException("Nothing can be written after WriteEof.");
        }

        Writes++;
        if (_isClosing)
        {
            return;
        }

        _waiting.Write(data);
        CheckHigh();
        QueueDelivery();
    }

    public override void Write(in ReadOnlySequence<byte> data) => Write(data.ToArray());

    public override void WriteLines(IEnumerable<ReadOnlyMemory<byte>> buffers) => Write(buffers.SelectMany(buffer => buffer.ToArray()).ToArray());

    public override void WriteEof()
    {
        _isEofAsked = true;
        QueueDelivery();
    }

    public override void SetWriteBufferLimits(int? high = null, int? low = null)
    {
        _high = high ?? (4 * low ?? 64 * 1024);
        _low = low ?? _high / 4;
        CheckHigh();
    }

    public override void Close()
    {
        if (!_isClosing)
        {
            _isClosing = true;
            QueueDelivery();
        }
    }

    public override void Abort() => Fail(null);

    /// <summary>The connection is lost by something that went wrong.</summary>
    public void Fail(Exception? exception)
    {
        _isClosing = true;
        _taken = _waiting.WrittenCount;
        Lose(exception);
    }

    public override string ToString() => $"<MemoryTransport{(_isClosing ? " closing" : "")}>";

    private void CheckHigh()
    {
        if (!_isWritingPaused && WriteBufferSize > _high)
        {
            _isWritingPaused = true;
            _protocol.PauseWriting();
        }
    }

    private void QueueDelivery()
    {
        if (!_isDeliveryQueued && !_isLost)
        {
            _isDeliveryQueued = true;
            Loop.CallSoon(Deliver);
        }
    }

    /// <summary>Brings one piece to the peer, or the end.</summary>
    private void Deliver()
    {
        _isDeliveryQueued = false;
        if (_isLost)
        {
            return;
        }

        if (WriteBufferSize > 0 && !_peer._isLost)
        {
            DeliverBytes();
            return;
        }

        if ((_isEofAsked || _isClosing) && !_isEofDelivered && !_peer._isLost)
        {
            _isEofDelivered = true;
            DeliverEof();
        }

        if (_isClosing)
        {
            Lose(null);
        }
    }

    private void DeliverBytes()
    {
        if (_peer._isClosing)
        {
            _taken = _waiting.WrittenCount;
        }
        else if (!_peer._isPaused)
        {
            _taken += Give(_peer._protocol, _waiting.WrittenSpan[_taken..]);
        }
        else
        {
            return;
        }

        if (_isWritingPaused && WriteBufferSize <= _low)
        {
            _isWritingPaused = false;
            _protocol.ResumeWriting();
        }

        if (WriteBufferSize == 0)
        {
            _waiting.ResetWrittenCount();
            _taken = 0;
        }

        if (WriteBufferSize > 0 || _isEofAsked || _isClosing)
        {
            QueueDelivery();
        }
    }

    private int Give(BaseProtocol protocol, ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, ChunkSize)];
        if (protocol is BufferedProtocol buffered)
        {
            Memory<byte> room = buffered.GetBuffer(-1);
            bytes = bytes[..Math.Min(bytes.Length, room.Length)];
            bytes.CopyTo(room.Span);
            buffered.BufferUpdated(bytes.Length);
        }
        else
        {
            ((Net.Protocol)protocol).DataReceived(bytes);
        }

        return bytes.Length;
    }

    private void DeliverEof()
    {
        if (_peer._isClosing)
        {
            return;
        }

        bool staysOpen = _peer._protocol is BufferedProtocol buffered ? buffered.EofReceived() : ((Net.Protocol)_peer._protocol).EofReceived();
        if (!staysOpen)
        {
            _peer.Close();
        }
    }

    private void Lose(Exception? exception)
    {
        if (!_isLost)
        {
            _isLost = true;
            Loop.CallSoon(() => _protocol.ConnectionLost(exception));
            _peer.QueueDelivery();
        }
    }
}
