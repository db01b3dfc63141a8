using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Bridge.Net;

/// <summary>TLS over another transport, by an <c>SslStream</c> that runs on the loop thread.</summary>
/// <remarks>
/// <para>
/// The lower transport's protocol is a <see cref="TlsLowerSide"/>. What it receives goes to <see cref="TlsWire"/>, the stream's other end, and
/// whatever the stream can do with that it does at once, inside that call. So nothing here waits for another thread, and no task is made
/// but for the handshake.
/// </para>
/// <para>An idle connection holds no buffers: the stream waits by reading into nothing. Source: asyncio's <c>SSLProtocol</c> and <c>_SSLProtocolTransport</c>.</para>
/// </remarks>
#pragma warning disable CA1001 // Freed when the lower transport ends, which happens to each.
internal sealed partial class TlsTransport : Transport
#pragma warning restore CA1001
{
    private readonly TlsSettings _settings;
    private readonly TlsWire _wire;
    private readonly ExecutionContext? _context;
    private readonly LoopFuture<bool>? _waiter;
    private BaseProtocol _protocol;
    private Transport? _lower;
    private SslStream? _stream;
    private TimerHandle _timeLimit;
    private Exception? _loss;
    private TlsState _state;
    private TlsHeard _heard;
    private bool _isEstablished;
    private bool _isClosing;

    /// <summary>Waits for its lower transport; see <see cref="LowerSide"/>.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="protocol">The application's.</param>
    /// <param name="settings">Checked already.</param>
    /// <param name="waiter">Completed when the handshake is over, or fails with it. Null: nobody waits.</param>
    /// <param name="isUpgrade">The protocol has heard ConnectionMade from the lower transport.</param>
    internal TlsTransport(EventLoop loop, BaseProtocol protocol, TlsSettings settings, LoopFuture<bool>? waiter, bool isUpgrade = false)
        : base(loop)
    {
        SocketTransport.CheckProtocol(protocol);
        _settings = settings;
        _protocol = protocol;
        _waiter = waiter;
        _heard = isUpgrade ? TlsHeard.Made : TlsHeard.Nothing;
        _context = loop.CaptureContext();
        _wire = new TlsWire(this);
        _readEnded = NoteReadEnd;
        _flow = WriteFlow.Create(DefaultHigh);
        LowerSide = new TlsLowerSide(this);
    }

    /// <summary>The protocol to give to the lower transport. The handshake begins with its ConnectionMade.</summary>
    internal TlsLowerSide LowerSide { get; }

    /// <inheritdoc/>
    public override bool IsClosing => _isClosing || _lower is { IsClosing: true };

    /// <inheritdoc/>
    public override bool CanWriteEof => false;

    /// <inheritdoc/>
    public override BaseProtocol Protocol
    {
        get => _protocol;
        set
        {
            SocketTransport.CheckProtocol(value);
            Loop.AssertLoopThread();
            _protocol = value;
        }
    }

    /// <inheritdoc/>
    public override void WriteEof() => throw new NotSupportedException(Messages.NoWriteEof(this));

    /// <inheritdoc/>
    public override void Close()
    {
        Loop.AssertLoopThread();
        if (_isClosing)
        {
            return;
        }

        if (_state == TlsState.Wrapped)
        {
            BeginFlush();
        }
        else
        {
            Drop(null);
        }
    }

    /// <inheritdoc/>
    public override void Abort()
    {
        Loop.AssertLoopThread();
        Drop(null);
    }

    /// <inheritdoc/>
    public override object? GetExtraInfo(string name) => name switch
    {
        ExtraInfo.SslContext => _settings.Given,
        ExtraInfo.SslObject => Established,
        ExtraInfo.PeerCertificate => Established?.RemoteCertificate,
        ExtraInfo.Cipher => Established?.NegotiatedCipherSuite,
        _ => _lower is { } lower ? lower.GetExtraInfo(name) : base.GetExtraInfo(name),
    };

    /// <summary>State and the transport below, for people.</summary>
    public override string ToString()
        => $"<{nameof(TlsTransport)} {_state.ToString().ToLowerInvariant()}{(IsClosing ? " closing" : string.Empty)} bufsize={WriteBufferSize} over {_lower}>";

    /// <summary>The loop is closed. This comes before the lower transport's turn, which registered before.</summary>
    internal override void ReleaseFile()
    {
        _isClosing = true;
        _state = TlsState.Unwrapped;
        _backlog.Clear();
        EndStream();
        _lower?.ReleaseFile();
    }

    /// <summary>What a transport carries: TLS, TLS in that, or just itself. To be closed in good order, it is closed from the top.</summary>
    internal static Transport Topmost(Transport transport)
    {
        while (transport.Protocol is TlsLowerSide side)
        {
            transport = side.Upper;
        }

        return transport;
    }

    /// <summary>Bytes of the handshake that came before the upgrade.</summary>
    internal void KeepReceived(ReadOnlySpan<byte> data) => _wire.Keep(data);

    /// <summary>The lower transport is there.</summary>
    internal void Begin(Transport lower)
    {
        _lower = lower;
        Loop.Transports.Add(this);
        if (_isClosing)
        {
            lower.Abort();
        }
        else
        {
            BeginHandshake();
        }
    }

    /// <summary>The lower transport is gone: whatever state this is in, it is over.</summary>
    internal void End(Exception? exception)
    {
        exception = _loss ?? exception;
        _isClosing = true;
        _state = TlsState.Unwrapped;
        _timeLimit.Cancel();
        _backlog.Clear();
        try
        {
            if (_waiter is { IsDone: false })
            {
                FailWaiter(exception ?? new SocketException((int)SocketError.ConnectionAborted, Messages.ClosedInHandshake));
            }

            if (_heard is TlsHeard.Made or TlsHeard.Eof)
            {
                _heard = TlsHeard.Lost;
                _protocol.ConnectionLost(exception);
            }
        }
        finally
        {
            Loop.Transports.Remove(this);
            EndStream();
        }
    }

    /// <summary>The stream, from the end of the handshake to the end of the connection.</summary>
    private SslStream? Established => _isEstablished ? _stream : null;

    private void GoTo(TlsState next)
    {
        if (next != _state + 1)
        {
            throw new InvalidOperationException(Messages.TlsStateOrder(_state, next));
        }

        _state = next;
    }

    /// <summary>Something failed that the connection does not survive. What the network or the peer does is no news; all else is reported.</summary>
    private void Fail(Exception exception, string message)
    {
        if (exception is not (SocketException or IOException or AuthenticationException or TimeoutException))
        {
            Report(message, exception);
        }

        Drop(exception);
    }

    /// <summary>Closes at once; the protocol hears of it once the lower transport is closed.</summary>
    private void Drop(Exception? exception)
    {
        _loss ??= exception;
        _isClosing = true;
        _state = TlsState.Unwrapped;
        _timeLimit.Cancel();
        _backlog.Clear();
        _lower?.Abort();
    }

    private void EndStream()
    {
        _isEstablished = false;
        _wire.End();
        PumpReads();
        _stream?.Dispose();
        _stream = null;
    }

    /// <summary>Calls back on the loop thread, in a turn of its own, when a task of the stream is done; at once if it is already.</summary>
    private void Follow(Task task, Action<TlsTransport, Task> whenDone)
    {
        if (task.IsCompleted)
        {
            whenDone(this, task);
            return;
        }

        using (_wire.Enter())
        {
            task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() =>
            {
                // Asking is what keeps a failure that comes too late from being reported as unobserved.
                _ = task.Exception;
                if (!Loop.TryPost(() => whenDone(this, task), null, _context))
                {
                    Loop.CountLateCompletion();
                }
            });
        }
    }

    private void Tell(Action<BaseProtocol, BaseTransport> what, string name)
    {
        try
        {
            what(_protocol, this);
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            Report($"protocol.{name}() failed", exception);
        }
    }
}
