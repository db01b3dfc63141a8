namespace Bridge.Net;

/// <summary>Stands in for a transport's protocol while a file is sent through it block by block: heeds the flow control, and passes on the rest.</summary>
/// <remarks>Source: asyncio's <c>_SendfileFallbackProtocol</c>.</remarks>
internal sealed class FileFlow : Protocol
{
    private readonly Transport _transport;
    private readonly BaseProtocol _protocol;
    private LoopFuture<bool>? _room;
    private bool _isPaused;
    private bool _isLost;

    internal FileFlow(Transport transport)
    {
        _transport = transport;
        _protocol = transport.Protocol;
        transport.Protocol = this;

        // Paused already, the protocol was told and this was not.
        _isPaused = transport.WriteBufferSize > transport.WriteBufferLimits.High;
    }

    public override bool EofReceived() => throw new InvalidOperationException("Nothing can be received while reading is paused.");

    public override void PauseWriting() => _isPaused = true;

    public override void ResumeWriting()
    {
        _isPaused = false;
        _room?.TrySetResult(true);
    }

    public override void ConnectionLost(Exception? exception)
    {
        _isLost = true;
        _room?.TrySetException(new IOException(Messages.LostWhileSendingFile(_transport), exception));
        _protocol.ConnectionLost(exception);
    }

    internal async Coroutine WaitForRoom()
    {
        if (_isLost || _transport.IsClosing)
        {
            throw new IOException(Messages.LostWhileSendingFile(_transport));
        }

        if (_isPaused)
        {
            _room = _transport.Loop.CreateFuture<bool>();
            await _room;
            _room = null;
        }
    }

    internal void GiveBack()
    {
        _transport.Protocol = _protocol;
        if (_isPaused && !_isLost)
        {
            _protocol.PauseWriting();
        }
    }
}
