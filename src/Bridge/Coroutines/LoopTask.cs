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
public partial class LoopTask : LoopFuture
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
        var stack = new List<string>();
        if (!IsDone && !ReferenceEquals(Loop.CurrentTask, this))
        {
            for (Coroutine? frame = _leaf; frame is not null; frame = frame.Parent)
            {
                stack.Add(frame.MethodName);
            }
        }

        return stack;
    }

    /// <summary>Name, state, coroutine and what it waits for, for people.</summary>
    public override string ToString()
    {
        string cancelling = _cancelRequests > 0 && !IsDone ? " cancelling" : "";
        string coroutine = Coroutine is { } running ? $" coro={running.MethodName}" : "";
        string waiting = WaitingFor is { } future ? $" wait_for=<{future.KindName} {future.State}>" : "";
        return $"<Task{cancelling} {DescribeState()} name='{Name}'{coroutine}{waiting}>";
    }

    /// <summary>Registers the task and has its first step queued, or run.</summary>
    internal void Start(TaskOptions? options, bool eager)
    {
        _leaf.PrepareToStart(options?.Context ?? AmbientContext.Capture());
        Loop.Tasks.Add(this);
        if (eager && Loop.IsOnLoopThread && RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            StepInsideCaller();
        }
        else
        {
            Loop.Enqueue(this, null, RunContext);
        }
    }

    /// <summary>The loop closes and this task will never go on.</summary>
    internal void ReportDestroyed()
    {
        if (IsReportedWhenDestroyed && !IsDone)
        {
            Loop.CallExceptionHandler(new LoopErrorContext("Task was destroyed but it is pending!") { Task = this, SourceStack = CreationStack });
        }
    }

    /// <summary>One step: goes on at the innermost coroutine and climbs as long as coroutines end.</summary>
    internal override void Run()
    {
        if (IsDone)
        {
            return;
        }

        EventLoop loop = Loop;
        LoopWork? waitedFor = _waitingFor;
        _waitingFor = null;
        if (_undelivered != UndeliveredCancel.None && !TryDeliverCancel(waitedFor))
        {
            return;
        }

        _started = true;
        LoopTask? outer = loop.CurrentTask;
        loop.CurrentTask = this;
        try
        {
            Climb();
        }
        finally
        {
            loop.CurrentTask = outer;
            Debug.Assert(loop.ThrowIntoStep is null, "A cancellation must be thrown in the step it was meant for.");
        }
    }

    /// <summary>Called by an awaiting coroutine of this task, in its step: where it stopped, and what for.</summary>
    internal void SuspendOn(Coroutine coroutine, LoopWork awaited)
    {
        coroutine.Suspend();
        _leaf = coroutine;
        _waitingFor = awaited;
    }

    /// <summary>The same for an awaitable that is not of this library; returns what its awaiter calls to bring the task back.</summary>
    internal ForeignWait SuspendOnForeign(Coroutine coroutine)
    {
        ForeignWait wait = Details.ForeignWait ??= new ForeignWait(this);
        wait.Arm();
        SuspendOn(coroutine, wait);
        return wait;
    }

    /// <summary>The next coroutine begins on the task's own stack, as soon as this step's has unwound.</summary>
    internal void StartInStep(Coroutine coroutine)
    {
        _leaf = coroutine;
        _waitingFor = StartWait.Instance;
    }

    /// <summary>
    /// A coroutine that ran inline in this task's step turns out to be awaited by other code, an <c>async Task</c> method: it gets
    /// a task of its own, with the wait it has begun, and this one goes on running.
    /// </summary>
    internal LoopTask MoveOut(Coroutine coroutine)
    {
        LoopWork wait = _waitingFor!;
        _waitingFor = null;
        var task = new LoopTask(Loop, coroutine, _leaf, wait);
        switch (wait)
        {
            case ForeignWait foreign:
                _details!.ForeignWait = null;
                foreign.Task = task;
                task.Details.ForeignWait = foreign;
                break;
            case TimerNode timer:
                timer.Callback = task;
                break;
        }

        Loop.Tasks.Add(task);
        task.Park();
        return task;
    }

    private LoopTask(EventLoop loop, Coroutine outermost, Coroutine leaf, LoopWork wait)
        : base(loop)
    {
        outermost.Parent = null;
        _leaf = leaf;
        _waitingFor = wait;
        _started = true;
    }

    private void Climb()
    {
        Coroutine coroutine = _leaf;
        while (true)
        {
            coroutine.Resume();
            if (!coroutine.IsDone)
            {
                if (!ReferenceEquals(_waitingFor, StartWait.Instance))
                {
                    Park();
                    return;
                }

                _waitingFor = null;
                coroutine = _leaf;
            }
            else if (coroutine.Parent is { } parent)
            {
                coroutine = parent;
            }
            else
            {
                _leaf = coroutine;
                Finish(coroutine.Fault);
                return;
            }

            AmbientContext.Switch(coroutine.Context);
        }
    }

    /// <summary>The step has unwound and the task waits: registers with what it waits for, which a pending cancel request ends at once.</summary>
    private void Park()
    {
        LoopWork awaited = _waitingFor!;
        awaited.WakeWhenDone(this);
        if (_undelivered == UndeliveredCancel.Asked && TryEndWait(_details?.CancelMessage))
        {
            _undelivered = _waitingFor is null ? UndeliveredCancel.SleepCut : UndeliveredCancel.None;
        }
    }

    private void Finish(ExceptionDispatchInfo? fault)
    {
        Loop.Tasks.Remove(this);
        if (fault is null)
        {
            FinishWithoutFault();
            return;
        }

        if (fault.SourceException is OperationCanceledException cancelled)
        {
            Complete(FutureState.Cancelled, cancelled);
            return;
        }

        CompleteFaulted(fault);
        if (IsObservedByAwaiter)
        {
            SuppressUnobserved();
        }

        if (fault.SourceException is IFatalLoopException)
        {
            fault.Throw();
        }
    }

    private void FinishWithoutFault()
    {
        if (_undelivered != UndeliveredCancel.None)
        {
            // Asked to cancel in its last step: the value is lost, as in asyncio.
            _undelivered = UndeliveredCancel.None;
            Complete(FutureState.Cancelled, _details?.CancelMessage);
        }
        else
        {
            Complete(FutureState.Finished, null);
        }
    }

    /// <summary>An eager first step, inside whatever is running.</summary>
    private void StepInsideCaller()
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            AmbientContext.RunIn(RunContext, static task => ((LoopTask)task!).Run(), this);
            return;
        }

        ExecutionContext? callers = AmbientContext.Capture();
        AmbientContext.Switch(RunContext);
        try
        {
            Run();
        }
        finally
        {
            AmbientContext.Switch(callers);
        }
    }
}
