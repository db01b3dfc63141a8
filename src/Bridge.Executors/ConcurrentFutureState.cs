namespace Bridge.Executors;

/// <summary>The life of a <see cref="ConcurrentFuture"/>.</summary>
/// <remarks>Source: the five states of concurrent.futures (row U1).</remarks>
public enum ConcurrentFutureState
{
    /// <summary>The work has not begun; <see cref="ConcurrentFuture.Cancel"/> still succeeds.</summary>
    Pending,

    /// <summary>The work runs; it can only be asked to stop.</summary>
    Running,

    /// <summary>Cancelled; the executor has not come across it yet, so <see cref="ConcurrentFuture.Wait{TFuture}"/> does not count it as done.</summary>
    Cancelled,

    /// <summary>Cancelled, and the executor or producer knows it.</summary>
    CancelledAndNotified,

    /// <summary>Has a result or an exception.</summary>
    Finished,
}
