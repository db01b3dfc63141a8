namespace Bridge;

/// <summary>What happens to a call that finds its callback's queue full.</summary>
public enum WhenFull
{
    /// <summary>The call that waits longest is dropped and counted, and the new one takes its place at the end.</summary>
    DropOldest,

    /// <summary>The new call is dropped and counted.</summary>
    DropNewest,

    /// <summary>The new call throws <see cref="QueueFullException"/> at its caller.</summary>
    Fail,
}
