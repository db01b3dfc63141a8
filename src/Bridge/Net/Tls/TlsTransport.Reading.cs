using System.Net.Sockets;

namespace Bridge.Net;

/// <content>Reading: the stream waits without a buffer; when it has decrypted something, that is fetched and handed on.</content>
internal sealed partial class TlsTransport
{
    /// <summary>Given to the stream for each read; kept, so that no read allocates it.</summary>
    private readonly Action _readEnded;

    private ValueTask<int> _read;
    private ReadStep _readStep;
    private bool _readHasEnded;
    private bool _isPumping;
    private bool _isPaused;
    private bool _peerIsDone;

    private enum ReadStep : byte
    {
        /// <summary>The stream is not being read.</summary>
        None,

        /// <summary>Reads into nothing: ends when there is something to fetch, or the end.</summary>
        Wait,

        /// <summary>Reads what is there. Usually ends at once, for it is decrypted already.</summary>
        Fetch,
    }

    /// <inheritdoc/>
    public override bool IsReading => !_isPaused && !IsClosing;

    /// <summary>Data is read until the peer's close_notify, also while closing.</summary>
    private bool CanRead => !_peerIsDone && (_state is TlsState.Flushing or TlsState.Shutdown || (_state == TlsState.Wrapped && !_isPaused));

    /// <inheritdoc/>
    public override void PauseReading()
    {
        Loop.AssertLoopThread();
        if (IsReading)
        {
            _isPaused = true;
            _lower?.PauseReading();
        }
    }

    /// <inheritdoc/>
    public override void ResumeReading()
    {
        Loop.AssertLoopThread();
        if (!_isPaused || IsClosing)
        {
            return;
        }

        _isPaused = false;
        _lower?.ResumeReading();

        // For what was received before the pause and waits here.
        Loop.CallSoon(static transport => ((TlsTransport)transport!).PumpReads(), this, _context);
    }

    /// <summary>Moves what the stream has decrypted to the protocol, until it has no more.</summary>
    internal void PumpReads()
    {
        if (_isPumping)
        {
            // The call that is under way, further down the stack, goes on for us.
            return;
        }

        _isPumping = true;
        try
        {
            while (_readStep == ReadStep.None ? CanRead && BeginRead(ReadStep.Wait, default) : _readHasEnded)
            {
                EndRead();
            }
        }
        finally
        {
            _isPumping = false;
        }
    }

    /// <summary>The peer sends nothing more on the lower transport. It stays open: closing is up to us.</summary>
    internal bool LowerEofReceived()
    {
        if (_state == TlsState.Handshaking)
        {
            FailHandshake(new SocketException((int)SocketError.ConnectionReset, Messages.EofInHandshake));
        }
        else
        {
            _wire.ReceiveEof();
        }

        return true;
    }

    internal void LowerReceived(ReadOnlySpan<byte> data)
    {
        if (_state != TlsState.Unwrapped)
        {
            _wire.Receive(data);
        }
    }

    /// <summary>True: it has ended already.</summary>
    private bool BeginRead(ReadStep step, Memory<byte> target)
    {
        _readStep = step;
        _readHasEnded = false;
#pragma warning disable CA2012 // Used once, by EndRead.
        using (_wire.Enter())
        {
            try
            {
                _read = _stream!.ReadAsync(target);
            }
            catch (Exception exception) when (exception is not IFatalLoopException)
            {
                _read = ValueTask.FromException<int>(exception);
            }

            if (_read.IsCompleted)
            {
                _readHasEnded = true;
            }
            else
            {
                _read.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_readEnded);
            }
        }
#pragma warning restore CA2012

        return _readHasEnded;
    }

    /// <summary>The stream calls this when a read that had to wait has ended: inside a call of ours, which then looks, or on another thread.</summary>
    private void NoteReadEnd()
    {
        if (_wire.IsInside)
        {
            _readHasEnded = true;
        }
        else if (!Loop.TryPost(static (object? transport) => ((TlsTransport)transport!).NoteReadEndHere(), this, _context))
        {
            Loop.CountLateCompletion();
        }
    }

    private void NoteReadEndHere()
    {
        _readHasEnded = true;
        PumpReads();
    }

    private void EndRead()
    {
        ReadStep step = _readStep;
        _readStep = ReadStep.None;
        int count;
        try
        {
            count = _read.GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            ReturnRented();
            ReadFailed(exception);
            return;
        }

        if (step == ReadStep.Wait)
        {
            // Paused or dropped meanwhile: the stream keeps what it has decrypted.
            if (CanRead)
            {
                Fetch();
            }
        }
        else if (count == 0)
        {
            ReturnRented();
            ReadEnd();
        }
        else
        {
            Deliver(count);
        }
    }
}
