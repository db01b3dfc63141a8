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

    internal void Start()
    {
        Socket.Listen(_server.Options.Backlog);
        _watch.SetReader(this);
    }

    internal void Close()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        if (!_server.Loop.IsClosed)
        {
            _watch.Release();
        }

        Socket.Dispose();
    }

    internal override void Run()
    {
        // One more than the queue holds, so that the last look finds it empty and no turn is wasted on that.
        for (int i = 0; i <= _server.Options.Backlog && !_isClosed; i++)
        {
            if (_file.TryAccept(out SocketFile accepted, out PeerAddress peer, out SocketError error))
            {
                Serve(accepted, peer);
            }
            else if (error == SocketError.WouldBlock)
            {
                return;
            }
            else if (error is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                PauseAccepting(error);
                return;
            }
            else if (error != SocketError.ConnectionAborted)
            {
                throw new SocketException((int)error);
            }
        }
    }

    internal override string Describe() => $"accepting of {_server}";

    private void Serve(SocketFile accepted, in PeerAddress peer)
    {
        EventLoop loop = _server.Loop;
        try
        {
            BaseProtocol protocol = _server.ProtocolFactory();
            _ = new SocketTransport(loop, accepted, protocol, peer, _server);
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            accepted.Close();
            loop.CallExceptionHandler(new LoopErrorContext($"Error on transport creation for incoming connection of {_server}", exception));
        }
    }

    private void PauseAccepting(SocketError error)
    {
        EventLoop loop = _server.Loop;
        loop.CallExceptionHandler(new LoopErrorContext(
            $"socket.accept() out of system resource: {_server} accepts nothing for {s_retryDelay.TotalSeconds:0} s. Close connections, or raise the limit of open descriptors",
            new SocketException((int)error)));
        _watch.ClearReader();
        loop.CallLater(s_retryDelay, static acceptor => ((Acceptor)acceptor!).Resume(), this);
    }

    private void Resume()
    {
        if (!_isClosed)
        {
            _watch.SetReader(this);
        }
    }
}
