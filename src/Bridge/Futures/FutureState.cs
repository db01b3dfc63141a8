namespace Bridge;

/// <summary>The life of a future: Pending, then for ever one of the others.</summary>
public enum FutureState
{
    /// <summary>No outcome yet.</summary>
    Pending,

    /// <summary>Cancelled.</summary>
    Cancelled,

    /// <summary>Has a result or an exception.</summary>
    Finished,
}
