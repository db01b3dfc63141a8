namespace Bridge;

/// <summary>Ends what must end before a loop is closed: its tasks, its async enumerators, its default executor. Loop thread.</summary>
internal sealed class LoopWindUp
{
    private readonly EventLoop _loop;
    private readonly string _reason;

    /// <summary>Tasks that are not cancelled: the one that winds up, and the one that asked for it.</summary>
    private readonly HashSet<LoopTask> _spared = [];

    internal LoopWindUp(EventLoop loop, string reason, LoopTask? spared = null)
    {
        _loop = loop;
        _reason = reason;
        if (spared is not null)
        {
            _spared.Add(spared);
        }
    }

    /// <summary>The tasks that have not ended. Any thread, once the wind-up has begun.</summary>
    internal IReadOnlyList<LoopTask> Pending => [.. LoopTask.All(_loop).Where(task => !_spared.Contains(task))];

    internal void CancelTasks()
    {
        foreach (LoopTask task in Pending)
        {
            task.Cancel(_reason);
        }
    }

    /// <summary>Makes the task that will wind up, and spares it.</summary>
    internal LoopTask CreateTask(Coroutine windUp)
    {
        LoopTask task = _loop.CreateTask(windUp);
        _spared.Add(task);
        return task;
    }

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
