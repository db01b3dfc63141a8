namespace Bridge;

/// <content>Texts about futures.</content>
internal static partial class Messages
{
    internal static string FutureIsPending(LoopFuture future)
        => $"{future} has no outcome yet. Await it, or look at IsDone first.";

    internal static string FutureIsDone(LoopFuture future)
        => $"{future} has its outcome already; a future completes once. Use TrySetResult where completions may race.";

    internal static string FutureOfOtherLoop(LoopFuture future, EventLoop loop)
        => $"{future} belongs to event loop '{future.Loop.Name}', not to '{loop.Name}'. Bridge it with loop.WrapFuture.";

    internal static string AwaitedByItself(LoopFuture future)
        => $"{future} cannot wait for itself. Name the future or task that waits for it.";

    internal static string AwaitedOutsideItsLoop(LoopFuture future)
        => $"{future} of event loop '{future.Loop.Name}' was awaited outside that loop, on thread {Environment.CurrentManagedThreadId}. "
            + "Use future.AsTask() in other code, or loop.WrapFuture on another loop.";
}
