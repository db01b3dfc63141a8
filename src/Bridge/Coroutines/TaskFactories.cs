namespace Bridge;

/// <summary>Makes the tasks of a loop; set it as <see cref="EventLoop.TaskFactory"/> to name, count or replace them.</summary>
/// <remarks>Source: asyncio's task factories.</remarks>
public interface ITaskFactory
{
    /// <summary>Makes a task. Loop thread.</summary>
    /// <param name="loop">The loop it is for.</param>
    /// <param name="coroutine">What it runs.</param>
    /// <param name="options">What the creating call asked for.</param>
    /// <returns>The task; usually made by <see cref="TaskFactories.Default"/>.</returns>
    LoopTask Create(EventLoop loop, Coroutine coroutine, TaskOptions? options);

    /// <summary>Makes a task with a result. Loop thread.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="loop">The loop it is for.</param>
    /// <param name="coroutine">What it runs.</param>
    /// <param name="options">What the creating call asked for.</param>
    /// <returns>The task; usually made by <see cref="TaskFactories.Default"/>.</returns>
    LoopTask<T> Create<T>(EventLoop loop, Coroutine<T> coroutine, TaskOptions? options);
}

/// <summary>The task factories that come with the library.</summary>
public static class TaskFactories
{
    /// <summary>Starts tasks in the next turn unless <see cref="TaskOptions.EagerStart"/> says otherwise.</summary>
    public static ITaskFactory Default { get; } = new Factory(eager: false);

    /// <summary>Starts tasks at once, inside the creating call, unless <see cref="TaskOptions.EagerStart"/> says otherwise.</summary>
    /// <remarks>A task that never suspends is done when the call returns. Source: <c>asyncio.eager_task_factory</c>.</remarks>
    public static ITaskFactory Eager { get; } = new Factory(eager: true);

    private sealed class Factory(bool eager) : ITaskFactory
    {
        public LoopTask Create(EventLoop loop, Coroutine coroutine, TaskOptions? options)
        {
            ArgumentNullException.ThrowIfNull(loop);
            loop.CheckCanCreateTask(coroutine);
            var task = new LoopTask(loop, coroutine, options);
            task.Start(options, options?.EagerStart ?? eager);
            return task;
        }

        public LoopTask<T> Create<T>(EventLoop loop, Coroutine<T> coroutine, TaskOptions? options)
        {
            ArgumentNullException.ThrowIfNull(loop);
            loop.CheckCanCreateTask(coroutine);
            var task = new LoopTask<T>(loop, coroutine, options);
            task.Start(options, options?.EagerStart ?? eager);
            return task;
        }
    }
}
