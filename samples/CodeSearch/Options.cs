using System.Globalization;

namespace CodeSearch;

/// <summary>The command line, checked.</summary>
internal sealed record Options(string Folder, IReadOnlyList<string> Queries, string? Database, bool Serve, int Port)
{
    internal const string Usage = """
        Usage: CodeSearch [folder] [--query "words"]... [--database FILE] [--serve] [--port N]

          folder           indexed with everything below it; default: the repository around the current folder
          --query WORDS    print the lines that contain all these words; may be repeated; default: a few examples
          --database FILE  keep the index in FILE; default: a temporary file, deleted at the end
          --serve          keep answering http://127.0.0.1:PORT/search?q=WORDS until Ctrl-C
          --port N         0 to 65535; default: 0, any free port
        """;

    internal static Options Parse(string[] arguments)
    {
        string? folder = null;
        var options = new Options("", ["await", "event loop", "class", "the same object"], null, false, 0);
        var queries = new List<string>();
        var rest = new Queue<string>(arguments);
        while (rest.TryDequeue(out string? argument))
        {
            switch (argument)
            {
                case "--query": queries.Add(Value(argument, rest)); break;
                case "--database": options = options with { Database = Path.GetFullPath(Value(argument, rest)) }; break;
                case "--port": options = options with { Port = ParsePort(Value(argument, rest)) }; break;
                case "--serve": options = options with { Serve = true }; break;
                case ['-', ..]: throw new UsageException($"Unknown option '{argument}'.");
                case { } when folder is not null: throw new UsageException($"A second folder: '{argument}'. Words to search for go after --query.");
                default: folder = argument; break;
            }
        }

        folder ??= Repository(Environment.CurrentDirectory);
        return Directory.Exists(folder)
            ? options with { Folder = Path.GetFullPath(folder), Queries = queries.Count > 0 ? queries : options.Queries }
            : throw new UsageException(File.Exists(folder) ? $"'{folder}' is a file; name a folder." : $"There is no folder '{folder}'.");
    }

    private static string Value(string option, Queue<string> rest)
        => rest.TryDequeue(out string? value) && !string.IsNullOrWhiteSpace(value) ? value : throw new UsageException($"{option} needs a value after it.");

    private static int ParsePort(string text)
        => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            ? port
            : throw new UsageException($"Port '{text}' is not a number from 0 to 65535.");

    // The nearest parent with .git (in a worktree that is a file), else the start itself.
    private static string Repository(string start)
    {
        string? folder = start;
        while (folder is not null && !Path.Exists(Path.Combine(folder, ".git")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? start;
    }
}

/// <summary>The command line makes no sense.</summary>
internal sealed class UsageException(string message) : Exception(message);
