namespace Bridge;

/// <content>Tasks.</content>
public abstract partial class EventLoop
{
    /// <summary>The task whose step is running. Loop thread; null for everybody else that looks.</summary>
    internal LoopTask? CurrentTask;

    /// <summary>Written once, by whoever makes the first task on the loop's side; read by any thread.</summary>
    private TaskRegistry? _tasks;
    private ITaskFactory? _taskFactory;

    /// <summary>One that was not needed, for the next task that awaits what does not show whose it is. Loop thread.</summary>
    private ForeignWait? _spareWait;

    /// <summary>Makes this loop's tasks; null (default) is <see cref="TaskFactories.Default"/>. Loop thread.</summary>
    /// <remarks>Source: <c>loop.set_task_factory</c>.</remarks>
    public ITaskFactory? TaskFactory
    {
        get => _taskFactory;
        set
        {
            AssertLoopThread();
            _taskFactory = value;
        }
    }

    internal TaskRegistry Tasks => _tasks ?? MakeTaskRegistry();

    /// <summary>A foreign wait for the task: the spare one, or a new one.</summary>
    internal ForeignWait TakeForeignWait(LoopTask task)
    {
        if (_spareWait is not { } wait)
        {
            return new ForeignWait(task);
        }

        _spareWait = null;
        wait.Task = task;
        return wait;
    }

    /// <summary>Nobody will call it back.</summary>
    internal void GiveBack(ForeignWait wait)
    {
        wait.Task = null!;
        _spareWait = wait;
    }

    /// <summary>Any thread; makes no registry, for only the loop thread may.</summary>
    internal IReadOnlyCollection<LoopTask> SnapshotTasks() => Volatile.Read(ref _tasks)?.Snapshot() ?? [];

    /// <summary>Runs a coroutine concurrently: its first step comes in the next turn.</summary>
    /// <param name="coroutine">A coroutine that was not awaited or given to a task before.</param>
    /// <param name="options">Name, context, eager start. Null: the defaults.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="coroutine"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The coroutine was used before, or the loop runs on another thread (use RunCoroutineThreadSafe).</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed; the coroutine is given up.</exception>
    /// <remarks>Source: <c>loop.create_task</c>.</remarks>
    public LoopTask CreateTask(Coroutine coroutine, TaskOptions? options = null)
    {
        CheckCanCreateTask(coroutine);
        if (_taskFactory is not null)
        {
            return CreateByFactory(coroutine, options);
        }

        var task = new LoopTask(this, coroutine, options);
        task.Start(options, options?.EagerStart ?? false);
        return task;
    }

    /// <summary>Runs a coroutine concurrently: its first step comes in the next turn.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="coroutine">A coroutine that was not awaited or given to a task before.</param>
    /// <param name="options">Name, context, eager start. Null: the defaults.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="coroutine"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The coroutine was used before, or the loop runs on another thread (use RunCoroutineThreadSafe).</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed; the coroutine is given up.</exception>
    /// <remarks>Source: <c>loop.create_task</c>.</remarks>
    public LoopTask<T> CreateTask<T>(Coroutine<T> coroutine, TaskOptions? options = null)
    {
        CheckCanCreateTask(coroutine);
        if (_taskFactory is not null)
        {
            return CreateByFactory(coroutine, options);
        }

        var task = new LoopTask<T>(this, coroutine, options);
        task.Start(options, options?.EagerStart ?? false);
        return task;
    }

    /// <summary>Runs the loop until a coroutine is done.</summary>
    /// <param name="coroutine">Run in a new task.</param>
    /// <exception cref="ArgumentNullException"><paramref name="coroutine"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or this loop was stopped before the coroutine was done.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>Throws what the coroutine threw. Source: <c>loop.run_until_complete</c>.</remarks>
    public void RunUntilComplete(Coroutine coroutine)
    {
        ArgumentNullException.ThrowIfNull(coroutine);
        RunTaskUntilDone(coroutine).ThrowUnlessSucceeded();
    }

    /// <summary>Runs the loop until a coroutine is done, and gives its result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="coroutine">Run in a new task.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="coroutine"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or this loop was stopped before the coroutine was done.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>Throws what the coroutine threw. Source: <c>loop.run_until_complete</c>.</remarks>
    public T RunUntilComplete<T>(Coroutine<T> coroutine)
    {
        ArgumentNullException.ThrowIfNull(coroutine);
        return ((LoopTask<T>)RunTaskUntilDone(coroutine)).TakeResult();
    }

    /// <summary>Runs the loop until a task is done, and gives its result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="task">A task of this loop.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="task"/> is null.</exception>
    /// <exception cref="ArgumentException">It belongs to another loop.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or this loop was stopped before the task was done.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>Throws what the task threw. Source: <c>loop.run_until_complete</c>.</remarks>
    public T RunUntilComplete<T>(LoopTask<T> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        RunUntilDone(task);
        return task.TakeResult();
    }

    private LoopTask RunTaskUntilDone(Coroutine coroutine)
    {
        CheckCanRunOrClose(coroutine);
        LoopTask task = coroutine.MakeTask(this, null);
        task.IsReportedWhenDestroyed = false;
        try
        {
            RunUntilDone(task);
        }
        catch
        {
            // Whoever called gets what ended the run; if that was the task's own fatal exception, it has now been seen.
            task.SuppressUnobserved();
            throw;
        }

        return task;
    }

    /// <summary>A coroutine that can never be started is given up, so that it is not reported as forgotten on top of the error.</summary>
    private void CheckCanRunOrClose(Coroutine coroutine)
    {
        try
        {
            CheckCanRun();
        }
        catch (InvalidOperationException) when (coroutine.IsCreated)
        {
            coroutine.Close();
            throw;
        }
    }

    /// <summary>A factory that fails must not make the coroutine look forgotten on top of that.</summary>
    // The lambdas live in methods of their own: where a method has one, each call allocates its closure, also on the path without it.
    private LoopTask CreateByFactory(Coroutine coroutine, TaskOptions? options)
        => CreateOrClose(coroutine, () => _taskFactory!.Create(this, coroutine, options));

    private LoopTask<T> CreateByFactory<T>(Coroutine<T> coroutine, TaskOptions? options)
        => CreateOrClose(coroutine, () => _taskFactory!.Create(this, coroutine, options));

    private TTask CreateOrClose<TTask>(Coroutine coroutine, Func<TTask?> create)
        where TTask : LoopTask
    {
        try
        {
            return create() ?? throw new InvalidOperationException(
                $"Task factory '{_taskFactory!.GetType()}' of event loop '{Name}' returned null for {coroutine}. It must return a task; TaskFactories.Default makes one.");
        }
        catch
        {
            if (coroutine.IsCreated)
            {
                coroutine.Close();
            }

            throw;
        }
    }

    internal void CheckCanCreateTask(Coroutine coroutine)
    {
        ArgumentNullException.ThrowIfNull(coroutine);
        if (!IsInStackWindow)
        {
            CheckCanCreateTaskSlow(coroutine);
        }
    }

    private void CheckCanCreateTaskSlow(Coroutine coroutine)
    {
        try
        {
            AssertCanSchedule();
        }
        catch (InvalidOperationException) when (coroutine.IsCreated)
        {
            coroutine.Close();
            throw;
        }
    }

    private TaskRegistry MakeTaskRegistry()
    {
        var registry = new TaskRegistry();
        Volatile.Write(ref _tasks, registry);
        OnClose(() =>
        {
            foreach (LoopTask task in registry.Snapshot())
            {
                task.ReportDestroyed();
            }
        });
        return registry;
    }
}
