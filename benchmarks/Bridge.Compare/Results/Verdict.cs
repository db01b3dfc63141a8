namespace Bridge.Compare.Results;

/// <summary>Whether a target is reached.</summary>
internal enum Verdict
{
    /// <summary>Median and best runs reach it.</summary>
    Met,

    /// <summary>One of the two does.</summary>
    About,

    /// <summary>Neither does.</summary>
    Short,
}

/// <summary>A target in words, and what became of it.</summary>
internal sealed record Finding(string Target, Verdict Verdict);
