using System.Net;
using Microsoft.Extensions.Logging;

namespace Bridge.AspNetCore;

/// <summary>The log records of the web transport; the words are those of Kestrel's own.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "Connection id \"{ConnectionId}\" paused: the application has not read what was received.")]
    internal static partial void ConnectionPause(ILogger logger, string connectionId);

    [LoggerMessage(EventId = 2, Level = LogLevel.Debug, Message = "Connection id \"{ConnectionId}\" resumed.")]
    internal static partial void ConnectionResume(ILogger logger, string connectionId);

    [LoggerMessage(EventId = 3, Level = LogLevel.Debug, Message = "Connection id \"{ConnectionId}\" reset.")]
    internal static partial void ConnectionReset(ILogger logger, string connectionId);

    [LoggerMessage(EventId = 4, Level = LogLevel.Debug, Message = "Connection id \"{ConnectionId}\" communication error.")]
    internal static partial void ConnectionError(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(EventId = 5, Level = LogLevel.Error, Message = "Connection id \"{ConnectionId}\": a callback registered with ConnectionClosed failed.")]
    internal static partial void ClosedCallbackFailed(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(EventId = 6, Level = LogLevel.Debug, Message = "Listening on {EndPoint} with event loop(s) {Loops}.")]
    internal static partial void Listening(ILogger logger, EndPoint endPoint, TransportLoops.Lease loops);

    [LoggerMessage(EventId = 7, Level = LogLevel.Error, Message = "Accepting on {EndPoint} failed; trying again in {Seconds} s.")]
    internal static partial void AcceptFailed(ILogger logger, EndPoint endPoint, double seconds, Exception exception);

    [LoggerMessage(EventId = 8, Level = LogLevel.Debug, Message = "A connection from {Peer} was gone before it could be served.")]
    internal static partial void BeginFailed(ILogger logger, EndPoint? peer, Exception exception);
}
