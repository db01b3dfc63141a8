using System.Globalization;

namespace Bridge.Benchmarks.Serving;

/// <summary>What the command line of a server asks for: <c>serve KIND JOB [--buffer BYTES] [--selector NAME]</c>.</summary>
/// <param name="Kind">How it is written; see <see cref="ServeCommand"/>.</param>
/// <param name="Counts">It counts what it receives and answers the total at the end, instead of echoing.</param>
/// <param name="Buffer">Bytes that a connection receives at a time, for kinds that have a buffer for each connection.</param>
/// <param name="Selector">Null: the loop's default.</param>
internal sealed record ServerOptions(string Kind, bool Counts, int Buffer = 4096, string? Selector = null)
{
    /// <summary>Reads the arguments after the verb.</summary>
    /// <exception cref="FormatException">They make no sense; the message says which.</exception>
    internal static ServerOptions Parse(IReadOnlyList<string> arguments)
    {
        if (arguments.Count < 2 || arguments[1] is not ("echo" or "count"))
        {
            throw new FormatException("usage: serve KIND echo|count [--buffer BYTES] [--selector epoll|poll|select]; the kind 'list' lists the kinds");
        }

        var options = new ServerOptions(arguments[0], arguments[1] == "count");
        for (int i = 2; i < arguments.Count; i += 2)
        {
            string value = i + 1 < arguments.Count ? arguments[i + 1] : "";
            options = arguments[i] switch
            {
                "--buffer" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int bytes) && bytes > 0 => options with { Buffer = bytes },
                "--selector" when value is "epoll" or "poll" or "select" => options with { Selector = value },
                _ => throw new FormatException($"\"{arguments[i]} {value}\" makes no sense: --buffer takes a number of bytes, --selector epoll, poll or select"),
            };
        }

        return options;
    }
}
