namespace Bridge;

/// <summary>
/// Marks awaiters whose only field is a <see cref="LoopWork"/> that knows how to wake a task: it registers the task in WakeWhenDone and lets go
/// of it in CancelWait. The coroutine builder reads it without boxing.
/// </summary>
internal interface IWorkAwaiter
{
}
