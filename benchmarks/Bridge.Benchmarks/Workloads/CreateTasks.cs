using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>Tasks made a hundred at a time and awaited one after the other.</summary>
public sealed class CreateTasksOnBridge(EventLoopOptions? options) : CoroutineWorkload(options)
{
    private readonly LoopTask<int>[] _tasks = new LoopTask<int>[CreateTasksOnPool.BatchSize];

    public CreateTasksOnBridge()
        : this(null)
    {
    }

    protected override async Coroutine Body(int operations)
    {
        for (int left = operations; left > 0; left -= _tasks.Length)
        {
            int batch = Math.Min(left, _tasks.Length);
            for (int i = 0; i < batch; i++)
            {
                _tasks[i] = Loop.CreateTask(Work(i));
            }

            for (int i = 0; i < batch; i++)
            {
                await _tasks[i];
            }
        }
    }

#pragma warning disable CS1998 // The cost of the task is measured, not of its body.
    private static async Coroutine<int> Work(int number) => number + 1_000_000;
}

/// <summary>The same with Task.Run on the thread pool.</summary>
public sealed class CreateTasksOnPool() : TaskWorkload(new PoolWorld())
{
    internal const int BatchSize = 100;

    private readonly Task<int>[] _tasks = new Task<int>[BatchSize];

    protected override async Task Body(int operations)
    {
        for (int left = operations; left > 0; left -= _tasks.Length)
        {
            int batch = Math.Min(left, _tasks.Length);
            for (int i = 0; i < batch; i++)
            {
                int number = i;
                _tasks[i] = Task.Run(() => Work(number));
            }

            for (int i = 0; i < batch; i++)
            {
                await _tasks[i];
            }
        }
    }

    private static async Task<int> Work(int number) => number + 1_000_000;
}

/// <summary>The same by posting an <c>async Task</c> method to the single-thread context it is called in.</summary>
public sealed class CreateTasksOnContext(TaskWorld world) : TaskWorkload(world)
{
    private readonly Task<int>[] _tasks = new Task<int>[CreateTasksOnPool.BatchSize];

    protected override async Task Body(int operations)
    {
        TaskScheduler scheduler = TaskScheduler.FromCurrentSynchronizationContext();
        for (int left = operations; left > 0; left -= _tasks.Length)
        {
            int batch = Math.Min(left, _tasks.Length);
            for (int i = 0; i < batch; i++)
            {
                int number = i;
                _tasks[i] = Task.Factory.StartNew(() => Work(number), CancellationToken.None, TaskCreationOptions.None, scheduler).Unwrap();
            }

            for (int i = 0; i < batch; i++)
            {
                await _tasks[i];
            }
        }
    }

    private static async Task<int> Work(int number) => number + 1_000_000;
}

/// <summary>One task at a time: made, awaited, gone.</summary>
public sealed class AwaitNewTaskOnBridge : CoroutineWorkload
{
    protected override async Coroutine Body(int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            await Loop.CreateTask(Work(i));
        }
    }

    private static async Coroutine<int> Work(int number) => number + 1_000_000;
}

/// <summary>The same with Task.Run on the thread pool.</summary>
public sealed class AwaitNewTaskOnPool() : TaskWorkload(new PoolWorld())
{
    protected override async Task Body(int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            int number = i;
            await Task.Run(() => Work(number));
        }
    }

    private static async Task<int> Work(int number) => number + 1_000_000;
}
