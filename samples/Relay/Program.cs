using System.Net.Sockets;
using RelaySample;

// Relays TCP or TLS connections to another server, and tells about it on a port of its own.
try
{
    if (args.Length == 0 || args.Contains("--help"))
    {
        Console.WriteLine(Options.Usage);
        return args.Length == 0 ? 2 : 0;
    }

    Options options = Options.Parse(args);
    EventLoop.Run(() => new Session(options).Run());
    return 0;
}
catch (UsageException exception)
{
    Console.Error.WriteLine($"{exception.Message}\n\n{Options.Usage}");
    return 2;
}
catch (Exception exception) when (exception.GetBaseException() is SocketException problem)
{
    // From a task group, so it may come in an AggregateException. Connections count theirs; this one is that we cannot listen.
    Console.Error.WriteLine($"{problem.Message} Name another port, or 0 for any.");
    return 1;
}
