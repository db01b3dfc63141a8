using System.Buffers;
using Bridge.Net;

namespace Bridge.Tests.Net;

/// <summary>One of two transports in memory: what is written to one arrives at the other in the next turn. Needs no network and no time.</summary>
internal sealed class LinkedTransport : Transport
{
    private readonly List<byte[]> _arrived = [];
    private LinkedTransport _peer = null!;
    private BaseProtocol _protocol;
    private bool _isClosing;
    private bool _isPaused;
    private bool _eofArrived;
    private bool _isLost;

    private LinkedTransport(EventLoop loop, BaseProtocol protocol)
        : base(loop) => _protocol = protocol;

    /// <summary>Whether what is written stays here, as in front of a peer that reads nothing.</summary>
    internal bool IsStuck { get; set; }

    /// <summary>Whether everything is cut to single bytes.</summary>
    internal bool CutsToBytes { get; init; }

    /// <summary>Changes what is on the way.</summary>
    internal Action<byte[]>? Tamper { get; set; }

    internal List<byte[]> Written { get; } = [];

    internal bool IsAborted { get; private set; }

    public override bool IsClosing => _isClosing;

    public override BaseProtocol Protocol
    {
        get => _protocol;
        set => _protocol = value;
    }

    public override bool IsReading => !_isPaused && !_isClosing;

    public override int WriteBufferSize => 0;

    public override (int Low, int High) WriteBufferLimits => (0, 0);

    public override bool CanWriteEof => true;

    internal static (LinkedTransport A, LinkedTransport B) Connect(EventLoop loop, BaseProtocol a, BaseProtocol b, bool cutToBytes = false)
    {
        var first = new LinkedTransport(loop, a) { CutsToBytes = cutToBytes };
        var second = new LinkedTransport(loop, b) { _peer = first, CutsToBytes = cutToBytes };
        first._peer = second;
        loop.CallSoon(() => first._protocol.ConnectionMade(first));
        loop.CallSoon(() => second._protocol.ConnectionMade(second));
        return (first, second);
    }

    public override void PauseReading() => _isPaused = true;

    public override void ResumeReading()
    {
        _isPaused = false;
        Loop.CallSoon(Deliver);
    }

    public override void Write(ReadOnlySpan<byte> data)
    {
        if (_isClosing)
        {
            return;
        }

        byte[] copy = data.ToArray();
        Written.Add(copy);
        Tamper?.Invoke(copy);
        if (!IsStuck)
        {
            _peer._arrived.AddRange(CutsToBytes ? copy.Select(static one => new[] { one }) : [copy]);
            Loop.CallSoon(_peer.Deliver);
        }
    }

    public override void Write(in ReadOnlySequence<byte> data) => Write(data.ToArray());

    public override void WriteLines(IEnumerable<ReadOnlyMemory<byte>> buffers)
    {
        foreach (ReadOnlyMemory<byte> buffer in buffers)
        {
            Write(buffer.Span);
        }
    }

    public override void WriteEof()
    {
        _peer._eofArrived = true;
        Loop.CallSoon(_peer.Deliver);
    }

    public override void SetWriteBufferLimits(int? high = null, int? low = null)
    {
    }

    public override void Close() => End(null);

    public override void Abort()
    {
        IsAborted = true;
        End(null);
    }

    /// <summary>Says to the protocol what a full buffer would.</summary>
    internal void Fill() => _protocol.PauseWriting();

    internal void Drain() => _protocol.ResumeWriting();

    private void End(Exception? exception)
    {
        if (_isClosing)
        {
            return;
        }

        _isClosing = true;
        if (!IsStuck)
        {
            WriteEof();
        }

        Loop.CallSoon(() =>
        {
            _isLost = true;
            _protocol.ConnectionLost(exception);
        });
    }

    private void Deliver()
    {
        while (_arrived.Count > 0 && IsReading)
        {
            byte[] data = _arrived[0];
            _arrived.RemoveAt(0);
            ((Protocol)_protocol).DataReceived(data);
        }

        if (_eofArrived && _arrived.Count == 0 && IsReading && !_isLost)
        {
            _eofArrived = false;
            if (!((Protocol)_protocol).EofReceived())
            {
                Close();
            }
        }
    }
}
