namespace Bridge.Benchmarks.Worlds;

/// <summary>A server that runs on a processor of its own. It ends when its input does, so also with this process.</summary>
public sealed class ServerProcess(PeerCommand command) : IDisposable
{
    private readonly PeerProcess _process = new(command with { Processor = ForServer() });

    public int Port => _process.Port;

    /// <summary>What it has used so far.</summary>
    public ServerUse Use()
    {
        long[] answer = _process.Ask("stat");
        return new ServerUse(answer[0], answer.Length > 1 ? answer[1] : null);
    }

    /// <summary>What it keeps: managed bytes after a collection, or resident memory that is no file's.</summary>
    public long LiveBytes() => _process.Ask("live")[0];

    public void Dispose() => _process.Dispose();

    /// <summary>The first processor there is.</summary>
    internal static int ForServer() => Processor.Allowed()[0];

    /// <summary>The second one, if there is one.</summary>
    internal static int ForLoad() => Processor.Allowed() is [_, int second, ..] ? second : ForServer();
}

/// <summary>What a server has used since it started.</summary>
/// <param name="Processor">Nanoseconds of processor time.</param>
/// <param name="Allocated">Managed bytes; null: it is not managed.</param>
public readonly record struct ServerUse(long Processor, long? Allocated);
