using System.Buffers.Binary;
using System.Net.Sockets;

namespace Bridge.Benchmarks.Serving;

/// <summary>.NET's own sockets on the thread pool: an async method and a buffer per connection, which allocate nothing once they run.</summary>
internal static class SocketServer
{
    private const string InlineVariable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    internal static void Start(Socket listener, ServeOptions options) => _ = AcceptAsync(listener, options);

    /// <summary>The same where completions run on the thread that waits for sockets, which the runtime reads from its environment.</summary>
    /// <exception cref="InvalidOperationException">The variable is not set.</exception>
    internal static void StartInline(Socket listener, ServeOptions options)
    {
        if (Environment.GetEnvironmentVariable(InlineVariable) != "1")
        {
            throw new InvalidOperationException($"socket-inline needs {InlineVariable}=1 in the environment.");
        }

        Start(listener, options);
    }

    private static async Task AcceptAsync(Socket listener, ServeOptions options)
    {
        while (true)
        {
            Socket socket = await listener.AcceptAsync();
            socket.NoDelay = true;
            _ = ServeAsync(socket, options);
        }
    }

    private static async Task ServeAsync(Socket socket, ServeOptions options)
    {
        using (socket)
        {
            try
            {
                await (options.Counts ? CountAsync(socket, options.Buffer) : EchoAsync(socket, options.Buffer));
            }
            catch (SocketException)
            {
                // The load went away; its connections are reset.
            }
        }
    }

    private static async Task EchoAsync(Socket socket, int size)
    {
        Memory<byte> buffer = new byte[size];
        while (await socket.ReceiveAsync(buffer, SocketFlags.None) is > 0 and var received)
        {
            for (int sent = 0; sent < received;)
            {
                sent += await socket.SendAsync(buffer[sent..received], SocketFlags.None);
            }
        }
    }

    private static async Task CountAsync(Socket socket, int size)
    {
        Memory<byte> buffer = new byte[size];
        long total = 0;
        while (await socket.ReceiveAsync(buffer, SocketFlags.None) is > 0 and var received)
        {
            total += received;
        }

        BinaryPrimitives.WriteInt64LittleEndian(buffer.Span, total);
        await socket.SendAsync(buffer[..sizeof(long)], SocketFlags.None);
    }
}
