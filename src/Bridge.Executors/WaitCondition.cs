namespace Bridge;

/// <summary>When a wait for several futures ends.</summary>
/// <remarks>Source: the <c>return_when</c> constants of asyncio and concurrent.futures.</remarks>
public enum WaitCondition
{
    /// <summary>As soon as one is done or cancelled.</summary>
    FirstCompleted,

    /// <summary>As soon as one has failed; a cancellation is no failure. If none fails, when all are done.</summary>
    FirstException,

    /// <summary>When all are done or cancelled.</summary>
    AllCompleted,
}
