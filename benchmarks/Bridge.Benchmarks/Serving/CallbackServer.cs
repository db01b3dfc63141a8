using System.Buffers.Binary;
using System.Net.Sockets;
using Bridge.Net;

namespace Bridge.Benchmarks.Serving;

/// <summary>A loop of ours used like a bare selector: read callbacks, and calls on bare descriptors that fail by a code instead of an exception.</summary>
internal sealed class CallbackServer
{
    private readonly EventLoop _loop;
    private readonly Socket _listener;
    private readonly bool _counts;

    /// <summary>One for all: each receive has been dealt with before the next one.</summary>
    private readonly byte[] _buffer = new byte[64 * 1024];

    private CallbackServer(EventLoop loop, Socket listener, bool counts)
    {
        _loop = loop;
        _listener = listener;
        _counts = counts;
    }

    internal static void Listen(EventLoop loop, Socket listener, ServeOptions options)
    {
        var server = new CallbackServer(loop, listener, options.Counts);
        listener.Blocking = false;
        listener.NoDelay = true;
        loop.AddReader(listener, server.Accept);
    }

    private void Accept()
    {
        while (SocketDescriptor.TryAccept(_listener, out SocketDescriptor? socket, out _))
        {
            _loop.AddReader(socket, new Connection(this, socket).Receive);
        }
    }

    private sealed class Connection(CallbackServer server, SocketDescriptor socket)
    {
        /// <summary>What could not be sent; nothing is received until it has gone.</summary>
        private byte[] _left = [];
        private int _start;
        private long _total;

        internal void Receive()
        {
            int received = socket.Receive(server._buffer, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                return;
            }

            if (error != SocketError.Success || received == 0)
            {
                End(error);
            }
            else if (server._counts)
            {
                _total += received;
            }
            else
            {
                Send(server._buffer.AsSpan(0, received));
            }
        }

        private void Send(ReadOnlySpan<byte> data)
        {
            int sent = socket.Send(data, out SocketError error);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
            {
                End(error);
            }
            else if (sent < data.Length)
            {
                _left = data[sent..].ToArray();
                _start = 0;
                server._loop.RemoveReader(socket);
                server._loop.AddWriter(socket, SendLeft);
            }
        }

        private void SendLeft()
        {
            int sent = socket.Send(_left.AsSpan(_start), out SocketError error);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
            {
                server._loop.RemoveWriter(socket);
                socket.Dispose();
                return;
            }

            _start += sent;
            if (_start == _left.Length)
            {
                _left = [];
                server._loop.RemoveWriter(socket);
                server._loop.AddReader(socket, Receive);
            }
        }

        private void End(SocketError error)
        {
            if (server._counts && error == SocketError.Success)
            {
                BinaryPrimitives.WriteInt64LittleEndian(server._buffer, _total);
                socket.Send(server._buffer.AsSpan(0, sizeof(long)), out _);
            }

            server._loop.RemoveReader(socket);
            socket.Dispose();
        }
    }
}
