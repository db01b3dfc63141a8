using System.Diagnostics;
using System.Globalization;

namespace Bridge.Benchmarks.Worlds;

/// <summary>How to start a peer that is a program.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Path">The program.</param>
/// <param name="Arguments">All of them.</param>
public sealed record PeerCommand(string Name, string Path, IReadOnlyList<string> Arguments)
{
    /// <summary>What the command is about, for messages; all arguments, if nothing shorter is given.</summary>
    public string Row { get; init; } = string.Join(' ', Arguments);

    /// <summary>Variables that differ from those of this process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The only processor that it may use. Null: as this process.</summary>
    public int? Processor { get; init; }

    /// <summary>A peer of <c>artifacts/peers</c>; one that ends in .dll is started by <c>dotnet</c>.</summary>
    /// <exception cref="MissingPeerException">It is not there.</exception>
    public static PeerCommand Of(string program, params IReadOnlyList<string> arguments)
        => OfFile(System.IO.Path.GetFileName(program), Peers.Find(program), arguments);

    /// <summary>A program anywhere.</summary>
    public static PeerCommand OfFile(string name, string path, params IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith(".dll", StringComparison.Ordinal)
            ? new PeerCommand(name, "dotnet", ["exec", path, .. arguments]) { Row = string.Join(' ', arguments) }
            : new PeerCommand(name, path, arguments);
    }

    /// <summary>For <see cref="Process.Start(ProcessStartInfo)"/>: all three streams are redirected.</summary>
    internal ProcessStartInfo ToStartInfo()
    {
        // taskset replaces itself by the program, so that there is one process to end.
        ProcessStartInfo info = Processor is { } processor
            ? new("taskset", ["-c", processor.ToString(CultureInfo.InvariantCulture), Path, .. Arguments])
            : new(Path, Arguments);
        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
        foreach ((string variable, string value) in Environment)
        {
            info.Environment[variable] = value;
        }

        return info;
    }
}
