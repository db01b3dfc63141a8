namespace Bridge;

/// <summary>The life of a <see cref="TimeoutScope"/>.</summary>
/// <remarks>asyncio's "created" has no counterpart: a scope begins when its body does.</remarks>
public enum TimeoutState
{
    /// <summary>The body runs, within the deadline if there is one.</summary>
    Active,

    /// <summary>The deadline has passed and the body was asked to cancel; it has not ended yet.</summary>
    Expiring,

    /// <summary>The deadline passed and the body has ended.</summary>
    Expired,

    /// <summary>The body ended in time.</summary>
    Finished,
}
