namespace Bridge.Net;

/// <summary>Where to look for a program.</summary>
internal static class ProgramSearch
{
    /// <summary>What the C library takes if there is no PATH.</summary>
    private const string DefaultPath = "/bin:/usr/bin";

    /// <summary>
    /// The files to try, in order. We look ourselves, and do not leave it to posix_spawnp, because that one knows the PATH this process was
    /// started with: neither the child's nor one that was set by Environment.SetEnvironmentVariable.
    /// </summary>
    internal static IEnumerable<string> Candidates(string program, string? path)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            yield return program;
            yield break;
        }

        foreach (string folder in (path ?? DefaultPath).Split(':'))
        {
            string candidate = folder.Length == 0 ? "./" + program : folder.TrimEnd('/') + "/" + program;

            // Spares a whole start in vain. A relative one depends on the working directory of the child, so only the start can tell.
            if (candidate[0] != '/' || File.Exists(candidate))
            {
                yield return candidate;
            }
        }
    }
}
