namespace Bridge;

/// <summary>How to make a task. Everything is optional.</summary>
public sealed record TaskOptions
{
    /// <summary>Its name in reports. Default: <c>Task-N</c>.</summary>
    public string? Name { get; init; }

    /// <summary>The ambient context (AsyncLocal values) it starts in. Default: the one of the call that makes it.</summary>
    public ExecutionContext? Context { get; init; }

    /// <summary>
    /// True: the task runs at once, inside the creating call, up to its first suspension, if its loop is running. False: it starts in
    /// the next turn. Null: as the loop's task factory has it, which by default is false.
    /// </summary>
    public bool? EagerStart { get; init; }
}
