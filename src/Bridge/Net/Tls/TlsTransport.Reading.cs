using System.Buffers;
using System.Net.Sockets;

namespace Bridge.Net;

/// <content>Reading: the stream waits without a buffer; when it has decrypted something, that is fetched and handed on.</content>
internal sealed partial class TlsTransport
{
    private const int ReadSize = 32 * 1024;

    /// <summary>Given to the stream for each read; kept, so that no read allocates it.</summary>
    private readonly Action _readEnded;

    private ValueTask<int> _read;
    private ReadStep _readStep;
    private bool _readHasEnded;
    private bool _isPumping;
    private bool _isPaused;
    private bool _peerIsDone;

    /// <summary>Where the bytes of a fetch go: the protocol that gave the memory, else the rented array.</summary>
    private BufferedProtocol? _fetcher;
    private byte[]? _rented;

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

    private void Fetch()
    {
        _fetcher = _isPaused ? null : _protocol as BufferedProtocol;
        if (_fetcher is null)
        {
            _rented = ArrayPool<byte>.Shared.Rent(ReadSize);
            BeginRead(ReadStep.Fetch, _rented);
            return;
        }

        try
        {
            Memory<byte> buffer = _fetcher.GetBuffer(-1);
            if (buffer.IsEmpty)
            {
                throw new InvalidOperationException(Messages.EmptyBuffer(_fetcher));
            }

            BeginRead(ReadStep.Fetch, buffer);
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            Fail(exception, "Fatal error: protocol.GetBuffer() failed.");
        }
    }

    private void Deliver(int count)
    {
        try
        {
            if (_fetcher is { } fetcher)
            {
                fetcher.BufferUpdated(count);
            }
            else if (!_isPaused && _state != TlsState.Unwrapped)
            {
                // A paused protocol gets nothing, not even while closing, when reading goes on to find the peer's close_notify.
                HandOver(_rented.AsSpan(0, count));
            }
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            Fail(exception, $"Fatal error: protocol.{(_fetcher is null ? "DataReceived" : "BufferUpdated")}() failed.");
        }
        finally
        {
            ReturnRented();
        }
    }

    private void HandOver(ReadOnlySpan<byte> data)
    {
        if (_protocol is Net.Protocol protocol)
        {
            protocol.DataReceived(data);
            return;
        }

        // The protocol was changed between fetching and now.
        while (!data.IsEmpty && _protocol is BufferedProtocol buffered)
        {
            Memory<byte> buffer = buffered.GetBuffer(data.Length);
            if (buffer.IsEmpty)
            {
                throw new InvalidOperationException(Messages.EmptyBuffer(buffered));
            }

            int count = Math.Min(buffer.Length, data.Length);
            data[..count].CopyTo(buffer.Span);
            data = data[count..];
            buffered.BufferUpdated(count);
        }
    }

    private void ReturnRented()
    {
        if (_rented is { } rented)
        {
            _rented = null;
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The stream has ended: the peer said so, or its connection ended without a word.</summary>
    private void ReadEnd()
    {
        if (_state == TlsState.Wrapped && _wire.WasEofRead)
        {
            // Its end would look as good as any to the protocol, and what was cut off would never be missed.
            Fail(new EndOfStreamException(Messages.TlsTruncated), "TLS connection truncated");
            return;
        }

        _peerIsDone = true;
        if (!_wire.WasEofRead)
        {
            CallEofReceived();
        }

        if (_state == TlsState.Wrapped)
        {
            BeginFlush();
        }
        else if (_state == TlsState.Shutdown)
        {
            _lower!.Close();
        }
    }

    private void ReadFailed(Exception exception)
    {
        switch (_state)
        {
            case TlsState.Unwrapped:
                // Over already; this is the echo.
                break;
            case TlsState.Wrapped when _wire.WasEofRead:
                Fail(new EndOfStreamException(Messages.TlsTruncated, exception), "TLS connection truncated");
                break;
            case TlsState.Flushing or TlsState.Shutdown when _wire.WasEofRead:
                // We have closed anyway; the peer did it in the middle of a record.
                ReadEnd();
                break;
            default:
                Fail(exception, "Fatal error on SSL protocol");
                break;
        }
    }

    private void CallEofReceived()
    {
        // A paused protocol hears nothing; only closing goes on reading over its head.
        if (_heard != TlsHeard.Made || _isPaused)
        {
            return;
        }

        _heard = TlsHeard.Eof;
        try
        {
            bool keepOpen = _protocol switch
            {
                Net.Protocol protocol => protocol.EofReceived(),
                BufferedProtocol protocol => protocol.EofReceived(),
                _ => false,
            };
            if (keepOpen && _protocol is not TlsLowerSide)
            {
                Loop.WriteWarning(Messages.EofIgnored(_protocol));
            }
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            Fail(exception, "Fatal error: protocol.EofReceived() failed.");
        }
    }
}
