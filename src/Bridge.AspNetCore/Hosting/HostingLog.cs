using Microsoft.Extensions.Logging;

namespace Bridge.AspNetCore;

/// <summary>The log records of loops that the application owns.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "Event loop '{Loop}' started.")]
    internal static partial void Started(ILogger logger, string loop);

    [LoggerMessage(EventId = 2, Level = LogLevel.Debug, Message = "Event loop '{Loop}' stopped.")]
    internal static partial void Stopped(ILogger logger, string loop);

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "Event loop '{Loop}' did not stop within {Budget}, and is left alone. Still there: {Left}")]
    internal static partial void Stuck(ILogger logger, string loop, TimeSpan budget, string left);

    [LoggerMessage(EventId = 4, Level = LogLevel.Critical, Message = "Service {Service} on event loop '{Loop}' failed. {Consequence}")]
    internal static partial void ServiceFailed(ILogger logger, Exception exception, string service, string loop, string consequence);
}
