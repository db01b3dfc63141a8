using Microsoft.Extensions.Logging;

namespace Bridge;

/// <summary>The log records of a loop.</summary>
internal static partial class LoopLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "{Context}")]
    internal static partial void Report(ILogger logger, LoopErrorContext context, Exception? exception);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "{Text}")]
    internal static partial void Warning(ILogger logger, string text);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "{Text}")]
    internal static partial void Information(ILogger logger, string text);

    [LoggerMessage(EventId = 4, Level = LogLevel.Debug, Message = "{Text}")]
    internal static partial void Detail(ILogger logger, string text);
}
