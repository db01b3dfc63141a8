using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Sockets;
using Bridge.Net;

namespace Bridge.Benchmarks.Serving;

/// <summary>A loop of ours with a reader and a writer per connection, used as pipes: no buffer is held while there is nothing in it.</summary>
internal static class StreamServer
{
    internal static void Listen(EventLoop loop, Socket listener, ServeOptions options)
        => loop.CreateTask(loop.StartServer(options.Counts ? CountAsync : EchoAsync, listener, new ServerOptions { Backlog = ServeCommand.Backlog }));

    private static async Coroutine EchoAsync(LoopStream stream)
    {
        await using LoopStreamWriter writer = stream.Writer;
        try
        {
            while (await stream.Reader.ReadAsync() is { Buffer: { IsEmpty: false } data })
            {
                foreach (ReadOnlyMemory<byte> piece in data)
                {
                    writer.Write(piece.Span);
                }

                stream.Reader.AdvanceTo(data.End);
                await writer.DrainAsync();
            }
        }
        catch (SocketException)
        {
            // The load went away; its connections are reset.
        }
    }

    private static async Coroutine CountAsync(LoopStream stream)
    {
        await using LoopStreamWriter writer = stream.Writer;
        long total = 0;
        while (await stream.Reader.ReadAsync() is { Buffer: { IsEmpty: false } data })
        {
            total += data.Length;
            stream.Reader.AdvanceTo(data.End);
        }

        BinaryPrimitives.WriteInt64LittleEndian(writer.GetSpan(sizeof(long)), total);
        writer.Advance(sizeof(long));
        await writer.FlushAsync();
    }
}
