using System.Runtime.InteropServices;

namespace RelaySample;

/// <summary>The main coroutine: listen, relay until a signal comes, let what is open end, tell what was done.</summary>
/// <remarks>Everything in this program runs on one thread, the loop's. So no field needs a lock, and a count is just a count.</remarks>
internal sealed class Session(Options options)
{
    private readonly Statistics _statistics = new();
    private readonly LoopEvent _stop = new();

    internal async Coroutine Run()
    {
        EventLoop loop = EventLoop.Running;
        loop.AddSignalHandler(PosixSignal.SIGINT, _stop.Set);
        loop.AddSignalHandler(PosixSignal.SIGTERM, _stop.Set);

        // Whatever runs beside the relay is a task of this group, and none of it can outlive the block.
        await LoopTaskGroup.Run(async Coroutine (beside) =>
        {
            if (options.Live)
            {
                _ = beside.CreateTask(_statistics.PrintEverySecond());
            }

            var lines = new LineServer(_statistics);
            Server? control = options.Lines is { } address
                ? await loop.StartServer(stream => Accept(beside, stream, lines.Serve), address.Host, address.Port, limit: LineServer.LongestLine)
                : null;
            Announce("Line protocol", control);
            await Relay(loop);
            control?.Close();
            beside.Cancel();
        });
        Console.WriteLine(_statistics.ToJson());
    }

    private async Coroutine Relay(EventLoop loop)
    {
        try
        {
            // No limit of time until we are told to stop. Then the connections that are open have a while to end.
            await LoopTask.Timeout(null, async Coroutine (limit) => await LoopTaskGroup.Run(async Coroutine (connections) =>
            {
                // A server gives each connection to a function. Here that starts a child of the group, which waits for all its children.
                var how = new ServerOptions { Ssl = options.TlsListen };
                Server server = await loop.StartServer(stream => Accept(connections, stream, Serve), options.Listen.Host, options.Listen.Port, how);
                Announce($"Relaying to {options.To}", server);
                await _stop.Wait();
                server.Close();
                Console.WriteLine($"Stopping: {_statistics.Open.Count} connections have {options.Grace.TotalSeconds:0.###} s to end.");
                limit.Reschedule(loop.Now + options.Grace);
            }));
        }
        catch (TimeoutException)
        {
            // The group has cancelled the connections that were left, and waited for their ends.
            Console.WriteLine("Time is up: the last connections were cut.");
        }
    }

    private void Accept(LoopTaskGroup group, LoopStream stream, Func<LoopStream, Coroutine> serve)
    {
        if (_stop.IsSet)
        {
            // Its TLS handshake took longer than we had.
            stream.Abort();
            return;
        }

        _ = group.CreateTask(serve(stream));
    }

    private async Coroutine Serve(LoopStream client)
    {
        if (_statistics.Open.Count >= options.Max)
        {
            _statistics.Refused++;
            client.Abort();
            return;
        }

        await new Connection(_statistics, options, client).Run();
    }

    private static void Announce(string what, Server? server)
    {
        if (server is not null)
        {
            Console.WriteLine($"{what}: listening on {string.Join(", ", server.Sockets.Select(socket => socket.LocalEndPoint))}");
        }
    }
}
