using System.Net.Sockets;
using Bridge.Net.Native;
using Bridge.Selectors.Native;

namespace Bridge.Net;

/// <content>Connections that come.</content>
internal partial struct SocketFile
{
    /// <summary>Takes one connection that waits at a listening socket. It is non-blocking and not inherited by child processes.</summary>
    internal readonly bool TryAccept(out SocketFile accepted, out PeerAddress peer, out SocketError error)
    {
        accepted = default;
        peer = default;
        if (!OperatingSystem.IsLinux())
        {
            return TryAcceptSocket(out accepted, out error);
        }

        int descriptor = Accept(out peer, out error);
        if (descriptor < 0)
        {
            return false;
        }

        accepted = new SocketFile(new DescriptorHandle(descriptor));
        return true;
    }

    /// <summary>The same on Linux, as a bare descriptor that the caller has to own. Negative: there is none, as the error says.</summary>
    internal readonly unsafe int Accept(out PeerAddress peer, out SocketError error)
    {
        peer = default;
        try
        {
            int descriptor;
            uint length;
            fixed (byte* name = peer.Room)
            {
                do
                {
                    length = (uint)peer.Room.Length;
                    descriptor = SocketLibC.Accept4(_handle, name, &length, SocketLibC.SOCK_NONBLOCK_LINUX | SocketLibC.SOCK_CLOEXEC_LINUX);
                }
                while (descriptor < 0 && IsInterrupted());
            }

            peer.SetSize(length);
            Result(descriptor, out error);
            return descriptor;
        }
        catch (ObjectDisposedException)
        {
            error = SocketError.OperationAborted;
            return -1;
        }
    }

    /// <summary>Hands an accepted connection over to a socket that owns it.</summary>
    internal readonly Socket ToOwner()
    {
        if (_socket is not null)
        {
            return _socket;
        }

        nint descriptor = _handle.DangerousGetHandle();
        _handle.SetHandleAsInvalid();
        return new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)) { Blocking = false };
    }

    private readonly bool TryAcceptSocket(out SocketFile accepted, out SocketError error)
    {
        accepted = default;
        try
        {
            // Asked first, for an Accept that would block throws, which costs more than the connection.
            if (!_socket!.Poll(0, SelectMode.SelectRead))
            {
                error = SocketError.WouldBlock;
                return false;
            }

            Socket socket = _socket.Accept();
            socket.Blocking = false;
            accepted = new SocketFile(socket);
            error = SocketError.Success;
            return true;
        }
        catch (SocketException exception)
        {
            error = exception.SocketErrorCode;
            return false;
        }
    }
}
