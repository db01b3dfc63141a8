namespace Bridge;

/// <summary>Taking an outcome from across a border.</summary>
internal static class OutcomeExtensions
{
    /// <summary>Completes the future unless it is done, as after a cancellation; then the outcome is dropped. Loop thread.</summary>
    internal static bool TryComplete<T>(this LoopFuture<T> future, in Outcome<T> outcome)
    {
        if (outcome.Cancellation is { } cancellation)
        {
            return future.TryCancelWith(cancellation);
        }

        return outcome.Fault is { } fault ? future.TryFailWith(fault) : future.TrySetResult(outcome.Result);
    }
}
