using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Net.Native;

namespace Bridge.Net;

/// <summary>Sends a part of a file into a socket, by the system itself where it can, else through a buffer.</summary>
internal static class FileSender
{
    /// <summary>How much is read at a time when the system cannot do it: asyncio's <c>SENDFILE_FALLBACK_READBUFFER_SIZE</c>.</summary>
    internal const int BlockSize = 256 * 1024;

    /// <summary>The most that Linux takes in one call.</summary>
    private const long MaxAtOnce = 0x7ffff000;

    internal static void Check(Stream file, long offset, long? count)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (count is <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"count is {count}; it must be positive, or null for all that there is.");
        }

        if (!file.CanRead || !file.CanSeek)
        {
            throw new ArgumentException("The file must be open for reading, and seekable.", nameof(file));
        }
    }

    /// <summary>The file's descriptor if the system may be able to send it; null if it surely cannot.</summary>
    internal static SafeHandle? HandleOf(Stream file) => OperatingSystem.IsLinux() && file is FileStream stream ? stream.SafeFileHandle : null;

    /// <summary>Sends what the system takes now.</summary>
    /// <param name="socket">Where to; non-blocking.</param>
    /// <param name="file">What <see cref="HandleOf"/> gave.</param>
    /// <param name="offset">From where; moves on by what was sent.</param>
    /// <param name="count">How much at most.</param>
    /// <param name="error">Success, WouldBlock, or what failed; <see cref="SocketError.OperationNotSupported"/> if the system cannot send this file into this socket.</param>
    /// <returns>How many bytes; 0 without an error at the end of the file.</returns>
    internal static unsafe long Send(SafeHandle socket, SafeHandle file, ref long offset, long count, out SocketError error)
    {
        nint sent;
        do
        {
            fixed (long* position = &offset)
            {
                sent = SocketLibC.SendFile(socket, file, position, (nuint)Math.Min(count, MaxAtOnce));
            }
        }
        while (sent < 0 && Marshal.GetLastPInvokeError() == Selectors.Native.Errno.EINTR);
        if (sent >= 0)
        {
            error = SocketError.Success;
            return sent;
        }

        // EINVAL and ENOTSOCK: no file that can be mapped, or no socket that can take one.
        error = SocketErrors.Last();
        if (error is SocketError.InvalidArgument or SocketError.NotSocket or SocketError.SocketError)
        {
            error = SocketError.OperationNotSupported;
        }

        return 0;
    }

    internal static SendFileNotAvailableException NotAvailable(Stream file)
        => new($"The system cannot send {file.GetType().Name} into this connection by itself. Allow the fallback, or give a FileStream of a regular file.");
}
