namespace Bridge;

/// <summary>Runs .NET tasks as callbacks of the loop: <c>Task.Factory.StartNew(..., loop.TaskScheduler)</c> and ContinueWith land on the loop thread.</summary>
internal sealed class LoopTaskScheduler : TaskScheduler
{
    private readonly EventLoop _loop;

    internal LoopTaskScheduler(EventLoop loop) => _loop = loop;

    public override int MaximumConcurrencyLevel => 1;

    protected override void QueueTask(Task task)
    {
        if (!_loop.TryPost(new TaskWork(this, task), null, null))
        {
            throw new ObjectDisposedException(_loop.Name, Messages.LoopClosed(_loop));
        }
    }

    /// <summary>A task that is waited for on the loop thread may run there at once; elsewhere it must wait for the loop.</summary>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
        => _loop.IsInTurn && TryExecuteTask(task);

    /// <summary>For debuggers only; the loop's queue cannot be read from another thread.</summary>
    protected override IEnumerable<Task>? GetScheduledTasks() => null;

    private sealed class TaskWork(LoopTaskScheduler scheduler, Task task) : LoopWork
    {
        internal override void Run() => scheduler.TryExecuteTask(task);
    }
}
