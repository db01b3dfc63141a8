namespace Bridge.Benchmarks.Worlds;

/// <summary>Where the peers are that are programs of their own: <c>artifacts/peers/NAME</c>, put there by <c>benchmarks/compare</c>.</summary>
/// <remarks>What it could not put there has its reason in <c>artifacts/peers/NAME.missing</c>.</remarks>
public static class Peers
{
    /// <summary>The repository this was built in.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The full path of a peer's program; links are followed.</summary>
    /// <exception cref="MissingPeerException">It is not there.</exception>
    public static string Find(string name)
    {
        string path = Path.Combine(Root, "artifacts", "peers", name);
        if (File.Exists(path))
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }

        throw new MissingPeerException(File.Exists(path + ".missing")
            ? File.ReadAllText(path + ".missing").Trim()
            : $"{name} is not in artifacts/peers; benchmarks/compare puts it there");
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Bridge.sln")))
            {
                return at.FullName;
            }
        }

        return Environment.CurrentDirectory;
    }
}
