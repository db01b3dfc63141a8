namespace Bridge.Executors;

/// <summary>Every exception text of the assembly: what was wrong, with the value, and what to do instead.</summary>
internal static class Messages
{
    internal const string Cancelled = "The future was cancelled.";
    internal const string TimeoutRange = "A time limit is zero up to 2147483647 ms; for no limit pass null or Timeout.InfiniteTimeSpan.";
    internal const string UnknownCondition = "Unknown wait condition. Use FirstCompleted, FirstException or AllCompleted.";
    internal const string NullFuture = "The collection contains null. Pass futures only.";
    internal const string InTokenCallback = "Exception in a callback registered on a future's cancellation token";
    internal const string InReporter = "The handler of ConcurrentFuture.UnhandledCallbackException failed";
    internal const string BufferSize = "The buffer holds at least one item. Pass 1 or more, or null to submit everything at once.";
    internal const string MaxWorkers = "A pool has at least one worker. Pass 1 or more, or null for the default.";
    internal const string IdleTimeout = "Idle threads wait more than zero, up to 2147483647 ms. Pass Timeout.InfiniteTimeSpan to keep them.";
    internal const string LimiterTotal = "A limiter has at least one slot.";
    internal const string ReleasedTooOften = "The limiter has no slot in use. Call Release once per successful TryAcquire; a Lease gives its slot back itself.";
    internal const string StaNeedsWindows =
        "A single-threaded apartment (STA) exists on Windows only, because it belongs to COM. Ask for ApartmentState.Unknown here.";

    internal static string InstanceIsElsewhere(string executor)
        => $"The object of executor '{executor}' belongs to that executor's thread; this is thread {Environment.CurrentManagedThreadId}. Submit a function of it.";

    internal static string InDoneCallback(ConcurrentFuture future) => $"Exception in a done callback of {future}";

    internal static string InWorkerHook(string executor, string hook) => $"Exception in {hook} of executor '{executor}'";

    internal static string InJob(string executor, string job) => $"A job of type {job} on executor '{executor}' broke the rule that jobs never throw";

    internal static string UnexpectedState(ConcurrentFuture future)
        => $"{future} is in an unexpected state: it was claimed before or is finished. Call SetRunningOrNotifyCancel once, before the work begins.";

    internal static string AlreadyDone(ConcurrentFuture future, string tryForm)
        => $"{future} is already done; its outcome cannot change. Use {tryForm} where another outcome may come first.";

    internal static string NotDoneInTime(ConcurrentFuture future, int milliseconds)
        => $"{future} was not done within {milliseconds} ms. It goes on; wait again, or call Cancel.";

    internal static string Unfinished(int pending, int total) => $"{pending} (of {total}) futures unfinished";

    internal static string EnumeratedTwice(string source)
        => $"The sequence of {source} can be enumerated once, because it hands out outcomes as they come. Keep them in a list, or call {source} again.";

    internal static string Shutdown(string executor)
        => $"Executor '{executor}' cannot schedule new work after shutdown. Submit before Shutdown or Dispose, or use another executor.";

    internal static string Broken(string executor, string reason)
        => $"Executor '{executor}' is broken: {reason} See the inner exception, and make a new executor.";

    internal static string ShutdownFromWorker(string executor)
        => $"Executor '{executor}' was asked by one of its own jobs to shut down and wait; the job would wait for itself. "
            + "Call Shutdown(wait: false), or shut down from another thread.";

    internal static string WouldWaitForItself(ConcurrentFuture future, string executor)
        => $"{future} is queued on executor '{executor}', whose only thread is this one; waiting here could never end. "
            + "Call the function directly, or await the future.";

    internal static string Circle(string executor, List<ConcurrentFuture> chain)
        => $"The thread of executor '{executor}' would wait for {string.Join(", whose thread waits for ", chain.Select(OnItsExecutor))}: a circle in which none could ever go on. "
            + "Await instead of blocking, or let one of them run on another executor.";

    private static string OnItsExecutor(ConcurrentFuture future) => $"{future} on executor '{future.RunsOn!.Executor.Name}'";

    internal static string NoSlotInTime(int milliseconds) => $"No slot of the limiter became free within {milliseconds} ms.";
}
