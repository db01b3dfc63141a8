namespace Bridge;

/// <content>Texts about locks, queues and their kin.</content>
internal static partial class Messages
{
    internal static string BoundToOtherLoop(object primitive, EventLoop bound, EventLoop running)
        => $"{primitive} is bound to event loop '{bound.Name}', where something waited for it first; this call came from event loop '{running.Name}'. "
            + "Make one for each loop.";

    internal static string LockNotAcquired(object primitive)
        => $"{primitive} is not acquired and cannot be released. Call Release once for each Acquire, or dispose what Acquire returned once.";

    internal static string ConditionNotAcquired(string verb, object condition)
        => $"Cannot {verb} on {condition}: its lock is not acquired. Await Acquire() first and hold the lock around the call.";

    internal static string SemaphoreReleasedTooOften(object semaphore, int limit)
        => $"{semaphore} was released too many times: its value would exceed {limit}. Call Release once for each Acquire.";

    internal static string QueueEmpty(object queue)
        => $"{queue} is empty. Await Get() to wait for an item, or use TryGet.";

    internal static string QueueFull(object queue)
        => $"{queue} is full. Await Put() to wait for room, or use TryPut.";

    internal static string QueueShutDown(object queue)
        => $"{queue} is shut down. Stop putting and getting; items left at the shutdown were handed out or dropped.";

    internal static string TaskDoneTooOften(object queue)
        => $"TaskDone was called more often than items were put into {queue}. Call it once for each item got.";

    internal static string NoOrder(Type type)
        => $"{type} has no order of its own. Pass an IComparer<{type.Name}>, or implement IComparable<{type.Name}>.";

    internal static string BarrierBroken(object barrier)
        => $"{barrier} was aborted, or reset while this task waited. Call Reset to use it again.";
}
