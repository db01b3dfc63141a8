using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>One listening socket: takes the connections that come, several at a time.</summary>
/// <remarks>
/// Out of descriptors or memory, the connection stays in the system's queue and the socket readable for ever. So accepting pauses for a
/// second then, rather than spin. Source: asyncio's <c>_accept_connection</c>.
/// </remarks>
internal sealed class Acceptor : LoopWork
{
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(1);

    private readonly Server _server;
    private readonly SocketFile _file;
    private readonly FileWatch _watch;
    private readonly ExecutionContext? _context;
    private TimerHandle _pause;
    private bool _isClosed;

    internal Acceptor(Server server, Socket socket)
    {
        _server = server;
        Socket = socket;
        _file = new SocketFile(socket);
        _watch = server.Loop.WatchOf(_file.Watched);
        _context = server.Loop.CaptureContext();
    }

    internal Socket Socket { get; }

    internal override ExecutionContext? RunContext => _context;

    /// <exception cref="SocketException">The system refuses to listen, as if another socket listens on the address since.</exception>
    internal void Start()
    {
        try
        {
            Socket.Listen(_server.Backlog);
        }
        catch (SocketException exception)
        {
            throw new SocketException((int)exception.SocketErrorCode, Messages.ListenFailed(Socket, exception));
        }

        _watch.SetReader(this);
        _watch.Transport = _server;
    }

    internal void Close()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _watch.Transport = null;
        if (!_server.Loop.IsClosed)
        {
            _pause.Cancel();
            _watch.Release();
        }

        Socket.Dispose();
    }

    internal override void Run()
    {
        // One more than the queue holds, so that the last look finds it empty and no turn is wasted on that.
        for (int i = 0; i <= _server.Backlog && !_isClosed; i++)
        {
            if (_file.TryAccept(out SocketFile accepted, out PeerAddress peer, out SocketError error))
            {
                Serve(accepted, peer);
            }
            else if (error == SocketError.WouldBlock)
            {
                return;
            }
            else if (!IsOfConnection(error))
            {
                PauseAccepting(error);
                return;
            }
        }
    }

    internal override string Describe() => $"accepting of {_server}";

    /// <summary>Linux gives what has happened to the connection meanwhile as the result of accept, and has dropped it then: on to the next one.</summary>
    private static bool IsOfConnection(SocketError error) => error is SocketError.ConnectionAborted or SocketError.ConnectionReset
        or SocketError.NetworkDown or SocketError.ProtocolOption or SocketError.HostDown or SocketError.HostUnreachable
        or SocketError.NetworkUnreachable or SocketError.OperationNotSupported or SocketError.TimedOut or SocketError.AccessDenied;

    private void Serve(SocketFile accepted, in PeerAddress peer)
    {
        EventLoop loop = _server.Loop;
        BaseProtocol? protocol = null;
        try
        {
            protocol = _server.ProtocolFactory();
            StreamTransports.Begin(loop, accepted, protocol, peer, _server, tls: _server.Tls);
        }
        catch (Exception exception)
        {
            accepted.Close();
            if (exception is IFatalLoopException)
            {
                throw;
            }

            loop.CallExceptionHandler(new LoopErrorContext($"Error on transport creation for incoming connection of {_server}", exception) { Protocol = protocol });
        }
    }

    private void PauseAccepting(SocketError error)
    {
        EventLoop loop = _server.Loop;
        string reason = error is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable
            ? "socket.accept() out of system resource. Close connections, or raise the limit of open descriptors"
            : "socket.accept() failed";
        _watch.ClearReader();
        _pause = loop.CallLater(s_retryDelay, static acceptor => ((Acceptor)acceptor!).Resume(), this);
        loop.CallExceptionHandler(new LoopErrorContext(
            $"{reason}: {_server} accepts nothing for {s_retryDelay.TotalSeconds:0} s", new SocketException((int)error)));
    }

    private void Resume()
    {
        if (!_isClosed)
        {
            _watch.SetReader(this);
        }
    }
}
