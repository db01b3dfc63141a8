using System.Globalization;
using Bridge.Benchmarks.Harness;
using Bridge.Compare.Measuring;

namespace Bridge.Compare;

/// <summary>What the command line asks for; <c>benchmarks/compare --help</c> explains it.</summary>
/// <param name="Pace">How thoroughly.</param>
/// <param name="Only">Parts of titles; none: everything.</param>
internal sealed record Options(Pace Pace, IReadOnlyList<string> Only)
{
    /// <summary>Only the whole in full is worth keeping under version control.</summary>
    internal bool IsRecord => Pace.Mode == Pace.Full.Mode && Only.Count == 0;

    /// <summary>What is left out of quick runs is measured if it is asked for by name.</summary>
    internal bool Wants(Comparison comparison)
        => (Wants(comparison.Title) || (comparison.Other is { } other && Wants(other.Title)))
        && (comparison.MostInQuick > 0 || Only.Count > 0 || Pace.Mode != Pace.Quick.Mode);

    internal bool Wants(string title) => Only.Count == 0 || Only.Any(text => title.Contains(text, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FormatException">They make no sense; the message says which.</exception>
    internal static Options Parse(IReadOnlyList<string> arguments)
    {
        Pace? pace = null;
        int? rounds = null;
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

        pace ??= Pace.Full;
        return new Options(rounds is { } asked ? pace.WithRounds(asked) : pace, only);
    }
}
