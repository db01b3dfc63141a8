using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Bridge.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Bridge.AspNetCore;

/// <summary>A connection of the web server: two pipes, between the application on one side and a transport of the loop on the other.</summary>
/// <remarks>
/// <para>
/// Three parties. The application, on any thread, reads the input, writes the output, aborts, and in the end disposes. The protocol, on the
/// loop thread, moves received bytes into the input (LoopConnection.Receiving.cs). One method, on the loop thread, moves the output into
/// the transport (LoopConnection.Sending.cs). They meet only in the pipes, which any thread may use, and in posts to the loop.
/// </para>
/// <para>
/// The end, however it comes about, is one way: the transport is closed or lost, the protocol hears of it, the input is completed with the
/// reason, the output's reader is woken and completes, ConnectionClosed fires, and DisposeAsync returns.
/// </para>
/// </remarks>
internal sealed partial class LoopConnection : ConnectionContext, IDuplexPipe, IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature,
    IMemoryPoolFeature, IConnectionLifetimeFeature, IConnectionEndPointFeature, IConnectionSocketFeature, IConnectionInherentKeepAliveFeature, IEventLoopFeature
{
    private readonly ConnectionLoop _home;
    private readonly Socket _socket;
    private readonly ILogger _logger;
    private readonly Pipe _input;
    private readonly Pipe _output;

    /// <summary>Never disposed: without a timer it holds nothing, and its token may be asked for later.</summary>
    private readonly CancellationTokenSource _closed = new();

    /// <summary>Where it is handed to the web server.</summary>
    private readonly ChannelWriter<ConnectionContext> _accepted;

    /// <summary>Completed when the protocol has heard of the end and ConnectionClosed has fired.</summary>
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why the application ended it; the first reason stays. Any thread, by compare-exchange, before it posts the abort; read on the loop thread.</summary>
    private ConnectionAbortedException? _abortReason;

    /// <summary>Set before the connection is handed out. Loop thread.</summary>
    private Transport? _transport;

    /// <summary>The method that sends. Written on the loop thread before the connection is handed out; then never again.</summary>
    private Task _sending = Task.CompletedTask;

    /// <summary>How much of the end is still to come; see OneEnded. Interlocked.</summary>
    private int _endsLeft = 2;

    private IDictionary<object, object?>? _items;

    internal LoopConnection(ConnectionLoop home, Socket socket, ChannelWriter<ConnectionContext> accepted, ILogger logger)
    {
        _home = home;
        _socket = socket;
        _accepted = accepted;
        _logger = logger;
        _input = new Pipe(home.Input);
        _output = new Pipe(home.Output);
        ConnectionId = ConnectionIds.Next();
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = _closed.Token;
        Transport = this;
        Features = MakeFeatures();
    }

    /// <inheritdoc/>
    public EventLoop Loop => _home.Loop;

    /// <inheritdoc/>
    public override string ConnectionId { get; set; }

    /// <inheritdoc/>
    public override IFeatureCollection Features { get; }

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    /// <inheritdoc/>
    public override IDuplexPipe Transport { get; set; }

    /// <inheritdoc/>
    public override CancellationToken ConnectionClosed { get; set; }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint { get; set; }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint { get; set; }

    /// <inheritdoc/>
    public Socket Socket => _socket;

    /// <inheritdoc/>
    public MemoryPool<byte> MemoryPool => _home.Pool;

    /// <summary>False: a TCP connection says nothing while nobody writes.</summary>
    public bool HasInherentKeepAlive => false;

    PipeReader IDuplexPipe.Input => _input.Reader;

    PipeWriter IDuplexPipe.Output => _output.Writer;

    /// <summary>Whether its end is complete but for the application's Dispose. Any thread; a snapshot.</summary>
    internal bool HasEnded => _ended.Task.IsCompleted;

    /// <inheritdoc/>
    public override void Abort() => Abort(new ConnectionAbortedException(Messages.Aborted));

    /// <summary>Ends the connection at once: what waits to be sent is dropped. Any thread.</summary>
    /// <param name="abortReason">What reads throw from then on; the peer sees a reset. Null: as Kestrel calls it when the peer has ended the connection anyway.</param>
    public override void Abort(ConnectionAbortedException? abortReason)
    {
        Interlocked.CompareExchange(ref _abortReason, abortReason ?? new ConnectionAbortedException(Messages.Aborted), null);
        Action<object?> abort = abortReason is null
            ? static connection => ((LoopConnection)connection!).AbortHere(resets: false)
            : static connection => ((LoopConnection)connection!).AbortHere(resets: true);
        if (!Loop.TryCallSoonThreadSafe(abort, this))
        {
            EndWithLoop();
        }
    }

    /// <summary>Ends the connection in good order, and waits until that is done. For whoever accepted it, once.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _input.Reader.CompleteAsync().ConfigureAwait(false);
        await _output.Writer.CompleteAsync().ConfigureAwait(false);
        if (Loop.IsClosed)
        {
            EndWithLoop();
        }

        await _ended.Task.ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Address and state, for people.</summary>
    public override string ToString() => $"<LoopConnection {ConnectionId} of {RemoteEndPoint} on event loop '{Loop.Name}'{(HasEnded ? " ended" : string.Empty)}>";

    private FeatureCollection MakeFeatures()
    {
        var features = new FeatureCollection(initialCapacity: 12);
        features.Set<IConnectionIdFeature>(this);
        features.Set<IConnectionTransportFeature>(this);
        features.Set<IConnectionItemsFeature>(this);
        features.Set<IMemoryPoolFeature>(this);
        features.Set<IConnectionLifetimeFeature>(this);
        features.Set<IConnectionEndPointFeature>(this);
        features.Set<IConnectionSocketFeature>(this);
        features.Set<IConnectionInherentKeepAliveFeature>(this);
        features.Set<IEventLoopFeature>(this);
        return features;
    }

    private void AbortHere(bool resets)
    {
        if (_transport is { } transport && !_isLost)
        {
            if (resets)
            {
                Reset();
            }

            transport.Abort();
        }
    }

    /// <summary>Has the peer see a reset instead of an end that looks in order.</summary>
    private void Reset()
    {
        try
        {
            _socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The connection is gone already.
        }
    }

    /// <summary>The loop was closed under the connection, which closed the socket and told nobody. Any thread, any number of times.</summary>
    private void EndWithLoop()
    {
        if (_ended.TrySetResult())
        {
            _input.Writer.Complete(_abortReason ?? new ConnectionAbortedException(Messages.TransportFaulted));
            _output.Reader.CancelPendingRead();
            _socket.Dispose();
            _closed.Cancel();
        }
    }
}
