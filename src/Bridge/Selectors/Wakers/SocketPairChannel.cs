using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Selectors.Native;

namespace Bridge.Selectors;

/// <summary>Two loopback sockets connected to each other, without any call of our own into the C library.</summary>
internal sealed class SocketPairChannel : WakeChannel
{
    private const int DrainBytes = 4096;
    private static readonly byte[] s_zero = [0];

    private readonly Socket _reader;
    private readonly Socket _writer;

    private SocketPairChannel(Socket reader, Socket writer)
    {
        _reader = reader;
        _writer = writer;
    }

    internal override SafeHandle Handle => _reader.SafeHandle;

    internal override object FileObject => _reader;

    internal override string SignalCall => $"send(socket {_writer.SafeHandle.DangerousGetHandle()})";

    internal static SocketPairChannel Open()
    {
        try
        {
            return Connect(Socket.OSSupportsIPv4 ? IPAddress.Loopback : IPAddress.IPv6Loopback);
        }
        catch (SocketException e)
        {
            throw new SelectorException("connecting two loopback sockets", e.NativeErrorCode);
        }
    }

    internal override int Signal()
    {
        if (_writer.SafeHandle.IsClosed)
        {
            return Closed;
        }

        try
        {
            _writer.Send(s_zero, SocketFlags.None, out var error);

            // WouldBlock: the buffers are full, so the other end is readable and the loop is already being woken.
            return error is SocketError.Success or SocketError.WouldBlock ? 0 : new SocketException((int)error).NativeErrorCode;
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    internal override bool Drain()
    {
        Span<byte> buffer = stackalloc byte[DrainBytes];
        while (!_reader.SafeHandle.IsClosed)
        {
            var count = _reader.Receive(buffer, SocketFlags.None, out var error);
            if (error != SocketError.Success || count < DrainBytes)
            {
                // Nothing received without an error is the end of the stream: the other end is gone.
                return error == SocketError.WouldBlock || count > 0;
            }
        }

        return false;
    }

    internal override void AbandonDead()
    {
        AbandonIfDead(_reader);
        AbandonIfDead(_writer);
    }

    internal override bool GiveUp(nint descriptor) => AbandonIf(_reader, descriptor) || AbandonIf(_writer, descriptor);

    public override void Dispose()
    {
        Close(_writer);
        Close(_reader);
    }

    private static SocketPairChannel Connect(IPAddress loopback)
    {
        using var listener = new Socket(loopback.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(loopback, 0));
        listener.Listen(1);
        var writer = new Socket(loopback.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        Socket? reader = null;
        try
        {
            writer.Connect(listener.LocalEndPoint!);
            do
            {
                // Any local process can connect to the port while it listens; only our own end is taken.
                reader?.Dispose();
                reader = listener.Accept();
            }
            while (!Equals(reader.RemoteEndPoint, writer.LocalEndPoint));

            writer.NoDelay = true;
            writer.Blocking = false;
            reader.Blocking = false;
            return new SocketPairChannel(reader, writer);
        }
        catch
        {
            writer.Dispose();
            reader?.Dispose();
            throw;
        }
    }

    private static void AbandonIfDead(Socket socket)
    {
        var handle = socket.SafeHandle;
        if (handle.IsClosed)
        {
            return;
        }

        try
        {
            socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Type);
        }
        catch (SocketException)
        {
            // The number is closed, or is no socket any more: not ours to close.
            handle.SetHandleAsInvalid();
        }
        catch (ObjectDisposedException)
        {
            // The loop thread disposed the waker while another thread came here from a failed wake-up.
        }
    }

    private static bool AbandonIf(Socket socket, nint descriptor)
    {
        var handle = socket.SafeHandle;
        if (handle.IsClosed || handle.DangerousGetHandle() != descriptor)
        {
            return false;
        }

        handle.SetHandleAsInvalid();
        return true;
    }

    private static void Close(Socket socket)
    {
        if (socket.SafeHandle.IsClosed)
        {
            // Abandoned. Socket.Dispose would wait for a release that never comes.
#pragma warning disable CA1816
            GC.SuppressFinalize(socket);
#pragma warning restore CA1816
        }
        else
        {
            socket.Dispose();
        }
    }
}
