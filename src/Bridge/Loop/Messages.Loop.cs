namespace Bridge;

/// <summary>Exception texts about loops. All texts of the assembly are in this class: what was wrong, with the value, and what to do instead.</summary>
internal static partial class Messages
{
    internal static string LoopClosed(EventLoop loop)
        => $"Event loop '{loop.Name}' is closed. Make a new loop, or close this one later.";

    internal static string AlreadyRunning(EventLoop loop)
        => $"Event loop '{loop.Name}' is already running. Await the coroutine, or use CreateTask.";

    internal static string AnotherLoopRunning(EventLoop loop, EventLoop running)
        => $"Cannot run event loop '{loop.Name}' while event loop '{running.Name}' is running in this thread. Run it on a thread of its own (EventLoopThread).";

    internal static string CannotCloseRunning(EventLoop loop)
        => $"Cannot close event loop '{loop.Name}' while it is running. Stop it first; close it once RunForever has returned.";

    internal static string WrongThread(EventLoop loop, int loopThread)
        => $"Event loop '{loop.Name}' is running on thread {loopThread}; this call came from thread {Environment.CurrentManagedThreadId}"
            + (RunningLoop.Current is { } here ? $", which runs event loop '{here.Name}'. " : ". ")
            + "Use CallSoonThreadSafe or RunCoroutineThreadSafe to get onto the loop thread.";

    internal static string NoRunningLoop
        => "There is no running event loop in this thread. Use EventLoop.Run, or RunCoroutineThreadSafe on a loop that runs elsewhere.";

    internal static string NoCurrentLoop
        => $"There is no current event loop in thread {Environment.CurrentManagedThreadId}. Run one, or install one with EventLoop.SetCurrent.";

    internal static string FileOfTransport(object file, object transport)
        => $"{FileText.Of(file)} is used by transport {transport}. Use the transport, or close it first.";

    internal static string FileOfOperation(object file, string operation, string loop)
        => $"{FileText.Of(file)} is waited for by {operation} on event loop '{loop}'. Await or cancel that first.";
}
