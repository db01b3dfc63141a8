using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bridge.Net;

/// <content>Sending a file by the system itself.</content>
internal sealed partial class SocketTransport
{
    /// <summary>Sends what was written before, then the file.</summary>
    /// <returns>How many bytes; 0 if the file is empty there, or the system cannot send it.</returns>
    internal async Coroutine<long> SendFile(SafeHandle file, long offset, long? count)
    {
        ThrowIfSendingFile();
        _flags |= TransportFlags.SendingFile;
        long sent = 0;
        try
        {
            while (WriteBufferSize > 0)
            {
                await BecomesWritable();
            }

            while (sent < (count ?? long.MaxValue))
            {
                ThrowIfLost(null);
                long now = FileSender.Send(_file.Handle, file, ref offset, (count ?? long.MaxValue) - sent, out SocketError error);
                sent += now;
                if (error == SocketError.WouldBlock)
                {
                    await BecomesWritable();
                }
                else if (error == SocketError.OperationNotSupported && sent == 0)
                {
                    return 0;
                }
                else if (error != SocketError.Success)
                {
                    var exception = new SocketException((int)error);
                    Fail(exception, "Fatal write error on socket transport");
                    ThrowIfLost(exception);
                }
                else if (now == 0)
                {
                    break;
                }
            }

            return sent;
        }
        finally
        {
            _flags &= ~TransportFlags.SendingFile;
            if (WriteBufferSize == 0 && (_flags & TransportFlags.Lost) == 0)
            {
                _watch.ClearWriter();
            }
        }
    }

    private LoopFuture<bool> BecomesWritable()
    {
        ThrowIfLost(null);
        LoopFuture<bool> writable = Writer.FileSender = Loop.CreateFuture<bool>();
        if (!TryArmWriting())
        {
            ThrowIfLost(null);
        }

        return writable;
    }

    private void ThrowIfLost(Exception? cause)
    {
        if (IsClosing)
        {
            throw new IOException(Messages.LostWhileSendingFile(this), cause);
        }
    }

    /// <summary>Wakes the one who sends a file; called whenever the socket was writable, and when the connection is over.</summary>
    private void WakeFileSender(Exception? failure)
    {
        if (_writer?.FileSender is not { } waiter)
        {
            return;
        }

        _writer.FileSender = null;
        if (IsClosing)
        {
            waiter.TrySetException(new IOException(Messages.LostWhileSendingFile(this), failure));
        }
        else
        {
            waiter.TrySetResult(true);
        }
    }
}
