using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Bridge.AspNetCore.Tests;

/// <summary>Keeps what is logged.</summary>
internal sealed class RecordingLoggers : ILoggerProvider
{
    private readonly ConcurrentQueue<LogRecord> _records = new();

    internal IReadOnlyCollection<LogRecord> Records => _records;

    internal IEnumerable<LogRecord> Errors => _records.Where(static record => record.Level >= LogLevel.Error);

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(RecordingLoggers owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => owner._records.Enqueue(new LogRecord(category, logLevel, formatter(state, exception), exception));
    }
}

internal sealed record LogRecord(string Category, LogLevel Level, string Text, Exception? Exception);
