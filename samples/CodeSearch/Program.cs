using System.Net.Sockets;
using CodeSearch;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;

try
{
    if (args.Contains("--help"))
    {
        Console.WriteLine(Options.Usage);
        return 0;
    }

    Options options = Options.Parse(args);

    // Disposing blocks until the database's thread has ended, so it is done here, where no loop runs any more.
    using var database = new SearchDatabase(options.Database);
    using var runner = new Runner(new RunnerOptions
    {
        LoopFactory = () => new SelectorEventLoop(options: new EventLoopOptions { Name = "main", MeasureTurns = true }),
    });
    return runner.Run(() => new Session(options, database).Run());
}
catch (UsageException exception)
{
    Console.Error.WriteLine($"{exception.Message}\n\n{Options.Usage}");
    return 2;
}
catch (KeyboardInterruptException)
{
    // The runner has cancelled the coroutine and waited for its end: threads have stopped, the transaction is undone.
    Console.Error.WriteLine("Interrupted.");
    return 130;
}
catch (Exception exception) when (Explain(exception) is { } text)
{
    Console.Error.WriteLine(text);
    return 1;
}

static string? Explain(Exception exception) => exception switch
{
    AggregateException { InnerException: { } first } => Explain(first), // from a task group
    BrokenExecutorException { InnerException: { } cause } => Explain(cause), // from the database's thread, which could not open it
    SqliteException { SqliteErrorCode: 5 or 6 } => "The database is locked by another program. End that one, or name another file with --database.",
    SqliteException error => $"The database cannot be used: {error.Message} Name another file with --database.",
    IOException { InnerException: AddressInUseException } or SocketException => $"{exception.Message} Name another port with --port, or 0 for any.",
    InvalidDataException or IOException or UnauthorizedAccessException => exception.Message,
    _ => null,
};
