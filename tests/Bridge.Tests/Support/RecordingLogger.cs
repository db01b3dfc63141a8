using Microsoft.Extensions.Logging;

namespace Bridge.Tests;

/// <summary>Keeps what a loop logs; or fails at it.</summary>
internal sealed class RecordingLogger : ILogger
{
    private readonly List<(LogLevel Level, string Text, Exception? Exception)> _records = [];

    internal Exception? Failure { get; set; }

    internal IReadOnlyList<(LogLevel Level, string Text, Exception? Exception)> Records
    {
        get
        {
            lock (_records)
            {
                return [.. _records];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Failure is not null)
        {
            throw Failure;
        }

        lock (_records)
        {
            _records.Add((logLevel, formatter(state, exception), exception));
        }
    }
}
