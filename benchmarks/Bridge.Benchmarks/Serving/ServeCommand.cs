using System.Net;
using System.Net.Sockets;

namespace Bridge.Benchmarks.Serving;

/// <summary>The verb <c>serve</c>: the servers of the socket rows that are .NET, each in a process of its own.</summary>
internal static class ServeCommand
{
    private const int WrongUsage = 2;
    private const int UnknownKind = 3;
    internal const int Backlog = 4096;

    private static readonly Dictionary<string, Action<Socket, ServeOptions>> s_kinds = new()
    {
        ["socket"] = SocketServer.Start,
        ["socket-inline"] = SocketServer.StartInline,
        ["bridge-callbacks"] = LoopServer.Starter(CallbackServer.Listen),
        ["bridge-await"] = LoopServer.Starter(AwaitServer.Listen),
        ["bridge-protocol"] = LoopServer.Starter(ProtocolServer.Listen),
    };

    /// <summary>Every kind, as <c>serve list</c> writes them.</summary>
    internal static IEnumerable<string> Kinds => s_kinds.Keys;

    /// <returns>The exit code; returns once it has been told to quit.</returns>
    internal static int Run(IReadOnlyList<string> arguments)
    {
        if (arguments is ["list"])
        {
            Console.WriteLine(string.Join('\n', Kinds));
            return 0;
        }

        ServeOptions options;
        try
        {
            options = ServeOptions.Parse(arguments);
        }
        catch (FormatException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return WrongUsage;
        }

        if (!s_kinds.TryGetValue(options.Kind, out Action<Socket, ServeOptions>? start))
        {
            Console.Error.WriteLine($"unknown {options.Kind}");
            return UnknownKind;
        }

        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(Backlog);
        start(listener, options);

        // What is still connected ends with the process.
        return ControlLines.Answer(Console.In, Console.Out, ((IPEndPoint)listener.LocalEndPoint!).Port);
    }
}
