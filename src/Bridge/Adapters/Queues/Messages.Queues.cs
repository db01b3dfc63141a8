namespace Bridge;

/// <content>Texts about <see cref="BridgeQueue{T}"/>.</content>
internal static partial class Messages
{
    internal static string BlocksLoop(object queue, EventLoop loop, string awaited, string atOnce)
        => $"{queue} would block the thread of event loop '{loop.Name}', and with it everything that runs there. Await {awaited}, or use {atOnce} without a time.";

    internal static string QueueCompleted(object queue)
        => $"{queue} was completed. Stop putting; items left then were taken, or wait to be taken.";
}
