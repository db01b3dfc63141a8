namespace Bridge.Selectors;

/// <summary>What a registration is interested in, and what a selector found.</summary>
[Flags]
public enum SelectorEvents
{
    /// <summary>Nothing. Not valid as an interest.</summary>
    None = 0,

    /// <summary>A read would not block: data, a pending connection, end of stream, or an error to collect.</summary>
    Read = 1,

    /// <summary>A write would not block: room in the buffer, a connect that finished, or an error to collect.</summary>
    Write = 2,
}
