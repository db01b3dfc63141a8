using System.Net;
using System.Net.Sockets;
using Bridge.Net.Native;

namespace Bridge.Net;

/// <content>Datagrams with addresses.</content>
internal partial struct SocketFile
{
    /// <summary>Receives one datagram. What does not fit into the buffer is lost.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="address">Room for any address; gets the sender's, of size 0 if it has none.</param>
    /// <param name="error">Why not.</param>
    /// <returns>How many bytes; 0 for an empty datagram, or with an error.</returns>
    internal readonly unsafe int ReceiveFrom(Span<byte> buffer, SocketAddress address, out SocketError error)
    {
        try
        {
            if (!IsUnix)
            {
                return ReceiveFromSocket(buffer, address, out error);
            }

            fixed (byte* start = buffer)
            fixed (byte* name = address.Buffer.Span)
            {
                nint count;
                uint length;
                do
                {
                    length = (uint)address.Buffer.Length;
                    count = SocketLibC.RecvFrom(_handle, start, (nuint)buffer.Length, 0, name, &length);
                }
                while (count < 0 && IsInterrupted());
                address.Size = (int)length;
                return Result(count, out error);
            }
        }
        catch (ObjectDisposedException)
        {
            error = SocketError.OperationAborted;
            return 0;
        }
    }

    /// <summary>Sends one datagram.</summary>
    /// <param name="data">All of it.</param>
    /// <param name="address">Where to; null: the peer that the socket is connected to.</param>
    /// <param name="error">Why not.</param>
    /// <returns>How many bytes; 0 with an error.</returns>
    internal readonly unsafe int SendTo(ReadOnlySpan<byte> data, SocketAddress? address, out SocketError error)
    {
        if (address is null)
        {
            return Send(data, out error);
        }

        try
        {
            if (!IsUnix)
            {
                return SendToSocket(data, address, out error);
            }

            fixed (byte* start = data)
            fixed (byte* name = address.Buffer.Span)
            {
                nint count;
                do
                {
                    count = SocketLibC.SendTo(_handle, start, (nuint)data.Length, 0, name, (uint)address.Size);
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

    private readonly int ReceiveFromSocket(Span<byte> buffer, SocketAddress address, out SocketError error)
    {
        try
        {
            // Asked first, as for Accept.
            if (!_socket!.Poll(0, SelectMode.SelectRead))
            {
                error = SocketError.WouldBlock;
                return 0;
            }

            error = SocketError.Success;
            return _socket.ReceiveFrom(buffer, SocketFlags.None, address);
        }
        catch (SocketException exception)
        {
            error = exception.SocketErrorCode;
            return 0;
        }
    }

    private readonly int SendToSocket(ReadOnlySpan<byte> data, SocketAddress address, out SocketError error)
    {
        try
        {
            error = SocketError.Success;
            return _socket!.SendTo(data, SocketFlags.None, address);
        }
        catch (SocketException exception)
        {
            error = exception.SocketErrorCode;
            return 0;
        }
    }
}
