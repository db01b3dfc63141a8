namespace Bridge;

/// <summary>Marks awaiters of things that know by themselves how to wake a task, other than futures.</summary>
internal interface IWorkAwaiter
{
    /// <summary>What is awaited; only once IsCompleted has said false. It registers the task in WakeWhenDone and lets go of it in CancelWait.</summary>
    LoopWork Awaited { get; }
}
