using System.Buffers.Binary;
using System.Net.Sockets;

namespace Bridge.Benchmarks.Serving;

/// <summary>A loop of ours with a coroutine and a buffer per connection, on plain sockets.</summary>
internal static class AwaitServer
{
    internal static void Listen(EventLoop loop, Socket listener, ServeOptions options)
    {
        listener.Blocking = false;
        loop.CreateTask(AcceptAsync(loop, listener, options));
    }

    private static async Coroutine AcceptAsync(EventLoop loop, Socket listener, ServeOptions options)
    {
        while (true)
        {
            Socket socket = await loop.SockAccept(listener);
            socket.NoDelay = true;
            _ = loop.CreateTask(options.Counts ? CountAsync(loop, socket, options.Buffer) : EchoAsync(loop, socket, options.Buffer));
        }
    }

    private static async Coroutine EchoAsync(EventLoop loop, Socket socket, int size)
    {
        Memory<byte> buffer = new byte[size];
        try
        {
            while (await loop.SockReceive(socket, buffer) is > 0 and var received)
            {
                await loop.SockSendAll(socket, buffer[..received]);
            }
        }
        catch (SocketException)
        {
            // The load went away; its connections are reset.
        }
        finally
        {
            socket.Dispose();
        }
    }

    private static async Coroutine CountAsync(EventLoop loop, Socket socket, int size)
    {
        Memory<byte> buffer = new byte[size];
        long total = 0;
        while (await loop.SockReceive(socket, buffer) is > 0 and var received)
        {
            total += received;
        }

        BinaryPrimitives.WriteInt64LittleEndian(buffer.Span, total);
        await loop.SockSendAll(socket, buffer[..sizeof(long)]);
        socket.Dispose();
    }
}
