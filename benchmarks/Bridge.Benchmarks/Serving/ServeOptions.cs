using System.Globalization;

namespace Bridge.Benchmarks.Serving;

/// <summary>What the command line of a server asks for: <c>serve KIND JOB [--buffer BYTES]</c>.</summary>
/// <param name="Kind">How it is written; see <see cref="ServeCommand"/>.</param>
/// <param name="Counts">It counts what it receives and answers the total at the end, instead of echoing.</param>
/// <param name="Buffer">Bytes that a connection receives at a time, for kinds that have a buffer for each connection.</param>
internal sealed record ServeOptions(string Kind, bool Counts, int Buffer = 4096)
{
    /// <summary>Reads the arguments after the verb.</summary>
    /// <exception cref="FormatException">They make no sense; the message says which.</exception>
    internal static ServeOptions Parse(IReadOnlyList<string> arguments)
    {
        bool counts = arguments is [_, "count", ..];
        return arguments switch
        {
            [var kind, "echo" or "count"] => new ServeOptions(kind, counts),
            [var kind, "echo" or "count", "--buffer", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int bytes) && bytes > 0
                => new ServeOptions(kind, counts, bytes),
            _ => throw new FormatException($"\"{string.Join(' ', arguments)}\" makes no sense: KIND echo|count [--buffer BYTES]; the kind 'list' lists the kinds"),
        };
    }
}
