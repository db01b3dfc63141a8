using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;

namespace CodeSearch;

/// <summary>The main coroutine: index, serve, ask, compare.</summary>
internal sealed class Session(Options options, SearchDatabase database)
{
    internal async Coroutine<int> Run()
    {
        var indexer = new Indexer(options.Folder, database);
        await indexer.Run();
        Report.Skipped(indexer.Skipped);

        // Building a web server keeps a thread busy for long before its first await, so a pool thread begins it.
        EventLoop loop = EventLoop.Running;
        WebApplication server = await loop.WrapFuture(
            cancellation => Task.Run(() => Server.StartAsync(options.Port, loop, Search, cancellation), cancellation));

        // Its DisposeAsync blocks all the same, for the server waits for its stop in Dispose.
        await using IAsyncDisposable disposal = server.DisposeOffLoop(loop);
        using var client = new HttpClient { BaseAddress = new Uri(server.Urls.Single()) };
        bool[] agree = await LoopTask.Gather(options.Queries.Select(words => Compare(client, words)));
        Report.Closing(loop, indexer, $"{agree.Count(yes => yes)} of {agree.Length}");
        if (options.Serve)
        {
            await ServeUntilCtrlC(client.BaseAddress);
        }

        return agree.All(yes => yes) ? 0 : 1;
    }

    /// <summary>What requests run on the loop.</summary>
    private async Coroutine<Hit[]> Search(string words) => await EventLoop.Running.WrapFuture(database.Search(words));

    private async Coroutine<bool> Compare(HttpClient client, string words)
    {
        // HttpClient gives Tasks. With a token, WrapFuture turns one into a future that Ctrl-C ends at once, and the request with it.
        var address = new Uri("search?q=" + Uri.EscapeDataString(words), UriKind.Relative);
        Hit[]? answer = await EventLoop.Running.WrapFuture(cancellation => client.GetFromJsonAsync<Hit[]>(address, cancellation));
        Hit[] direct = await Search(words);
        bool agrees = answer is not null && direct.SequenceEqual(answer);
        Report.Hits(words, direct, agrees);
        return agrees;
    }

    private static async Coroutine ServeUntilCtrlC(Uri address)
    {
        Console.WriteLine($"Serving {address}search?q=WORDS until Ctrl-C");
        try
        {
            // Nobody ever sets it. On Ctrl-C the runner cancels this task, and the wait ends with an exception.
            await EventLoop.Running.CreateFuture<bool>();
        }
        catch (LoopCanceledException)
        {
            Console.WriteLine("Stopped.");
        }
    }
}
