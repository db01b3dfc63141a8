using System.Diagnostics;
using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>Listening sockets, and the connections that came through them.</summary>
/// <remarks>
/// Made by <c>loop.CreateServer</c> and <c>loop.CreateUnixServer</c>. Closing it closes the listening sockets; connections stay until they end or
/// <see cref="CloseClients"/> is called. Closing the loop closes it, too. Loop thread. Source: asyncio's <c>Server</c>.
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

    internal Server(EventLoop loop, IReadOnlyList<Socket> sockets, Func<BaseProtocol> protocolFactory, int backlog)
    {
        Loop = loop;
        Backlog = backlog;
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

    /// <summary>How many connections wait in the system's queue, and are accepted in one go.</summary>
    internal int Backlog { get; }

    /// <summary>The file of a Unix-domain server that is removed with it; null if there is none.</summary>
    internal SocketPath? File { get; init; }

    /// <summary>What TLS is to be like; null: none.</summary>
    internal TlsSettings? Tls { get; init; }

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

        CloseSockets();
        _serveForever?.Cancel();
        _serveForever = null;
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
    /// <param name="cancellationToken">Ends it as well; from any thread.</param>
    /// <returns>A coroutine that ends only by a cancellation (of its task, by the token or by <see cref="Close"/>) or a failure.</returns>
    /// <exception cref="InvalidOperationException">The server is closed, somebody is awaiting this already, or the loop runs on another thread.</exception>
    /// <remarks>Source: <c>Server.serve_forever</c>.</remarks>
    public async Coroutine ServeForever(CancellationToken cancellationToken = default)
    {
        if (_serveForever is not null)
        {
            throw new InvalidOperationException($"{this} is already being awaited on ServeForever.");
        }

        Listen();
        _serveForever = Loop.CreateFuture<bool>();
        using CancellationTokenRegistration registration = CancelWith(_serveForever, cancellationToken);
        try
        {
            await _serveForever;
        }
        catch (OperationCanceledException exception)
        {
            Close();
            await WaitClosed();
            if (cancellationToken.IsCancellationRequested)
            {
                throw new LoopCanceledException((exception as LoopCanceledException)?.CancelMessage, cancellationToken);
            }

            throw;
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
        try
        {
            await waiter;
        }
        finally
        {
            _closedWaiters.Remove(waiter);
        }
    }

    /// <summary><see cref="Close"/> and <see cref="WaitClosed"/>: call <see cref="CloseClients"/> before where connections may stay open for long.</summary>
    /// <returns>A coroutine, done when the last connection has ended. Cancelling the task that awaits it ends the wait.</returns>
    /// <remarks><c>await using</c> takes this one, not that of <see cref="IAsyncDisposable"/>. Source: <c>Server.__aexit__</c>.</remarks>
    public Coroutine DisposeAsync()
    {
        Close();
        return WaitClosed();
    }

    /// <inheritdoc/>
    ValueTask IAsyncDisposable.DisposeAsync()
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
        try
        {
            foreach (Acceptor acceptor in _acceptors)
            {
                acceptor.Start();
            }
        }
        catch
        {
            // Half of the addresses would be worse than none.
            Close();
            throw;
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
    }

    private static CancellationTokenRegistration CancelWith(LoopFuture<bool> future, CancellationToken token)
        => token.UnsafeRegister(static future => Cancel((LoopFuture<bool>)future!), future);

    /// <summary>On whichever thread cancelled the token; late, or on a closed loop, it does nothing.</summary>
    private static void Cancel(LoopFuture<bool> future)
        => future.Loop.TryCallSoonThreadSafe(static future => ((LoopFuture<bool>)future!).Cancel(), future);

    private void CloseSockets()
    {
        _isClosed = true;
        ClosingWithLoop.Dispose();
        foreach (Acceptor acceptor in _acceptors)
        {
            acceptor.Close();
        }

        File?.Remove(Loop);
    }
}
