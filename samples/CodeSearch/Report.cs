using Spectre.Console;

namespace CodeSearch;

/// <summary>How far reading is: a bar on a terminal, a few lines elsewhere. The loop's.</summary>
internal sealed class ProgressDisplay : IAsyncDisposable
{
    private readonly TaskCompletionSource _done = new();
    private readonly Task _drawing;
    private readonly int _total;
    private ProgressTask? _bar;
    private int _read;

    internal ProgressDisplay(int total)
    {
        _total = total;
        _drawing = Console.IsOutputRedirected ? Task.CompletedTask : AnsiConsole.Progress().StartAsync(context =>
        {
            _bar = context.AddTask($"Reading {total} files", maxValue: Math.Max(1, total));
            return _done.Task; // Until it is done, the bar is drawn by a thread of its own.
        });
    }

    internal void Advance()
    {
        _read++;
        _bar?.Increment(1);
        if (_bar is null && _read * 4 / _total > (_read - 1) * 4 / _total)
        {
            Console.WriteLine($"Read {_read} of {_total} files");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _done.SetResult();
        await _drawing;
    }
}

internal static class Report
{
    internal static void Skipped(List<FileContent> skipped)
    {
        foreach (IGrouping<string, FileContent> group in skipped.GroupBy(file => file.Problem!.Split([' ', ',', ':'])[0]))
        {
            Console.WriteLine($"Left out, {group.Key}: {group.Count()}");
            Console.WriteLine(string.Join('\n', group.Take(10).Select(file => $"  {file.Name}: {file.Problem}")));
        }
    }

    internal static void Hits(string words, Hit[] hits, bool agrees)
    {
        Console.WriteLine($"\n\"{words}\": {hits.Length} hits{(agrees ? "" : ", AND THE SERVER ANSWERED SOMETHING ELSE")}");
        Console.Write(string.Concat(hits.Select(hit => $"  {hit.File}:{hit.Line}: {hit.Snippet}\n")));
    }

    internal static void Closing(EventLoop loop, Indexer indexer, string agree)
    {
        Table table = new Table { Border = TableBorder.Simple, ShowHeaders = false }.AddColumns("", "");
        table.AddRow("Files", $"{indexer.Files:N0}").AddRow("Bytes", $"{indexer.Bytes:N0}").AddRow("Seconds", $"{loop.Now.TotalSeconds:N2}")
            .AddRow("Posts to the loop", $"{loop.Posts:N0}").AddRow("Wake-ups for them", $"{loop.WakeUps:N0}").AddRow("Executor jobs", $"{indexer.Jobs:N0}")
            .AddRow("Longest turn, ms", $"{loop.LongestTurn.TotalMilliseconds:N2}").AddRow("Answers that agree", agree);
        AnsiConsole.Write(table);
    }
}
