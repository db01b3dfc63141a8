namespace Bridge;

/// <summary>A future, task or coroutine of a loop was cancelled.</summary>
/// <remarks>
/// Source: asyncio's <c>CancelledError</c>. Differs: <c>catch (Exception)</c> does catch it, as .NET has no BaseException; rethrow it,
/// or catch with <c>when (e is not OperationCanceledException)</c>.
/// </remarks>
public class LoopCanceledException : OperationCanceledException
{
    /// <summary>Creates the exception without a cancel message.</summary>
    public LoopCanceledException()
        : base("The operation was cancelled.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="cancelMessage">What <c>Cancel</c> was given, or null.</param>
    public LoopCanceledException(string? cancelMessage)
        : base(cancelMessage ?? "The operation was cancelled.") => CancelMessage = cancelMessage;

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="cancelMessage">What <c>Cancel</c> was given, or null.</param>
    /// <param name="innerException">The cause.</param>
    public LoopCanceledException(string? cancelMessage, Exception? innerException)
        : base(cancelMessage ?? "The operation was cancelled.", innerException) => CancelMessage = cancelMessage;

    /// <summary>Creates the exception for a token.</summary>
    /// <param name="cancelMessage">What <c>Cancel</c> was given, or null.</param>
    /// <param name="token">The token that asked for it.</param>
    public LoopCanceledException(string? cancelMessage, CancellationToken token)
        : base(cancelMessage ?? "The operation was cancelled.", token) => CancelMessage = cancelMessage;

    /// <summary>What <c>Cancel</c> was given, or null.</summary>
    public string? CancelMessage { get; }
}
