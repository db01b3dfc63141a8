namespace Bridge;

/// <content>Texts about call graphs.</content>
internal static partial class Messages
{
    internal const string NothingToCapture =
        "No event loop is running in this thread, so there is no current task. Pass the future or task whose call graph you want.";

    internal const string DepthBelowOne = "Use 1 to begin with the caller of this method, 2 with its caller, and so on.";

    internal const string LimitOfCapture = "Use a time limit above zero: a loop that is blocked answers never.";

    internal static string LoopDidNotAnswer(EventLoop loop, TimeSpan limit) => $"Event loop '{loop.Name}' did not answer within {limit}: "
        + (loop.IsClosed ? "it was closed meanwhile."
            : loop.IsRunning ? "a callback or a step of a task keeps its thread. Look at that thread's stack; loop.Debug reports slow callbacks."
            : "no thread runs it. Run it, or capture the graphs on the thread that owns it.");
}
