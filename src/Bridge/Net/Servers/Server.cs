using System.Diagnostics;
using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>Listening sockets, and the connections that came through them.</summary>
/// <remarks>
/// Made by <c>loop.CreateServer</c> and <c>loop.CreateUnixServer</c>. Closing it closes the listening sockets; connections stay until they end or
/// <see cref="CloseClients"/> is called. Loop thread. Source: asyncio's <c>Server</c>.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class Server : ITransportOwner, IAsyncDisposable
{
    private readonly Acceptor[] _acceptors;
    private readonly List<LoopFuture<bool>> _closedWaiters = [];
    private LoopFuture<bool>? _serveForever;
    private int _clients;
    private bool _isServing;
    private bool _isClosed;

    internal Server(EventLoop loop, IReadOnlyList<Socket> sockets, Func<BaseProtocol> protocolFactory, ServerOptions options)
    {
        Loop = loop;
        Options = options;
        ProtocolFactory = protocolFactory;
        _acceptors = [.. sockets.Select(socket => new Acceptor(this, socket))];
        ClosingWithLoop = loop.OnClose(CloseSockets);
    }

    /// <summary>The loop it serves on. Any thread.</summary>
    public EventLoop Loop { get; }

    /// <summary>Whether it accepts connections.</summary>
    public bool IsServing => _isServing && !_isClosed;

    /// <summary>The listening sockets; empty once it is closed.</summary>
    public IReadOnlyList<TransportSocket> Sockets => _isClosed ? [] : [.. _acceptors.Select(static acceptor => new TransportSocket(acceptor.Socket))];

    internal ServerOptions Options { get; }

    internal Func<BaseProtocol> ProtocolFactory { get; }

    private CloseRegistration ClosingWithLoop { get; }

    /// <summary>Stops listening, at once. Connections stay open; a <see cref="ServeForever"/> ends as cancelled. A second call does nothing.</summary>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>Server.close</c>.</remarks>
    public void Close()
    {
        Loop.AssertLoopThread();
        if (_isClosed)
        {
            return;
        }

        ClosingWithLoop.Dispose();
        CloseSockets();
        _serveForever?.Cancel();
        WakeIfOver();
    }

    /// <summary>Closes every open connection in good order.</summary>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>Server.close_clients</c>.</remarks>
    public void CloseClients()
    {
        Loop.AssertLoopThread();
        foreach (Transport transport in Loop.Transports.OwnedBy(this))
        {
            transport.Close();
        }
    }

    /// <summary>Closes every open connection at once; what waits to be sent is dropped.</summary>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>Server.abort_clients</c>.</remarks>
    public void AbortClients()
    {
        Loop.AssertLoopThread();
        foreach (Transport transport in Loop.Transports.OwnedBy(this))
        {
            transport.Abort();
        }
    }

    /// <summary>Begins to accept connections; does nothing if it does already.</summary>
    /// <returns>A coroutine that takes one turn.</returns>
    /// <exception cref="InvalidOperationException">The server is closed, or the loop runs on another thread.</exception>
    /// <remarks>Source: <c>Server.start_serving</c>.</remarks>
    public async Coroutine StartServing()
    {
        Listen();
        await LoopTask.Yield();
    }

    /// <summary>Accepts connections until it is cancelled; then it closes the server, and waits until the last connection has ended.</summary>
    /// <returns>A coroutine that ends only by a cancellation or a failure.</returns>
    /// <exception cref="InvalidOperationException">The server is closed, somebody is awaiting this already, or the loop runs on another thread.</exception>
    /// <remarks>Source: <c>Server.serve_forever</c>.</remarks>
    public async Coroutine ServeForever()
    {
        if (_serveForever is not null)
        {
            throw new InvalidOperationException($"{this} is already being awaited on ServeForever.");
        }

        Listen();
        _serveForever = Loop.CreateFuture<bool>();
        try
        {
            await _serveForever;
        }
        catch (OperationCanceledException)
        {
            Close();
            await WaitClosed();
            throw;
        }
        finally
        {
            _serveForever = null;
        }
    }

    /// <summary>Waits until the server is closed and its last connection has ended.</summary>
    /// <returns>A coroutine.</returns>
    /// <remarks>Before Close it waits for that, too. Source: <c>Server.wait_closed</c> since 3.12.1.</remarks>
    public async Coroutine WaitClosed()
    {
        if (_isClosed && _clients == 0)
        {
            return;
        }

        LoopFuture<bool> waiter = Loop.CreateFuture<bool>();
        _closedWaiters.Add(waiter);
        await waiter;
    }

    /// <summary><see cref="Close"/> and <see cref="WaitClosed"/>: call <see cref="CloseClients"/> before where connections may stay open for long.</summary>
    /// <returns>Done when the last connection has ended.</returns>
    public ValueTask DisposeAsync()
    {
        Close();
        return _clients == 0 ? ValueTask.CompletedTask : new ValueTask(Loop.CreateTask(WaitClosed()).AsTask());
    }

    /// <summary>State and addresses, for people.</summary>
    public override string ToString()
        => $"<Server {(_isClosed ? "closed" : _isServing ? "serving" : "not serving")} sockets=[{string.Join(", ", Sockets.Select(static socket => socket.LocalEndPoint))}] clients={_clients}>";

    void ITransportOwner.Attach(Transport transport) => _clients++;

    void ITransportOwner.Detach(Transport transport)
    {
        _clients--;
        WakeIfOver();
    }

    internal void Listen()
    {
        Loop.AssertCanSchedule();
        if (_isClosed)
        {
            throw new InvalidOperationException($"{this} is closed.");
        }

        if (_isServing)
        {
            return;
        }

        _isServing = true;
        foreach (Acceptor acceptor in _acceptors)
        {
            acceptor.Start();
        }
    }

    private void WakeIfOver()
    {
        if (!_isClosed || _clients > 0)
        {
            return;
        }

        foreach (LoopFuture<bool> waiter in _closedWaiters)
        {
            waiter.TrySetResult(true);
        }

        _closedWaiters.Clear();
    }

    private void CloseSockets()
    {
        _isClosed = true;
        foreach (Acceptor acceptor in _acceptors)
        {
            acceptor.Close();
        }
    }
}
