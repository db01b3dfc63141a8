using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Bridge.Executors;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Bridge.AspNetCore;

/// <summary>A listening socket of the web server. The first loop accepts, and gives the connections to all loops in turn.</summary>
/// <remarks>Any thread; the accepting itself belongs to the first loop.</remarks>
internal sealed class LoopListener : IConnectionListener
{
    /// <summary>How many connections are accepted before other callbacks get their turn.</summary>
    private const int LongestRun = 64;

    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(1);

    private readonly TransportLoops.Lease _lease;
    private readonly Socket _socket;
    private readonly ILogger _logger;
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>();

    /// <summary>The accepting, as a task on the first loop.</summary>
    private readonly ConcurrentFuture _accepting;

    /// <summary>Which loop gets the next connection. First loop.</summary>
    private int _next;

    /// <param name="lease">The loops, which the listener gives back when it is disposed.</param>
    /// <param name="socket">A socket that listens and does not block, which the listener owns.</param>
    /// <param name="logger">The log.</param>
    internal LoopListener(TransportLoops.Lease lease, Socket socket, ILogger logger)
    {
        _lease = lease;
        _socket = socket;
        _logger = logger;
        EndPoint = socket.LocalEndPoint!;
        using AsyncFlowControl flow = ExecutionContext.SuppressFlow();
        _accepting = First.RunCoroutineThreadSafe(AcceptAll);
    }

    /// <inheritdoc/>
    public EndPoint EndPoint { get; }

    private IReadOnlyList<ConnectionLoop> Loops => _lease.Loops;

    private EventLoop First => Loops[0].Loop;

    /// <summary>The next connection, or null once the listener is unbound and everything it had accepted is taken.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        ChannelReader<ConnectionContext> reader = _accepted.Reader;
        while (await reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (reader.TryRead(out ConnectionContext? connection))
            {
                return connection;
            }
        }

        return null;
    }

    /// <summary>Stops accepting. Connections stay. A second call does nothing.</summary>
    /// <remarks>Never fails: a loop that is stuck, or a token that fires, only ends the wait for the loop, and what has not stopped by then is not waited for.</remarks>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _accepting.Cancel();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_lease.ShutdownTimeout);
        try
        {
            await _accepting.Stopped.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The end of the lease reports it. Kestrel must come to that, so nothing is thrown.
        }

        _socket.Dispose();
        _accepted.Writer.TryComplete();
    }

    /// <summary>Stops accepting, aborts what nobody took, and gives the loops back. Takes no longer than their time to shut down, twice.</summary>
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync(CancellationToken.None).ConfigureAwait(false);
        while (_accepted.Reader.TryRead(out ConnectionContext? connection))
        {
            connection.Abort(new ConnectionAbortedException(Messages.ServerStopped));

            // Not awaited: the end of the lease waits for all connections, but not for ever.
            _ = connection.DisposeAsync().AsTask();
        }

        await _lease.DisposeAsync().ConfigureAwait(false);
    }

    private async Coroutine AcceptAll()
    {
        try
        {
            while (true)
            {
                try
                {
                    for (int i = 0; i < LongestRun; i++)
                    {
                        Serve(await First.SockAccept(_socket));
                    }

                    await LoopTask.Yield();
                }
                catch (SocketException exception)
                {
                    // Out of descriptors, as a rule: the connection stays in the system's queue, and trying at once would spin.
                    TransportLog.AcceptFailed(_logger, EndPoint, s_retryDelay.TotalSeconds, exception);
                    await LoopTask.Sleep(s_retryDelay);
                }
            }
        }
        finally
        {
            // Also when the loop ends before the server does.
            _accepted.Writer.TryComplete();
        }
    }

    private void Serve(Socket socket)
    {
        try
        {
            ConnectionLoop home = Loops[_next];
            _next = (_next + 1) % Loops.Count;
            var connection = new LoopConnection(home, socket, _accepted.Writer, _logger);
            if (!home.Loop.TryCallSoonThreadSafe(static connection => ((LoopConnection)connection!).Begin(), connection))
            {
                socket.Dispose();
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The peer is gone already, as a rule. Whatever it is, the next one must be accepted.
            TransportLog.BeginFailed(_logger, EndPoint, exception);
            socket.Dispose();
        }
    }
}
