namespace Bridge;

/// <summary>When a wait for several futures ends.</summary>
/// <remarks>Source: asyncio's and concurrent.futures' <c>return_when</c>. Shared by both worlds: blocking threads and the loop.</remarks>
public enum WaitCondition
{
    /// <summary>As soon as one future is done, whatever its outcome.</summary>
    FirstCompleted,

    /// <summary>As soon as one future ends with an exception; if none does, once all are done. A cancelled future is no exception.</summary>
    FirstException,

    /// <summary>Once all futures are done.</summary>
    AllCompleted,
}
