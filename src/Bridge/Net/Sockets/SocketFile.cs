using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Net.Native;
using Bridge.Selectors.Native;

namespace Bridge.Net;

/// <summary>The non-blocking calls on one socket. None of them throws: they give a count, or say why not.</summary>
/// <remarks>
/// On Unix the system is called directly, which costs 30 to 200 ns less than <see cref="System.Net.Sockets.Socket"/> does, and lets an accepted
/// connection go without that object until somebody asks for it. Elsewhere the socket is always there.
/// </remarks>
internal partial struct SocketFile
{
    /// <summary>The most buffers that one call takes.</summary>
    internal const int MaxVectors = 64;

    private readonly SafeHandle _handle;
    private Socket? _socket;

    internal SocketFile(Socket socket)
    {
        _socket = socket;
        _handle = socket.SafeHandle;
    }

    /// <param name="handle">Of a stream socket; on Unix only.</param>
    internal SocketFile(SafeHandle handle) => _handle = handle;

    internal readonly SafeHandle Handle => _handle;

    /// <summary>Our own address; null if the socket has none or is closed.</summary>
    internal readonly EndPoint? LocalEndPoint => GetName(peer: false);

    /// <summary>The peer's address; null if there is no peer any more.</summary>
    internal readonly EndPoint? RemoteEndPoint => GetName(peer: true);

    /// <summary>What the selector is told to watch.</summary>
    internal readonly object Watched => IsUnix ? _handle : _socket!;

    /// <summary>The socket. Of an accepted connection it is made now, if nobody asked before, and does not own the descriptor.</summary>
    internal Socket Socket => _socket ??= new Socket(new SafeSocketHandle(_handle.DangerousGetHandle(), ownsHandle: false)) { Blocking = false };

    private static bool IsUnix => !OperatingSystem.IsWindows();

    /// <summary>Receives what is there.</summary>
    /// <returns>How many bytes; 0 at the end of the stream, or with an <paramref name="error"/>.</returns>
    internal readonly unsafe int Receive(Span<byte> buffer, out SocketError error)
    {
        try
        {
            if (!IsUnix)
            {
                return _socket!.Receive(buffer, SocketFlags.None, out error);
            }

            fixed (byte* start = buffer)
            {
                nint count;
                do
                {
                    count = SocketLibC.Recv(_handle, start, (nuint)buffer.Length, 0);
                }
                while (count < 0 && IsInterrupted());
                return Result(count, out error);
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed by whoever else has the socket.
            error = SocketError.OperationAborted;
            return 0;
        }
    }

    /// <summary>Sends as much as the system takes now.</summary>
    /// <returns>How many bytes; 0 with an <paramref name="error"/>.</returns>
    internal readonly unsafe int Send(ReadOnlySpan<byte> data, out SocketError error)
    {
        try
        {
            if (!IsUnix)
            {
                return _socket!.Send(data, SocketFlags.None, out error);
            }

            fixed (byte* start = data)
            {
                nint count;
                do
                {
                    count = SocketLibC.Send(_handle, start, (nuint)data.Length, 0);
                }
                while (count < 0 && IsInterrupted());
                return Result(count, out error);
            }
        }
        catch (ObjectDisposedException)
        {
            error = SocketError.OperationAborted;
            return 0;
        }
    }

    /// <summary>Sends several buffers in one call, as much as the system takes now. The caller pins them.</summary>
    /// <returns>How many bytes; 0 with an <paramref name="error"/>.</returns>
    internal readonly unsafe int Send(ReadOnlySpan<SocketLibC.IoVector> vectors, out SocketError error)
    {
        try
        {
            if (!IsUnix)
            {
                // One buffer is a right answer too: a part of the whole was sent.
                return _socket!.Send(new ReadOnlySpan<byte>(vectors[0].Base, (int)vectors[0].Length), SocketFlags.None, out error);
            }

            fixed (SocketLibC.IoVector* start = vectors)
            {
                nint count;
                do
                {
                    count = SocketLibC.Writev(_handle, start, vectors.Length);
                }
                while (count < 0 && IsInterrupted());
                return Result(count, out error);
            }
        }
        catch (ObjectDisposedException)
        {
            error = SocketError.OperationAborted;
            return 0;
        }
    }

    /// <summary>Ends the sending half. A failure means that the connection is gone already.</summary>
    internal readonly void ShutdownSend()
    {
        try
        {
            if (IsUnix)
            {
                _ = SocketLibC.Shutdown(_handle, SocketLibC.SHUT_WR);
            }
            else
            {
                _socket!.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Nothing left to end.
        }
    }

    /// <summary>Closes the descriptor in good order: what was sent arrives. (A SafeSocketHandle by itself would reset the connection.)</summary>
    internal readonly void Close()
    {
        _socket?.Dispose();
        _handle.Dispose();
    }

    private readonly unsafe EndPoint? GetName(bool peer)
    {
        try
        {
            if (_socket is not null || !IsUnix)
            {
                return peer ? _socket!.RemoteEndPoint : _socket!.LocalEndPoint;
            }

            var address = new SocketAddress(AddressFamily.InterNetworkV6, SocketAddresses.MaxSize);
            uint length = SocketAddresses.MaxSize;
            fixed (byte* name = address.Buffer.Span)
            {
                int result = peer ? SocketLibC.GetPeerName(_handle, name, &length) : SocketLibC.GetSockName(_handle, name, &length);
                if (result < 0)
                {
                    return null;
                }
            }

            address.Size = (int)length;
            return SocketAddresses.ToEndPoint(address);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            return null;
        }
    }

    private static bool IsInterrupted() => Marshal.GetLastPInvokeError() == Errno.EINTR;

    private static int Result(nint count, out SocketError error)
    {
        if (count >= 0)
        {
            error = SocketError.Success;
            return (int)count;
        }

        error = SocketErrors.Last();
        return 0;
    }
}
