namespace Bridge;

/// <summary>Winds a loop up before it is closed: everything that must run to end well, runs.</summary>
internal static class LoopShutdown
{
    internal static void Run(EventLoop loop, TimeSpan executorTimeout)
    {
        if (loop.IsClosed)
        {
            return;
        }

        IReadOnlyCollection<LoopTask> tasks = LoopTask.All(loop);
        if (tasks.Count > 0)
        {
            loop.RunUntilComplete(CancelAll(tasks));
            Report(loop, tasks);
        }

        loop.RunUntilComplete(loop.ShutdownAsyncEnumeratorsAsync());
        if (loop.ShutdownDefaultExecutorHook is { } shutdown)
        {
            loop.RunUntilComplete(shutdown(executorTimeout));
        }
    }

    /// <summary>All at once, then one wait; what they make while they end is left to end by itself.</summary>
    private static async Coroutine CancelAll(IReadOnlyCollection<LoopTask> tasks)
    {
        foreach (LoopTask task in tasks)
        {
            task.Cancel();
        }

        await LoopTask.Wait(tasks);
    }

    private static void Report(EventLoop loop, IReadOnlyCollection<LoopTask> tasks)
    {
        foreach (LoopTask task in tasks)
        {
            if (!task.IsCancelled && Settled.FailureOf(task) is { } failure)
            {
                loop.CallExceptionHandler(new LoopErrorContext("unhandled exception during EventLoop.Run() shutdown", failure) { Task = task });
            }
        }
    }
}
