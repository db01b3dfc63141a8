using System.Globalization;
using System.Net;

namespace Bridge.AspNetCore;

/// <summary>Every exception text of this assembly.</summary>
internal static class Messages
{
    internal static string OutOfRange(string option, object? value, string range)
        => string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it must be {range}.");

    internal static string LoopNamedTwice(string name) => $"EventLoopNames has '{name}' twice. Name each loop once.";

    internal static string LoopAddedTwice(string name) => $"An event loop named '{name}' was added before. Resolve that one, or choose another name.";

    internal static string LoopClosed(string name) => $"Event loop '{name}' is closed.";

    internal static string LoopDoesNotAnswer(string name, TimeSpan limit)
        => string.Create(CultureInfo.InvariantCulture, $"Event loop '{name}' did not come to a post within {limit}: a callback holds it up, or more waits than it can run.");

    internal static string LoopLags(string name, TimeSpan lag)
        => string.Create(CultureInfo.InvariantCulture, $"Event loop '{name}' came to a post after {lag.TotalMilliseconds:0.###} ms.");

    internal static string NoLoopToCheck(string name)
        => $"The health check is to look at the event loop '{name}', which is not registered. Call services.AddEventLoop(\"{name}\").";

    internal static string NoSuchLoop(string name)
        => $"The web transport is to run on the event loop '{name}', which is not registered. Call services.AddEventLoop(\"{name}\"), or drop the name from EventLoopNames.";

    internal static string NoLoopForService(string name, Type service)
        => $"{service.Name} is to run on the event loop '{name}', which is not registered. Call services.AddEventLoop(\"{name}\").";

    internal static string LoopServiceAddedTwice(Type service)
        => $"{service.Name} was added as a loop service before, and there is one object of it. Derive a class for a second one.";

    internal static string CannotBind(EndPoint endPoint)
        => $"The Bridge transport cannot listen on {endPoint} ({endPoint.GetType().Name}): it serves IPEndPoint, UnixDomainSocketEndPoint and FileHandleEndPoint. Bind that one with another transport.";

    internal static string NoStreamSocket(EndPoint endPoint) => $"The handle given as {endPoint} is no stream socket, and connections cannot be accepted on it.";

    internal const string OutputEnded = "The application completed the connection's output, and everything was sent.";

    internal const string Aborted = "The application aborted the connection.";

    internal const string ServerStopped = "The web server stopped.";

    internal const string TransportFaulted = "The connection ended because its transport failed.";
}
