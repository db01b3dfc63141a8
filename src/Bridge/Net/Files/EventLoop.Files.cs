using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Net;

namespace Bridge;

/// <content>Sending files.</content>
public abstract partial class EventLoop
{
    /// <summary>Sends a file into a connected socket, by the system itself where it can (sendfile of Linux: nothing is copied through the process).</summary>
    /// <param name="socket">A connected, non-blocking stream socket.</param>
    /// <param name="file">A seekable file, open for reading.</param>
    /// <param name="offset">From where, in bytes; not negative.</param>
    /// <param name="count">How many bytes, more than 0. Null: to the end.</param>
    /// <param name="fallback">Whether to copy through memory where the system cannot; the file is read in the default executor.</param>
    /// <returns>A coroutine: how many bytes were sent, less than asked for if the file ends before. The file's position is behind them, also after a failure.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The socket is blocking or no stream socket, or the file cannot be read or sought in.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative, or the count not positive.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// Awaiting throws <see cref="SendFileNotAvailableException"/> if the system cannot and the fallback is not allowed. Source: <c>loop.sock_sendfile</c>.
    /// </remarks>
    public Coroutine<long> SockSendFile(Socket socket, Stream file, long offset = 0, long? count = null, bool fallback = true)
    {
        SocketFile target = Checked(socket);
        StreamTransports.CheckStream(socket);
        FileSender.Check(file, offset, count);
        return Send(this, target, file, offset, count, fallback);

        static async Coroutine<long> Send(EventLoop loop, SocketFile socket, Stream file, long offset, long? count, bool fallback)
        {
            long sent = 0;
            try
            {
                if (FileSender.HandleOf(file) is { } handle)
                {
                    while (sent < (count ?? long.MaxValue))
                    {
                        long position = offset + sent;
                        long now = FileSender.Send(socket.Handle, handle, ref position, (count ?? long.MaxValue) - sent, out SocketError error);
                        sent += now;
                        if (error == SocketError.OperationNotSupported && sent == 0)
                        {
                            break;
                        }

                        if (error != SocketError.Success)
                        {
                            await WaitUnlessFailed(loop, socket, error, TransferKind.WaitToWrite);
                        }
                        else if (now == 0)
                        {
                            return sent;
                        }
                    }

                    if (sent > 0)
                    {
                        return sent;
                    }
                }

                if (!fallback)
                {
                    throw FileSender.NotAvailable(file);
                }

                var block = new byte[FileSender.BlockSize];
                while (await loop.ReadBlock(file, offset + sent, count - sent, block) is > 0 and var length)
                {
                    await new SocketTransfer(loop, socket, TransferKind.SendAll, block.AsMemory(0, length));
                    sent += length;
                }

                return sent;
            }
            finally
            {
                file.Position = offset + sent;
            }
        }
    }

    /// <summary>Sends a file through a transport, by the system itself where it can.</summary>
    /// <param name="transport">An open transport; what was written before is sent first. Its reading is paused meanwhile, and nothing else may be written.</param>
    /// <param name="file">A seekable file, open for reading.</param>
    /// <param name="offset">From where, in bytes; not negative.</param>
    /// <param name="count">How many bytes, more than 0. Null: to the end.</param>
    /// <param name="fallback">Whether to copy through memory where the system cannot, as for TLS; the file is read in the default executor.</param>
    /// <returns>A coroutine: how many bytes were sent. The file's position is behind them, also after a failure.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The file cannot be read or sought in.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative, or the count not positive.</exception>
    /// <exception cref="InvalidOperationException">The transport is closing or sends a file already, or the loop runs on another thread.</exception>
    /// <remarks>
    /// Awaiting throws <see cref="IOException"/> if the connection is lost meanwhile, <see cref="SendFileNotAvailableException"/> if the system cannot and
    /// the fallback is not allowed. Source: <c>loop.sendfile</c>.
    /// </remarks>
    public Coroutine<long> SendFile(Transport transport, Stream file, long offset = 0, long? count = null, bool fallback = true)
    {
        ArgumentNullException.ThrowIfNull(transport);
        AssertLoopThread();
        FileSender.Check(file, offset, count);
        if (transport.IsClosing)
        {
            throw new InvalidOperationException($"{transport} is closing; no file can be sent.");
        }

        return Send(this, transport, file, offset, count, fallback);

        static async Coroutine<long> Send(EventLoop loop, Transport transport, Stream file, long offset, long? count, bool fallback)
        {
            long sent = 0;
            bool wasReading = transport.IsReading;
            transport.PauseReading();
            try
            {
                if (transport is SocketTransport socket && FileSender.HandleOf(file) is { } handle)
                {
                    sent = await socket.SendFile(handle, offset, count);
                }

                if (sent > 0)
                {
                    return sent;
                }

                if (!fallback)
                {
                    throw FileSender.NotAvailable(file);
                }

                sent = await loop.SendBlocks(transport, file, offset, count);
                return sent;
            }
            finally
            {
                file.Position = offset + sent;
                if (wasReading)
                {
                    transport.ResumeReading();
                }
            }
        }
    }

    private async Coroutine<long> SendBlocks(Transport transport, Stream file, long offset, long? count)
    {
        var block = new byte[FileSender.BlockSize];
        var flow = new FileFlow(transport);
        long sent = 0;
        try
        {
            while (await ReadBlock(file, offset + sent, count - sent, block) is > 0 and var length)
            {
                await flow.WaitForRoom();
                transport.Write(block.AsSpan(0, length));
                sent += length;
            }

            await flow.WaitForRoom();
            return sent;
        }
        finally
        {
            flow.GiveBack();
        }
    }

    /// <summary>Reads in the default executor, for a disk may take its time.</summary>
    private async Coroutine<int> ReadBlock(Stream file, long position, long? left, byte[] block)
    {
        int wanted = (int)Math.Min(left ?? block.Length, block.Length);
        return wanted == 0 ? 0 : await RunInExecutor(null, () =>
        {
            file.Position = position;
            return file.Read(block, 0, wanted);
        });
    }
}
