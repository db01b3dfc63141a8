using System.Net.Sockets;
using Bridge.Selectors;

namespace Bridge.Benchmarks.Serving;

/// <summary>Any server on a loop of ours, which has a thread to itself.</summary>
internal static class LoopServer
{
    /// <param name="listen">Sets the server going; called before the loop runs.</param>
    internal static Action<Socket, ServerOptions> Starter(Action<EventLoop, Socket, ServerOptions> listen) => (listener, options) =>
    {
        var loop = new SelectorEventLoop(MakeSelector(options.Selector), new EventLoopOptions { Name = "server", Debug = false });
        listen(loop, listener, options);
        new Thread(loop.RunForever) { IsBackground = true, Name = "server" }.UnsafeStart();
    };

    private static Selector? MakeSelector(string? name) => name switch
    {
        null => null,
        "epoll" when OperatingSystem.IsLinux() => new EpollSelector(),
        "poll" when OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() => new PollSelector(),
        "select" => new SelectSelector(),
        _ => throw new PlatformNotSupportedException($"There is no selector '{name}' on this system."),
    };
}
