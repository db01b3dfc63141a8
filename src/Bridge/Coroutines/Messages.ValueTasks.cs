namespace Bridge;

/// <content>Texts about the ValueTasks of our own objects.</content>
internal static partial class Messages
{
    internal const string ValueTaskIsPending = "The ValueTask is not completed. Await it.";

    internal const string ValueTaskAwaitedTwice = "The ValueTask is being awaited already. Await it once; use AsTask to wait for it in several places.";

    internal const string ValueTaskIsUsedUp = "The ValueTask was awaited already. Await it once; use AsTask to keep its result.";
}
