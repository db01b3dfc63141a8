using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bridge.Net;

/// <summary>A datagram socket on the loop: UDP or Unix-domain.</summary>
/// <remarks>
/// With one peer, sending and receiving allocate nothing. All transports of a loop receive into one buffer.
/// Source: asyncio's <c>_SelectorDatagramTransport</c>.
/// </remarks>
internal sealed partial class DatagramSocketTransport : DatagramTransport
{
    private readonly Socket _socket;
    private readonly SocketFile _file;
    private readonly FileWatch _watch;
    private readonly ReadSide _reader;

    /// <summary>The peer that the system holds the socket to; null if it sends and receives freely.</summary>
    private readonly EndPoint? _connectedTo;
    private SenderCache _sender;
    private DatagramProtocol _protocol;
    private TransportFlags _flags;

    /// <summary>Begins: in the next turn the protocol hears of it, then receiving starts, then <paramref name="waiter"/> is completed.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="socket">A non-blocking datagram socket, owned from now on.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="peer">The only address to send to; null: any, unless the socket is connected.</param>
    /// <param name="waiter">Completed when it has begun.</param>
    internal DatagramSocketTransport(EventLoop loop, Socket socket, DatagramProtocol protocol, EndPoint? peer, LoopFuture<bool> waiter)
        : base(loop)
    {
        _socket = socket;
        _file = new SocketFile(socket);
        _protocol = protocol;
        _peer = peer;
        _connectedTo = _file.RemoteEndPoint;
        _sender = new SenderCache();
        _flow = WriteFlow.Create();
        _watch = loop.WatchOf(_file.Watched);
        _reader = new ReadSide(this, loop.CaptureContext());
        _watch.Transport = this;
        loop.Transports.Add(this);
        loop.CallSoon(static transport => Unbox(transport).Begin(), this);
        loop.CallSoon(static transport => Unbox(transport).StartReceiving(), this);
        loop.CallSoon(static waiter => ((LoopFuture<bool>)waiter!).TrySetResult(true), waiter);
    }

    /// <inheritdoc/>
    public override bool IsClosing => (_flags & TransportFlags.Closing) != 0;

    /// <inheritdoc/>
    public override BaseProtocol Protocol
    {
        get => _protocol;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Loop.AssertLoopThread();
            _protocol = value as DatagramProtocol ?? throw new ArgumentException(Messages.WrongProtocol(value, nameof(DatagramProtocol)), nameof(value));
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
        if (_waiting.Count == 0)
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
        ExtraInfo.Socket => _file.Handle.IsClosed ? null : new TransportSocket(_socket),
        ExtraInfo.SocketName => _file.LocalEndPoint,
        ExtraInfo.PeerName => _connectedTo,
        _ => base.GetExtraInfo(name),
    };

    /// <summary>State, descriptor, what is polled, and how much waits, for people.</summary>
    public override string ToString() => TransportText.Of(this, _file.Handle, _watch, WriteBufferSize);

    internal override SafeHandle? WatchedHandle => _file.Handle;

    internal override void ReleaseFile()
    {
        _flags |= TransportFlags.Closing | TransportFlags.Lost;
        DropWaiting();
        _file.Close();
    }

    private static DatagramSocketTransport Unbox(object? transport) => (DatagramSocketTransport)transport!;

    private void Begin() => _protocol.ConnectionMade(this);

    private void StartReceiving()
    {
        if (IsClosing)
        {
            return;
        }

        try
        {
            _watch.SetReader(_reader);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException)
        {
            // The system refuses to watch it, or somebody closed the socket behind the transport.
            Fail(exception, "Fatal error: the socket cannot be watched");
        }
    }

    private void OnReadable()
    {
        if (IsClosing)
        {
            return;
        }

        byte[] buffer = Loop.ReceiveBuffer;
        int count = _file.ReceiveFrom(buffer, _sender.Raw, out SocketError error);
        if (error == SocketError.Success)
        {
            _protocol.DatagramReceived(buffer.AsSpan(0, count), _sender.Take());
        }
        else if (error == SocketError.OperationAborted)
        {
            Fail(new SocketException((int)error), "Fatal read error on datagram transport");
        }
        else if (error != SocketError.WouldBlock)
        {
            TellError(error);
        }
    }

    /// <summary>A failure that the endpoint survives.</summary>
    private void TellError(SocketError error)
    {
        try
        {
            _protocol.ErrorReceived(new SocketException((int)error));
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            Report("protocol.ErrorReceived() failed", exception);
        }
    }

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
        DropWaiting();
        _watch.ClearReader();
        _watch.ClearWriter();
        Lose(exception);
    }

    /// <summary>Has the protocol told, in a later turn, that it is over.</summary>
    private void Lose(Exception? exception)
    {
        Debug.Assert((_flags & TransportFlags.Lost) == 0, "An endpoint is lost once.");
        _flags |= TransportFlags.Lost;
        Loop.CallSoon(() => End(exception));
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
        }
    }

    /// <summary>What the loop queues when a datagram has come.</summary>
    private sealed class ReadSide(DatagramSocketTransport transport, ExecutionContext? context) : LoopWork
    {
        internal override ExecutionContext? RunContext => context;

        internal override void Run() => transport.OnReadable();

        internal override string Describe() => $"receiving of {transport}";
    }
}
