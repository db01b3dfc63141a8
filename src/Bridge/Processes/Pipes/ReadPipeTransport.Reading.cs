using Bridge.Net.Native;

namespace Bridge.Net;

/// <content>Reading.</content>
public sealed partial class ReadPipeTransport
{
    /// <summary>No pipe that an ordinary user can make holds more: who has read this much has read all that was in it at the beginning.</summary>
    private const int LargestPipe = 1024 * 1024;

    /// <summary>How much more is read before an empty pipe counts as ended; 0 or less: it ends now. Null: only its writers can end it.</summary>
    private int? _leftToDrain;

    /// <summary>Begins to read. Closes the transport and says why if that is not possible.</summary>
    internal Exception? StartReading()
    {
        Exception? failure = IsReading ? TryWatch() : null;
        if (failure is not null)
        {
            Close(failure);
        }

        return failure;
    }

    /// <summary>
    /// Reads on until the pipe is empty, and takes that for its end, whoever else still holds its other end open. What was written
    /// before this call is read in any case, also later, when reading is paused now.
    /// </summary>
    internal void EndWhenEmpty()
    {
        if (_isClosing || _leftToDrain is not null)
        {
            return;
        }

        _leftToDrain = LargestPipe;
        if (IsReading)
        {
            Loop.Enqueue(_ready, null, _ready.RunContext);
        }
    }

    private Exception? TryWatch()
    {
        try
        {
            _file.Watch.SetReader(_ready);
        }
        catch (Exception exception) when (exception is IOException or PlatformNotSupportedException or ArgumentException)
        {
            return exception;
        }

        if (_leftToDrain is not null)
        {
            // The selector will never find an empty pipe ready.
            Loop.Enqueue(_ready, null, _ready.RunContext);
        }

        return null;
    }

    private void OnReadable()
    {
        if (!IsReading)
        {
            // It was queued before reading was paused.
            return;
        }

        try
        {
            if (_protocol is BufferedProtocol buffered)
            {
                ReadInto(buffered);
            }
            else
            {
                ReadFor((Net.Protocol)_protocol);
            }
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            FailFatally(exception, "Fatal error: protocol of a read pipe failed");
            return;
        }

        if (_leftToDrain is not null && IsReading)
        {
            Loop.Enqueue(_ready, null, _ready.RunContext);
        }
    }

    private void ReadFor(Net.Protocol protocol)
    {
        byte[] buffer = Loop.ReceiveBuffer;
        int count = _file.Read(buffer);
        if (IsData(count))
        {
            protocol.DataReceived(buffer.AsSpan(0, count));
        }
    }

    private void ReadInto(BufferedProtocol protocol)
    {
        Memory<byte> buffer = protocol.GetBuffer(-1);
        if (buffer.IsEmpty)
        {
            throw new InvalidOperationException(Messages.EmptyBuffer(protocol));
        }

        int count = _file.Read(buffer.Span);
        if (IsData(count))
        {
            protocol.BufferUpdated(count);
        }
    }

    /// <summary>Whether bytes were read; deals with the end and with errors.</summary>
    private bool IsData(int count)
    {
        if (count > 0)
        {
            _leftToDrain -= count;
            if (_leftToDrain <= 0)
            {
                // Told after these bytes: the callbacks of the end come in the next turn.
                EndOfStream();
            }

            return true;
        }

        if (count == 0 || (_leftToDrain is not null && -count == Selectors.Native.Errno.EAGAIN))
        {
            EndOfStream();
        }
        else if (!PipeFile.IsTransient(-count))
        {
            FailFatally(SystemErrors.ToException($"read({FileText.Of(_file.Handle)})", -count), "Fatal read error on pipe transport");
        }

        return false;
    }

    private void EndOfStream()
    {
        Loop.CallSoon(CallEofReceived, null);
        Close(null);
    }

    private void CallEofReceived(object? state)
    {
        // The answer does not matter: a pipe that has ended cannot be written to.
        _ = _protocol is BufferedProtocol buffered ? buffered.EofReceived() : ((Net.Protocol)_protocol).EofReceived();
    }
}
