namespace Bridge;

/// <content>Texts about combinators, scopes and runners.</content>
internal static partial class Messages
{
    internal const string GroupFailed = "unhandled errors in a TaskGroup";

    internal const string BodyGaveNothing = "The delegate returned null instead of a coroutine or task. Return the coroutine; do not await it inside a delegate that is not async.";

    internal static string NullElement(int index) => $"Element {index} is null. Leave out what there is nothing to wait for.";

    internal static string CannotRunInsideLoop(string method, EventLoop running)
        => $"{method} cannot be called from a running event loop; '{running.Name}' runs in this thread. Await the coroutine, or use CreateTask.";
}
