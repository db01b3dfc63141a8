namespace Bridge;

/// <content>What happens when somebody blocks the loop thread.</content>
public abstract partial class EventLoop
{
    private readonly BlockedWait _blockedWait;

    /// <summary>Any thread sets it, the loop thread reads it when it is blocked; a late sight is benign.</summary>
    private volatile BlockingWaitPolicy _blockingWaits;

    /// <summary>As above.</summary>
    private volatile Action<LoopBlock>? _blockingHandler;

    /// <summary>
    /// The wait of an async method for one of our futures that began last. Whoever calls such a method and blocks for it, blocks for this one. Forgotten when the
    /// loop sleeps, so that it keeps nothing alive. Loop thread.
    /// </summary>
    internal LoopWork? LatestForeignAwait;

    /// <summary>What managed waits on the loop thread lead to. Any thread may change it; a wait that is under way goes on as it began.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration's.</exception>
    /// <remarks>Seen are waits while the loop's <see cref="SynchronizationContext"/> is the current one, as it is in all code on the loop. A sleep,
    /// synchronous I/O and a computation are not waits: a watchdog sees those.</remarks>
    public BlockingWaitPolicy BlockingWaits
    {
        get => _blockingWaits;
        set
        {
            if (value is < BlockingWaitPolicy.Report or > BlockingWaitPolicy.Allow)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, Messages.UnknownWaitPolicy);
            }

            _blockingWaits = value;
            if (value == BlockingWaitPolicy.Throw && IsOnLoopThread)
            {
                _blockedWait.Learn();
            }
        }
    }

    /// <summary>Takes reports of what holds the loop up. Null (default): they are written as warnings to the logger, or to the standard error stream.</summary>
    /// <remarks>
    /// Called on the loop thread, before the wait goes on, for a <see cref="LoopBlockKind.Wait"/>; on the watchdog's thread for the other kinds. What it
    /// throws is written as a warning.
    /// </remarks>
    public Action<LoopBlock>? BlockingHandler
    {
        get => _blockingHandler;
        set => _blockingHandler = value;
    }

    internal BlockedWait BlockedWait => _blockedWait;

    /// <summary>Tells the handler, or the log. Any thread.</summary>
    internal void ReportBlock(LoopBlock block)
    {
        if (_blockingHandler is not { } handler)
        {
            WriteWarning(block.ToString());
            return;
        }

        try
        {
            handler(block);
        }
        catch (Exception exception) when (exception is not IFatalLoopException || !IsOnLoopThread)
        {
            // On the watchdog's thread there is no run to end. A report must not end what it reports of.
            WriteWarning($"The blocking handler of event loop '{Name}' failed: {exception}");
            WriteWarning(block.ToString());
        }
    }

    /// <summary>The work of this loop that is known to show as .NET tasks. Loop thread.</summary>
    internal List<DependentTask> FindDependents()
    {
        var found = new List<DependentTask>();
        foreach (Action action in _closeRegistry.Snapshot())
        {
            if (action.Target is IOwnWork { Shown: { } task } work)
            {
                found.Add(new DependentTask(task, work.Describe()));
            }
        }

        foreach ((object? callback, object? state) in _ready.Snapshot().Concat(_inbox.Snapshot()))
        {
            AddDependent(found, callback, state);
        }

        LatestForeignAwait?.AddDependents(found);
        AddDependentsOfTasks(found);
        return found;
    }

    /// <summary>What the running step belongs to, as text. Loop thread; others get what they see.</summary>
    internal string? CurrentTaskText()
    {
        string? text = null;
        DescribeCurrentTask(ref text);
        return text;
    }

    /// <summary>An <c>async Task</c> method, or a thing that wakes one, that waits in a queue of this loop.</summary>
    internal static void AddDependent(List<DependentTask> found, object? callback, object? state)
    {
        // A continuation of an await, or the method itself where .NET has a shorter way (Task.Yield).
        if ((state is Action action ? action.Target : state) is Task task && TaskInsides.IsAsyncMethod(task))
        {
            found.Add(new DependentTask(task, Messages.AsyncMethodOnLoop));
        }
        else if (callback is LoopWork work)
        {
            work.AddDependents(found);
        }
    }

    // Implemented where tasks are defined.
    partial void AddDependentsOfTasks(List<DependentTask> found);

    partial void DescribeCurrentTask(ref string? text);
}
