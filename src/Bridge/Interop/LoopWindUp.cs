namespace Bridge;

/// <summary>Ends what must end before a loop is closed: its tasks, its async enumerators, its default executor. Loop thread.</summary>
internal sealed class LoopWindUp
{
    private readonly EventLoop _loop;
    private readonly string _reason;

    /// <summary>The task that asked for all this; it is not cancelled.</summary>
    private readonly LoopTask? _spared;

    /// <summary>The task that winds up. Written by the loop thread, once; read by any, which sees it or one task too many.</summary>
    private volatile LoopTask? _task;

    internal LoopWindUp(EventLoop loop, string reason, LoopTask? spared = null)
    {
        _loop = loop;
        _reason = reason;
        _spared = spared;
    }

    /// <summary>The tasks that have not ended. Any thread.</summary>
    internal IReadOnlyList<LoopTask> Pending
        => [.. LoopTask.All(_loop).Where(task => !ReferenceEquals(task, _spared) && !ReferenceEquals(task, _task))];

    internal void CancelTasks()
    {
        foreach (LoopTask task in Pending)
        {
            task.Cancel(_reason);
        }
    }

    /// <summary>Makes the task that will wind up, and spares it.</summary>
    internal LoopTask CreateTask(Coroutine windUp) => _task = _loop.CreateTask(windUp);

    /// <summary>Cancels all tasks and waits until none is left: what a task starts while it cleans up is cancelled as well.</summary>
    internal async Coroutine EndTasks()
    {
        while (Pending is { Count: > 0 } pending)
        {
            CancelTasks();
            foreach (LoopTask task in pending)
            {
                await Ended(task);
            }
        }

        await _loop.ShutdownAsyncEnumeratorsAsync();
    }

    /// <summary>Done when the task is, however that ends; its failure stays for those who look, or for the report that nobody did.</summary>
    private LoopFuture<bool> Ended(LoopTask task)
    {
        LoopFuture<bool> ended = _loop.CreateFuture<bool>();
        task.AddDoneCallback(_ => ended.TrySetResult(true));
        return ended;
    }
}
