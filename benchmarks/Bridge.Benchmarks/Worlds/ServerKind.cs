using System.Globalization;
using Bridge.Benchmarks.Serving;

namespace Bridge.Benchmarks.Worlds;

/// <summary>A server of the socket rows: a program of its own that listens on loopback, and echoes or counts.</summary>
/// <param name="Name">The contender's name.</param>
/// <param name="Command">How it is started for a job.</param>
/// <param name="IsManaged">It tells what it allocates.</param>
public sealed record ServerKind(string Name, Func<ServerJob, PeerCommand> Command, bool IsManaged)
{
    /// <summary>A server has one processor, and shares it with its compiler. Measured: after so long the compiler rests, and a request has become as cheap as it gets.</summary>
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(3), s_warmUpOfWeb = TimeSpan.FromSeconds(30);

    private const string InlineVariable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>How long it has to run before it is measured, if that is longer than usual.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>How it uses our loop; null: it is a peer.</summary>
    public ServerForm? Form { get; init; }

    public static ServerKind Epoll { get; } = Foreign("C epoll", "server-epoll", "callbacks");

    /// <summary>The same once more: how far two of the same lie apart is what the machine adds.</summary>
    public static ServerKind EpollAgain { get; } = Epoll with { Name = "C epoll, again" };

    public static ServerKind LibUv { get; } = Foreign("libuv", "server-uv", "callbacks");

    public static ServerKind UvloopProtocol { get; } = Foreign("uvloop protocol", "server-uvloop", "protocol");

    public static ServerKind UvloopStreams { get; } = Foreign("uvloop streams", "server-uvloop", "streams");

    public static ServerKind AsyncioProtocol { get; } = Foreign("asyncio protocol", "server-asyncio", "protocol");

    public static ServerKind AsyncioStreams { get; } = Foreign("asyncio streams", "server-asyncio", "streams");

    /// <summary>.NET's sockets as they come.</summary>
    public static ServerKind Socket { get; } = WithInline(Managed(".NET Socket", "socket"), false);

    /// <summary>.NET's sockets with completions on the thread that waits for them.</summary>
    public static ServerKind SocketInline { get; } = WithInline(Managed(".NET Socket, inline", "socket-inline"), true);

    public static ServerKind Callbacks { get; } = Managed("Bridge callbacks", "bridge-callbacks") with { Form = ServerForm.Callbacks };

    public static ServerKind Await { get; } = Managed("Bridge await", "bridge-await") with { Form = ServerForm.Await };

    public static ServerKind Protocol { get; } = Managed("Bridge protocol", "bridge-protocol") with { Form = ServerForm.Protocol };

    public static ServerKind Streams { get; } = Managed("Bridge streams", "bridge-streams") with { Form = ServerForm.Streams };

    /// <summary>All that are ours, one of each kind; the first one is what the others' figures are compared with.</summary>
    public static IReadOnlyList<ServerKind> Ours { get; } = [Protocol, Callbacks, Await, Streams];

    /// <summary>ASP.NET Core on Kestrel's own transport.</summary>
    public static ServerKind Kestrel { get; } = Web("Kestrel", "kestrel");

    /// <summary>ASP.NET Core on ours.</summary>
    public static IReadOnlyList<ServerKind> OurWeb { get; } = [Web("Kestrel on Bridge", "kestrel-bridge")];

    /// <summary>A verb of this program, which is started again for it.</summary>
    private static ServerKind Managed(string name, string kind) => new(
        name,
        job => PeerCommand.OfFile(
            name,
            typeof(ServeCommand).Assembly.Location,
            ["serve", kind, job.Counts ? "count" : "echo", "--buffer", job.Buffer.ToString(CultureInfo.InvariantCulture)]),
        IsManaged: true)
    {
        WarmUp = s_warmUp,
    };

    /// <summary>Says it in either case, so that it does not depend on where this runs.</summary>
    private static ServerKind WithInline(ServerKind kind, bool inline)
    {
        var variables = new Dictionary<string, string> { [InlineVariable] = inline ? "1" : "0" };
        return kind with { Command = job => kind.Command(job) with { Environment = variables } };
    }

    private static ServerKind Web(string name, string kind) => new(name, _ => PeerCommand.Of("web.dll", kind), IsManaged: true) { WarmUp = s_warmUpOfWeb };

    private static ServerKind Foreign(string name, string program, string kind)
        => new(name, job => PeerCommand.Of(program, kind, job.Counts ? "count" : "echo"), IsManaged: false);
}

/// <summary>The ways to write a server on a loop of ours.</summary>
public enum ServerForm
{
    Callbacks,
    Await,
    Protocol,
    Streams,
}

/// <summary>What a server is to do.</summary>
/// <param name="Counts">It counts and answers the total at the end, instead of echoing.</param>
/// <param name="Buffer">Bytes that a connection receives at a time, where connections have buffers of their own.</param>
public sealed record ServerJob(bool Counts, int Buffer);
