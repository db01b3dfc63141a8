namespace Bridge;

/// <content>Texts of the adapters.</content>
internal static partial class Messages
{
    internal const string BeginFailedLate = "Begin failed after its operation was completed; the outcome of the operation stands";

    internal const string StartFailedLate = "Start failed after the component had told the end of the call; what it told stands";

    internal const string NullAsyncResult = "The Begin function given to FromApm returned null instead of an IAsyncResult.";

    internal const string ApmEndedTwice = "EndApm was called before for this IAsyncResult. Call it once, and keep the result.";

    internal const string EapNeedsMatch = "The event's arguments have no UserState by which FromEap could tell one call from another. Pass 'match'; (_, _) => true if there is never more than one call at a time.";

    internal const string EapCancelled = "The component ended the operation as cancelled.";

    internal const string StreamReadTwice = "Another task is waiting for the next item of this stream. Read it in one task, and hand the items on.";

    internal const string StreamEnumeratedTwice = "This stream is or was enumerated already; leaving the enumeration has ended it. Make a new one.";

    internal static string StreamOverflow(int bound)
        => $"More than {bound} items waited to be read. Read faster, raise the bound, or choose a policy that drops (WhenFull.DropOldest).";

    internal static string WaitTimeOutOfRange(TimeSpan timeout)
        => $"The time to wait is {timeout}; it must lie between zero and {int.MaxValue} milliseconds, or be Timeout.InfiniteTimeSpan.";

    internal static string NegativeBound(int bound)
        => $"The bound is {bound}; it must be zero, which means no bound, or positive.";

    internal static string NoSuchWhenFull(WhenFull full)
        => $"{full} is no {nameof(WhenFull)}; use {nameof(WhenFull.DropOldest)}, {nameof(WhenFull.DropNewest)} or {nameof(WhenFull.Fail)}.";

    internal const string NullTick = "The function given to Every returned null instead of a coroutine or task.";

    internal static string TickFailed(TimeSpan period, long number, bool stops)
        => $"Tick {number} of every {period} failed; {(stops ? "no further tick comes" : "the next tick comes at its time")}";

    internal const string WaitForMutex = "A Mutex belongs to the thread that gets it, which here would be one of the .NET pool. Use HoldMutex.";

    internal static string MutexForgotten(EventLoop loop)
        => $"A mutex held by event loop '{loop.Name}' was never released: its MutexHold was dropped. It is abandoned now. Write: using (await loop.HoldMutex(mutex)) {{ ... }}";

    internal static string WatchFailed(string directory, TimeSpan retry)
        => $"Watching '{directory}' failed; it is begun anew, now and then every {retry}";

    internal static string ApmOfOtherLoop(EventLoop owner, EventLoop loop)
        => $"The IAsyncResult is of event loop '{owner.Name}', not of '{loop.Name}'. Call EndApm of the loop whose ToApm gave it.";

    internal static string ApmEndOnLoopThread(EventLoop loop)
        => $"EndApm would block the thread of event loop '{loop.Name}' until an operation of this very loop is done, which would never end. Await the coroutine or future instead.";

    internal static string NotOfToApm(IAsyncResult result, Type type)
        => $"{result.GetType()} does not come from ToApm {(type == typeof(NoResult) ? "without a result" : $"with a result of type {type}")}. Pass what ToApm gave, and ask for the type it was begun with.";
}
