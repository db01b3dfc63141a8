namespace Bridge;

/// <summary>Calls a runner's main delegate from inside a task, so that it finds its loop running.</summary>
internal static class MainCode
{
    internal static async Coroutine Call(Func<Coroutine> main)
        => await (main() ?? throw new InvalidOperationException(Messages.BodyGaveNothing));

    internal static async Coroutine<T> Call<T>(Func<Coroutine<T>> main)
        => await (main() ?? throw new InvalidOperationException(Messages.BodyGaveNothing));

    internal static async Coroutine Call(Func<Task> main)
    {
        Task task = main() ?? throw new InvalidOperationException(Messages.BodyGaveNothing);
        await LeaveWhenCancelled(task);
        await task;
    }

    internal static async Coroutine<T> Call<T>(Func<Task<T>> main)
    {
        Task<T> task = main() ?? throw new InvalidOperationException(Messages.BodyGaveNothing);
        await LeaveWhenCancelled(task);
        return await task;
    }

    /// <summary>It knows how to stop, so its end is waited for.</summary>
    internal static async Coroutine Call(Func<CancellationToken, Task> main)
        => await (main(LoopTask.Current!.CancellationToken) ?? throw new InvalidOperationException(Messages.BodyGaveNothing));

    /// <summary>Waits until a Task is done, whatever its outcome, in a way that a cancel request ends.</summary>
    private static LoopFuture<NoResult> LeaveWhenCancelled(Task task)
    {
        EventLoop loop = RunningLoop.Required;
        LoopFuture<NoResult> over = loop.CreateFuture<NoResult>();
        if (task.IsCompleted)
        {
            over.SetResult(default);
            return over;
        }

        task.ContinueWith(
            _ =>
            {
                if (!loop.TryCallSoonThreadSafe(() => over.TrySetResult(default)))
                {
                    loop.CountLateCompletion();
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return over;
    }
}
