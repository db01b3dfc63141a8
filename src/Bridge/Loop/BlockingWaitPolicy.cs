namespace Bridge;

/// <summary>What happens when code on a loop thread blocks in a managed wait: <c>.Result</c>, <c>Wait</c>, <c>WaitOne</c>, <c>Join</c>, <c>Take</c>.</summary>
/// <remarks>
/// Whatever is chosen, a wait for work that this very loop would have to do throws <see cref="BlockingWaitException"/>, for it could never end,
/// and waiting for a contended lock is neither reported nor thrown at.
/// </remarks>
public enum BlockingWaitPolicy
{
    /// <summary>A wait of more than a millisecond is told to <see cref="EventLoop.BlockingHandler"/>, once for each place in the code. The default.</summary>
    Report,

    /// <summary>A wait that would block throws <see cref="BlockingWaitException"/> at the call.</summary>
    Throw,

    /// <summary>Nobody is told.</summary>
    Allow,
}
