namespace Bridge;

/// <content>The task of a report.</content>
public sealed partial class LoopErrorContext
{
    /// <summary>The task that failed, if one did.</summary>
    public LoopTask? Task { get; init; }

    partial void AddTaskParts(SortedDictionary<string, object?> parts) => AddPart(parts, "task", Task);
}
