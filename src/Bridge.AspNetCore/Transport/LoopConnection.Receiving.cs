using System.IO.Pipelines;
using System.Net.Sockets;
using Bridge.Net;
using Microsoft.AspNetCore.Connections;

namespace Bridge.AspNetCore;

/// <content>From the socket into the input pipe, and the end of the connection. Loop thread.</content>
internal sealed partial class LoopConnection
{
    /// <summary>What a receive asks for: the rest of a block of the pool, if that is as large, else a new one.</summary>
    private const int SmallReceive = 2 * 1024;

    private const int LargeReceive = 64 * 1024;

    private int _wanted = SmallReceive;
    private int _room;
    private bool _isInputComplete;
    private bool _isLost;

    /// <summary>Puts the connection onto its loop. Never throws but for a closed loop.</summary>
    internal void Begin() => Loop.CreateTask(Open());

    /// <summary>The transport is there: sending may start; receiving does, in the next callback.</summary>
    internal void Begun(Transport transport)
    {
        _transport = transport;
        _home.Add(this);
        if (!_home.Options.NoDelay && _socket.ProtocolType == ProtocolType.Tcp)
        {
            // The loop's connections send at once unless told otherwise.
            _socket.NoDelay = false;
        }

        // Told to pause whenever anything waits: the pipe is the buffer, not the transport.
        transport.SetWriteBufferLimits(high: 0);
        _sending = SendOutput(transport);
        if (!_accepted.TryWrite(this))
        {
            // The server stopped listening meanwhile, and nobody will take it.
            Abort(new ConnectionAbortedException(Messages.ServerStopped));
        }
    }

    internal Memory<byte> GetBuffer()
    {
        Memory<byte> memory = _input.Writer.GetMemory(_wanted);
        _room = memory.Length;
        return memory;
    }

    /// <summary>Bytes have come: the parser runs, in this call if the handlers run on the loop, and what it answers is sent.</summary>
    internal void Received(int count)
    {
        // A sender that fills what it finds has more: fewer calls of the system, and larger pieces, until that is over.
        _wanted = count == _room ? Math.Min(_wanted * 4, LargeReceive) : SmallReceive;
        _input.Writer.Advance(count);
        ValueTask<FlushResult> flush = _home.Scheduler.Flush(_input.Writer);
        if (flush.IsCompletedSuccessfully)
        {
            StopIfUnread(flush.Result);
        }
        else
        {
            _transport!.PauseReading();
            _ = ResumeWhenRead(flush);
        }
    }

    /// <summary>The peer sends nothing more. What waits for it is still sent, if the application does not give up.</summary>
    internal void ReceivedEnd() => CompleteInput(null);

    internal void Lost(Exception? failure)
    {
        _isLost = true;
        CompleteInput(ReasonOf(failure));

        // Whatever the sender waits for, it need not.
        _output.Reader.CancelPendingRead();
        ResumeSending();
        _home.Remove(this);
        OneEnded();
    }

    private static bool IsReset(SocketException failure) => failure.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown
        or SocketError.ConnectionAborted or SocketError.TimedOut or SocketError.NetworkReset or SocketError.HostUnreachable or SocketError.NetworkUnreachable;

    /// <summary>What the application's next read throws.</summary>
    private Exception ReasonOf(Exception? failure)
    {
        if (Volatile.Read(ref _abortReason) is { } abort)
        {
            return abort;
        }

        switch (failure)
        {
            case null:
                return new ConnectionAbortedException(Messages.OutputEnded);
            case SocketException reset when IsReset(reset):
                TransportLog.ConnectionReset(_logger, ConnectionId);
                return new ConnectionResetException(reset.Message, reset);
            default:
                TransportLog.ConnectionError(_logger, ConnectionId, failure);
                return new ConnectionAbortedException(Messages.TransportFaulted, failure);
        }
    }

    private async Coroutine Open()
    {
        try
        {
            await Loop.ConnectAcceptedSocket(() => new LoopConnectionProtocol(this), _socket);
        }
        catch (Exception exception) when (_transport is null)
        {
            // The peer is gone already, as a rule. Nobody has been told of this connection.
            TransportLog.BeginFailed(_logger, RemoteEndPoint, exception);
            _socket.Dispose();
        }
    }

    private async Task ResumeWhenRead(ValueTask<FlushResult> flush)
    {
        TransportLog.ConnectionPause(_logger, ConnectionId);
        try
        {
            // The pipe's scheduler brings this back to the loop thread.
            FlushResult result = await flush.ConfigureAwait(false);
            TransportLog.ConnectionResume(_logger, ConnectionId);
            if (!_isLost)
            {
                _transport!.ResumeReading();
                StopIfUnread(result);
            }
        }
        catch (Exception exception)
        {
            // Nobody awaits this method.
            Abort(new ConnectionAbortedException(Messages.TransportFaulted, exception));
        }
    }

    private void StopIfUnread(FlushResult result)
    {
        if (result.IsCompleted && !_isLost)
        {
            // The application reads no more; what the peer still sends may wait where it is.
            _transport!.PauseReading();
            CompleteInput(null);
        }
    }

    private void CompleteInput(Exception? reason)
    {
        if (_isInputComplete)
        {
            return;
        }

        _isInputComplete = true;
        _input.Writer.Complete(reason);

        // Not here: what the application has registered with the token may take long.
        ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.FireClosed(), this, preferLocal: false);
    }

    private void FireClosed()
    {
        try
        {
            _closed.Cancel();
        }
        catch (Exception exception)
        {
            // A callback of the application failed, which must not keep the connection.
            TransportLog.ClosedCallbackFailed(_logger, ConnectionId, exception);
        }

        OneEnded();
    }

    /// <summary>Either the protocol has heard of the end, or ConnectionClosed has fired; the second of the two lets DisposeAsync return.</summary>
    private void OneEnded()
    {
        if (Interlocked.Decrement(ref _endsLeft) == 0)
        {
            _ended.TrySetResult();
        }
    }
}
