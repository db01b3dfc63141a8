namespace Bridge;

/// <content>Texts about crossing over in the middle of a method, and at its end.</content>
internal static partial class Messages
{
    internal static string CannotSwitch(EventLoop to)
        => $"A coroutine{(RunningLoop.Current is { } home ? $" of event loop '{home.Name}'" : "")} cannot go on on event loop '{to.Name}'. "
            + "Run the part that belongs there as a coroutine of its own: await loop.WrapFuture(other.RunCoroutineThreadSafe(...)).";

    internal static string DisposeBlocksLoop(IAsyncDisposable resource, EventLoop here)
        => $"Dispose of {resource} would block the thread of event loop '{here.Name}'. Use await using on the object itself, on its own loop.";
}
