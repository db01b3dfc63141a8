using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Bridge;

/// <summary>A future that drives a coroutine: it runs it step by step on the loop and has its outcome.</summary>
/// <remarks>
/// <para>Made by <see cref="EventLoop.CreateTask(Coroutine, TaskOptions?)"/>. The loop keeps it alive until it is done.</para>
/// <para>Threads: the loop's, except where a member says otherwise. Source: asyncio's <c>Task</c>.</para>
/// </remarks>
public partial class LoopTask : LoopFuture, IFutureWaiter
{
    private static long s_lastNumber;

    /// <summary>The innermost suspended coroutine, where the next step goes on; once the task is done, the outermost one.</summary>
    private Coroutine _leaf;

    /// <summary>What it is suspended on; null while it runs, waits for its first step, or is done.</summary>
    private LoopWork? _waitingFor;

    /// <summary>What few tasks need: name, cancel message, token. Made when first used.</summary>
    private TaskDetails? _details;

    private int _cancelRequests;
    private UndeliveredCancel _undelivered;
    private bool _started;

    /// <summary>True only inside Cancel, to see a circle of tasks that wait for each other.</summary>
    private bool _isBeingCancelled;

    internal LoopTask(EventLoop loop, Coroutine coroutine, TaskOptions? options)
        : base(loop)
    {
        coroutine.Claim();
        _leaf = coroutine;
        if (options?.Name is { } name)
        {
            Details.Name = name;
        }
    }

    /// <summary>The task whose step runs on this thread right now; null in plain callbacks and outside loops. Any thread.</summary>
    /// <remarks>Source: <c>asyncio.current_task</c>.</remarks>
    public static LoopTask? Current => RunningLoop.Current?.CurrentTask;

    /// <summary>Its name in reports. Default: <c>Task-N</c>, numbered when first asked for.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public string Name
    {
        get => Details.Name ??= string.Create(CultureInfo.InvariantCulture, $"Task-{Interlocked.Increment(ref s_lastNumber)}");
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Details.Name = value;
        }
    }

    /// <summary>The coroutine it was made of; null once the task is done.</summary>
    public Coroutine? Coroutine
    {
        get
        {
            if (IsDone)
            {
                return null;
            }

            Coroutine outermost = _leaf;
            while (outermost.Parent is { } parent)
            {
                outermost = parent;
            }

            return outermost;
        }
    }

    /// <summary>The future or task it is suspended on, if it is one; for diagnostics.</summary>
    public LoopFuture? WaitingFor => _waitingFor as LoopFuture;

    internal override string KindName => "Task";

    internal override ExecutionContext? RunContext => _leaf.Context;

    /// <summary>Somebody awaits the coroutine itself and gets its failure there: the task need not report it.</summary>
    internal bool IsObservedByAwaiter { get; set; }

    /// <summary>Whether closing the loop while it is pending is worth a report.</summary>
    internal bool IsReportedWhenDestroyed { get; set; } = true;

    /// <summary>Where the registry keeps it.</summary>
    internal int RegistryIndex { get; set; } = -1;

    /// <summary>The outermost coroutine, once the task is done.</summary>
    private protected Coroutine FinishedCoroutine => _leaf;

    private TaskDetails Details => _details ??= new TaskDetails();

    /// <summary>All tasks of a loop that are not done, in no particular order.</summary>
    /// <param name="loop">The loop. Null: the one running in this thread.</param>
    /// <returns>A snapshot.</returns>
    /// <exception cref="InvalidOperationException"><paramref name="loop"/> is null and no loop is running in this thread.</exception>
    /// <remarks>Any thread. Source: <c>asyncio.all_tasks</c>.</remarks>
    public static IReadOnlyCollection<LoopTask> All(EventLoop? loop = null) => (loop ?? RunningLoop.Required).SnapshotTasks();

    /// <summary>Makes the task awaitable, for its completion.</summary>
    /// <returns>The awaiter.</returns>
    public new LoopTaskAwaiter GetAwaiter() => new(this);

    /// <summary>The suspended methods, innermost first; empty when the task is done or running.</summary>
    /// <returns>One line per method.</returns>
    /// <remarks>Source: <c>Task.get_stack</c>. Stronger: asyncio gives the outermost frame of a suspended task only.</remarks>
    public IReadOnlyList<string> GetStack()
    {
        Loop.AssertLoopThread();
        return IsDone || ReferenceEquals(Loop.CurrentTask, this) ? [] : [.. CoroutineStack().Select(coroutine => coroutine.MethodName)];
    }

    /// <summary>Name, state, coroutine and what it waits for, for people.</summary>
    public override string ToString()
    {
        string cancelling = _cancelRequests > 0 && !IsDone ? " cancelling" : "";
        string coroutine = Coroutine is { } running ? $" coro={running.MethodName}" : "";
        string waiting = WaitingFor is { } future ? $" wait_for=<{future.KindName} {future.State}>" : "";
        return $"<Task{cancelling} {DescribeState()} name='{Name}'{coroutine}{waiting}>";
    }

    /// <summary>The loop closes and this task will never go on.</summary>
    internal void ReportDestroyed()
    {
        if (IsReportedWhenDestroyed && !IsDone)
        {
            Loop.CallExceptionHandler(new LoopErrorContext("Task was destroyed but it is pending!") { Task = this, SourceStack = CreationStack });
        }
    }
}
