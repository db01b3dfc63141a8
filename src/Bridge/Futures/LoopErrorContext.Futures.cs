namespace Bridge;

/// <content>The future of a report.</content>
public sealed partial class LoopErrorContext
{
    /// <summary>The future that failed, if one did.</summary>
    public LoopFuture? Future { get; init; }

    partial void AddFutureParts(SortedDictionary<string, object?> parts) => AddPart(parts, "future", Future);
}
