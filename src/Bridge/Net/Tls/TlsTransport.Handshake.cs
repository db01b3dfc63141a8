using System.Net.Security;
using System.Net.Sockets;

namespace Bridge.Net;

/// <content>The handshake.</content>
internal sealed partial class TlsTransport
{
    private void BeginHandshake()
    {
        GoTo(TlsState.Handshaking);
        _timeLimit = Loop.CallLater(_settings.HandshakeTimeout, static transport => ((TlsTransport)transport!).HandshakeTimedOut(), this);
        SslStream stream = _stream = new SslStream(_wire, leaveInnerStreamOpen: true);
        _wire.ResumesOnPool = _settings.UsesNetwork;
        Task handshake;
        using (_wire.Enter())
        {
            handshake = _settings.UsesNetwork ? Task.Run(() => _settings.Authenticate(stream)) : Authenticate(stream);
        }

        Follow(handshake, static (transport, handshake) => transport.EndHandshake(handshake));
    }

    /// <summary>What the stream throws at once fails the handshake, too.</summary>
    private Task Authenticate(SslStream stream)
    {
        try
        {
            return _settings.Authenticate(stream);
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            return Task.FromException(exception);
        }
    }

    private void EndHandshake(Task handshake)
    {
        if (_state != TlsState.Handshaking)
        {
            // Closed meanwhile, which has been told to whom it concerns.
            return;
        }

        if (handshake.Exception is { } failure)
        {
            FailHandshake(failure.InnerExceptions[0]);
            return;
        }

        _timeLimit.Cancel();
        _wire.ResumesOnPool = false;
        GoTo(TlsState.Wrapped);
        _isEstablished = true;
        if (_heard == TlsHeard.Nothing)
        {
            _heard = TlsHeard.Made;
            Tell(static (protocol, transport) => protocol.ConnectionMade(transport), nameof(BaseProtocol.ConnectionMade));
        }

        _waiter?.TrySetResult(true);
        PumpWrites();
        PumpReads();
    }

    private void FailHandshake(Exception exception)
    {
        FailWaiter(exception);
        if (_waiter is null && Loop.Debug)
        {
            // A server's connection that nobody heard of; asyncio, too, is silent about it outside debug mode.
            Report("SSL handshake failed for an incoming connection", exception);
        }

        Fail(exception, "SSL handshake failed");
    }

    private void FailWaiter(Exception exception) => _waiter?.TrySetException(exception);

    private void HandshakeTimedOut()
    {
        if (_state == TlsState.Handshaking)
        {
            FailHandshake(new SocketException((int)SocketError.ConnectionAborted, Messages.HandshakeTimedOut(_settings.HandshakeTimeout)));
        }
    }
}
