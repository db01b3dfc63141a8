using System.Net.Sockets;

namespace Bridge.Benchmarks.Serving;

/// <summary>Any server on a loop of ours, which has a thread to itself.</summary>
internal static class LoopServer
{
    /// <param name="listen">Sets the server going; called before the loop runs.</param>
    internal static Action<Socket, ServeOptions> Starter(Action<EventLoop, Socket, ServeOptions> listen) => (listener, options) =>
    {
        var loop = new SelectorEventLoop(options: new EventLoopOptions { Name = "server", Debug = false });
        listen(loop, listener, options);
        new Thread(loop.RunForever) { IsBackground = true, Name = "server" }.UnsafeStart();
    };
}
