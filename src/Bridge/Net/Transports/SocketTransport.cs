using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bridge.Net;

/// <summary>A connected stream socket on the loop: TCP or Unix-domain.</summary>
/// <remarks>
/// Writes go out at once if they can; only the rest is copied and waits. All transports of a loop receive into one buffer, so a connection
/// that is idle holds none. The transport itself is what the loop queues when the socket is readable. Source: asyncio's <c>_SelectorSocketTransport</c>.
/// </remarks>
internal sealed partial class SocketTransport : Transport
{
    private readonly ITransportOwner? _owner;
    private readonly FileWatch _watch;
    private readonly ExecutionContext? _context;
    private readonly PeerAddress _peer;
    private SocketFile _file;
    private BaseProtocol _protocol;
    private EndPoint? _remote;
    private TransportFlags _flags;

    /// <summary>Begins the connection: in the next turn the protocol hears of it, then reading starts, then <paramref name="waiter"/> is completed.</summary>
    internal SocketTransport(EventLoop loop, SocketFile file, BaseProtocol protocol, in PeerAddress peer = default, ITransportOwner? owner = null, LoopFuture<bool>? waiter = null)
        : base(loop)
    {
        CheckProtocol(protocol);
        _file = file;
        _protocol = protocol;
        _owner = owner;
        _peer = peer;
        _watch = loop.WatchOf(file.Watched);
        _context = loop.CaptureContext();
        _watch.Transport = this;
        loop.Transports.Add(this);
        _owner?.Attach(this);
        loop.CallSoon(static transport => Unbox(transport).Begin(), this);
        loop.CallSoon(static transport => Unbox(transport).StartReading(), this);
        if (waiter is not null)
        {
            loop.CallSoon(static waiter => ((LoopFuture<bool>)waiter!).TrySetResult(true), waiter);
        }
    }

    /// <inheritdoc/>
    public override bool IsClosing => (_flags & TransportFlags.Closing) != 0;

    /// <inheritdoc/>
    public override BaseProtocol Protocol
    {
        get => _protocol;
        set
        {
            CheckProtocol(value);
            Loop.AssertLoopThread();
            _protocol = value;
        }
    }

    /// <inheritdoc/>
    public override void Close()
    {
        Loop.AssertLoopThread();
        if (IsClosing)
        {
            return;
        }

        _flags |= TransportFlags.Closing;
        _watch.ClearReader();
        if (WriteBufferSize == 0)
        {
            Lose(null);
        }
    }

    /// <inheritdoc/>
    public override void Abort()
    {
        Loop.AssertLoopThread();
        ForceClose(null);
    }

    /// <inheritdoc/>
    public override object? GetExtraInfo(string name) => name switch
    {
        ExtraInfo.Socket => _file.Handle.IsClosed ? null : new TransportSocket(_file.Socket),
        ExtraInfo.SocketName => _file.LocalEndPoint,
        ExtraInfo.PeerName => _remote ??= _peer.ToEndPoint() ?? _file.RemoteEndPoint,
        _ => base.GetExtraInfo(name),
    };

    /// <summary>State, descriptor, what is polled, and how much waits, for people.</summary>
    public override string ToString() => TransportText.Of(this, _file.Handle, _watch, WriteBufferSize);

    internal override ITransportOwner? Owner => _owner;

    internal override SafeHandle? WatchedHandle => _file.Handle;

    internal override void ReleaseFile()
    {
        _flags |= TransportFlags.Closing | TransportFlags.Lost;
        _writer?.Buffer.Clear();
        _file.Close();
    }

    private static SocketTransport Unbox(object? transport) => (SocketTransport)transport!;

    internal static void CheckProtocol(BaseProtocol protocol)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        if (protocol is not (Net.Protocol or BufferedProtocol))
        {
            throw new ArgumentException(Messages.WrongProtocol(protocol, "Protocol or BufferedProtocol"), nameof(protocol));
        }
    }

    private void Begin() => _protocol.ConnectionMade(this);

    /// <summary>Something failed that the connection does not survive. What the network does is no news; all else is reported.</summary>
    private void Fail(Exception exception, string message)
    {
        if (exception is not (SocketException or IOException))
        {
            Report(message, exception);
        }

        ForceClose(exception);
    }

    private void ForceClose(Exception? exception)
    {
        if ((_flags & TransportFlags.Lost) != 0)
        {
            return;
        }

        _flags |= TransportFlags.Closing;
        _writer?.Buffer.Clear();
        _watch.ClearReader();
        _watch.ClearWriter();
        Lose(exception);
    }

    /// <summary>Has the protocol told, in a later turn, that it is over.</summary>
    private void Lose(Exception? exception)
    {
        Debug.Assert((_flags & TransportFlags.Lost) == 0, "A connection is lost once.");
        _flags |= TransportFlags.Lost;
        WakeFileSender(exception);
        Loop.CallSoon(static ending => ((Ending)ending!).Run(), new Ending(this, exception));
    }

    private void End(Exception? exception)
    {
        try
        {
            _protocol.ConnectionLost(exception);
        }
        finally
        {
            Loop.Transports.Remove(this);
            _watch.Release();
            _watch.Transport = null;
            _file.Close();
            _owner?.Detach(this);
        }
    }

    private sealed class Ending(SocketTransport transport, Exception? exception)
    {
        internal void Run() => transport.End(exception);
    }
}

/// <summary>Where a transport is in its life.</summary>
[Flags]
internal enum TransportFlags : byte
{
    None = 0,

    /// <summary>The user paused reading.</summary>
    Paused = 1,

    /// <summary>Close, Abort, an end of stream or a failure: reads no more.</summary>
    Closing = 2,

    /// <summary>ConnectionLost is queued or was called: what is written now is dropped.</summary>
    Lost = 4,

    /// <summary>WriteEof was called.</summary>
    EofAsked = 8,

    /// <summary>The first callback is over, from then on Resume arms.</summary>
    Started = 16,

    /// <summary>The peer has sent its end of stream, and the protocol wants to go on writing.</summary>
    EofSeen = 32,

    /// <summary>A file is being sent: other writes would come in the middle of it.</summary>
    SendingFile = 64,
}

/// <summary>Who wants to know which transports are open: a server.</summary>
internal interface ITransportOwner
{
    /// <summary>The transport has begun.</summary>
    void Attach(Transport transport);

    /// <summary>Its protocol has been told that it is over.</summary>
    void Detach(Transport transport);
}
