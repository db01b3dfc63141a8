namespace Bridge.Executors;

/// <summary>What a <see cref="ConcurrentFuture{T}"/> was at one moment.</summary>
/// <typeparam name="T">The type of the result.</typeparam>
public readonly struct ConcurrentFutureSnapshot<T>
{
    internal ConcurrentFutureSnapshot(ConcurrentFutureState state, T? result, Exception? exception, CancellationToken cancellationToken)
    {
        State = state;
        Result = result;
        Exception = exception;
        CancellationToken = cancellationToken;
    }

    /// <summary>Gets the state.</summary>
    public ConcurrentFutureState State { get; }

    /// <summary>Gets the result; default unless the future ended with one.</summary>
    public T? Result { get; }

    /// <summary>Gets the exception of the work; null unless it ended with one.</summary>
    public Exception? Exception { get; }

    /// <summary>Gets the token attached to the cancellation; default if there is none.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Gets whether the future was done.</summary>
    public bool IsDone => State >= ConcurrentFutureState.Cancelled;

    /// <summary>Gets whether the future was cancelled.</summary>
    public bool IsCancelled => State is ConcurrentFutureState.Cancelled or ConcurrentFutureState.CancelledAndNotified;
}
