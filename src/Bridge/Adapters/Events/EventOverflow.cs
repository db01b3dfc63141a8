namespace Bridge;

/// <summary>What happens to an event that is raised while a bounded stream is full. Whoever raises it is never made to wait.</summary>
public enum EventOverflow
{
    /// <summary>The stream ends with an <see cref="EventOverflowException"/>, after the items it has.</summary>
    Fail,

    /// <summary>The oldest item makes room for the new one; counted.</summary>
    DropOldest,

    /// <summary>The new item is dropped; counted.</summary>
    DropNewest,
}
