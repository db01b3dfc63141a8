namespace Bridge;

/// <summary>What happens to a call or an event that finds its bounded callback or stream full. Whoever calls or raises it never waits.</summary>
public enum WhenFull
{
    /// <summary>What waits longest is dropped and counted, and the new one takes its place at the end.</summary>
    DropOldest,

    /// <summary>The new one is dropped and counted; .NET's channels call this DropWrite.</summary>
    DropNewest,

    /// <summary>A <see cref="QueueFullException"/>: a callback throws it at its caller, a stream at its reader, after the items it has, and ends.</summary>
    Fail,
}
