using System.Globalization;

namespace Bridge;

/// <content>Texts about a loop that is held up.</content>
internal static partial class Messages
{
    internal const string UnknownWaitPolicy = "Unknown policy. Use BlockingWaitPolicy.Report, Throw or Allow.";
    internal const string WatchdogBudget = "A watchdog's budget lies between a millisecond and a day.";
    internal const string AsyncMethodOnLoop = "an async method that can go on only on this loop";
    private const string Instead = "Await it instead, or run the call off the loop: await loop.RunInExecutor(null, () => ...).";

    internal static string TooDeep(EventLoop loop)
        => $"Blocking scopes and the waits in them are nested {EventLoop.MaximumBlockingDepth} deep on the thread of event loop '{loop.Name}' (EventLoop.MaximumBlockingDepth). "
            + "Code that blocks is calling code that blocks: await somewhere in between.";

    internal static string NotInside(EventLoop loop, string method)
        => $"{method} blocks the thread of event loop '{loop.Name}' and has to be called on it, while it runs. On other threads use RunCoroutineThreadSafe, or EventLoop.Run where no loop runs.";

    internal static string BlockingWait(EventLoop loop, WaitSite site)
        => $"{site.Call} in {site.Method} would block the thread of event loop '{loop.Name}'{InTask(loop)}. {Instead} (BlockingWaitPolicy.Throw is set.)";

    internal static string EndlessWait(EventLoop loop, WaitSite site, string awaited)
        => $"{site.Call} in {site.Method} blocks the thread of event loop '{loop.Name}'{InTask(loop)} and waits for {awaited}, which needs that thread: it would never end. {Instead}";

    internal static string Blocked(LoopBlock block)
    {
        string loop = $"event loop '{block.Loop.Name}'";
        string task = block.Task is null ? "" : $", in {block.Task}";
        string since = block.Duration is { } duration ? string.Create(CultureInfo.InvariantCulture, $" for {duration.TotalMilliseconds:F0} ms") : "";
        string callback = block.Callback is null ? "" : $" (callback {block.Callback}{task})";
        return block.Kind switch
        {
            LoopBlockKind.Wait => $"{block.WaitCall} in {block.Site} blocks the thread of {loop}{since}{callback}; nothing else runs there meanwhile. {Instead}",
            LoopBlockKind.Turn => $"One turn of {loop} has been running{since}; now{callback}. Many callbacks are ready at once: spread the work over several turns.",
            _ => $"A callback holds {loop} up{since}{callback}{(block.WaitCall is null ? "" : $": it waits in {block.WaitCall}, called by {block.Site}")}. "
                + "Run blocking and long calls off the loop: await loop.RunInExecutor(null, () => ...).",
        };
    }

    private static string InTask(EventLoop loop) => loop.CurrentTaskText() is { } task ? $" (in {task})" : "";
}
