namespace Bridge;

/// <summary>What few tasks need; beside the task, so that the others stay small. Loop thread.</summary>
internal sealed class TaskDetails
{
    internal string? Name { get; set; }

    /// <summary>Given with the cancel request that is still to be delivered.</summary>
    internal string? CancelMessage { get; set; }

    /// <summary>Backs the task's token; replaced when all cancel requests were taken back.</summary>
    internal CancellationTokenSource? TokenSource { get; set; }

    internal ForeignWait? ForeignWait { get; set; }
}
