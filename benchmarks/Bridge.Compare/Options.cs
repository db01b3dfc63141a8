using System.Globalization;
using Bridge.Benchmarks.Harness;
using Bridge.Compare.Measuring;

namespace Bridge.Compare;

/// <summary>What the command line asks for; <c>benchmarks/compare --help</c> explains it.</summary>
/// <param name="Pace">How thoroughly.</param>
/// <param name="Only">Parts of titles; none: everything.</param>
/// <param name="Servers">The record is that of the servers.</param>
internal sealed record Options(Pace Pace, IReadOnlyList<string> Only, bool Servers)
{
    private static readonly HashSet<string> s_servers = [.. Catalog.Servers.Select(it => it.Title)];

    /// <summary>Only the whole in full is worth keeping under version control.</summary>
    internal bool IsRecord => Pace.Mode == Pace.Full.Mode && Only.Count == 0;

    /// <summary>Where the results go, from the root of the repository.</summary>
    internal string Directory => (IsRecord, Servers) switch
    {
        (false, _) => "artifacts/compare",
        (true, false) => "benchmarks/results",
        (true, true) => "benchmarks/results/servers",
    };

    /// <summary>What is left out of quick runs is measured if it is asked for by name; a record is of the servers or of all the rest.</summary>
    internal bool Wants(Comparison comparison)
        => (WantsTitle(comparison.Title) || (comparison.Other is { } other && WantsTitle(other.Title)))
        && (IsRecord ? s_servers.Contains(comparison.Title) == Servers : comparison.MostInQuick > 0 || Only.Count > 0);

    /// <summary>Curves are never about servers.</summary>
    internal bool WantsCurve(string title) => WantsTitle(title) && !(IsRecord && Servers);

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FormatException">They make no sense; the message says which.</exception>
    internal static Options Parse(IReadOnlyList<string> arguments)
    {
        Pace? pace = null;
        int? rounds = null;
        bool servers = false;
        List<string> only = [];
        for (int i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--quick":
                    pace = Pace.Quick;
                    break;
                case "--full":
                    pace = Pace.Full;
                    break;
                case "--servers":
                    servers = true;
                    break;
                case "--only" when i + 1 < arguments.Count:
                    only.Add(arguments[++i]);
                    break;
                case "--rounds" when i + 1 < arguments.Count
                    && int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0:
                    rounds = number;
                    i++;
                    break;
                default:
                    throw new FormatException($"\"{string.Join(' ', arguments.Skip(i))}\" makes no sense; see --help.");
            }
        }

        if (pace is null && only.Count == 0)
        {
            throw new FormatException("Say --quick, --full or --only TEXT; see --help.");
        }

        if (servers && (pace != Pace.Full || only.Count > 0))
        {
            throw new FormatException("--servers goes with --full and nothing else; to measure some of them, say --only.");
        }

        pace ??= Pace.Full;
        return new Options(rounds is { } asked ? pace.WithRounds(asked) : pace, only, servers);
    }

    private bool WantsTitle(string title) => Only.Count == 0 || Only.Any(text => title.Contains(text, StringComparison.OrdinalIgnoreCase));
}
