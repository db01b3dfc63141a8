using System.Buffers;

namespace Bridge.Net;

/// <content>Handing what was decrypted to the protocol, and telling it of the end.</content>
internal sealed partial class TlsTransport
{
    private const int ReadSize = 32 * 1024;

    /// <summary>Where the bytes of a fetch go: the protocol that gave the memory, else the rented array.</summary>
    private BufferedProtocol? _fetcher;
    private byte[]? _rented;

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
