using System.Text;

namespace Bridge;

/// <summary>Tasks that live no longer than a block: the block ends when all of them have, and if one fails the others are cancelled.</summary>
/// <remarks>
/// <para>
/// Given to the body of <see cref="Run(Func{LoopTaskGroup, Coroutine})"/>. There is no <c>await using</c> form: <c>DisposeAsync</c>
/// does not see the exception the block ends with, and so could neither cancel the children for it, nor put it beside theirs, nor
/// take back the cancellation that the group itself sent into the block.
/// </para>
/// <para>Threads: the loop's. Source: asyncio's <c>TaskGroup</c>, with <c>cancel</c> of 3.15.</para>
/// </remarks>
public sealed partial class LoopTaskGroup : IChildObserver
{
    private readonly LoopTask _parent;
    private readonly EventLoop _loop;

    /// <summary>The parent's cancel requests when the group began; more at its end mean that somebody outside wants it to stop.</summary>
    private readonly int _requestsBefore;

    /// <summary>Children not heard of yet.</summary>
    private readonly HashSet<LoopTask> _tasks = [];

    /// <summary>In the order in which they came.</summary>
    private readonly List<Exception> _errors = [];

    /// <summary>The first error that ends the loop's run; it comes out bare.</summary>
    private Exception? _fatal;

    /// <summary>What the exit waits for, while children are left.</summary>
    private ObserverWait? _allDone;
    private bool _exiting;
    private bool _aborting;

    /// <summary>The group itself has cancelled the parent, and must take that back.</summary>
    private bool _parentCancelRequested;

    private LoopTaskGroup(LoopTask parent)
    {
        _parent = parent;
        _loop = parent.Loop;
        _requestsBefore = parent.DeliveredRequests;
    }

    /// <summary>Starts a child.</summary>
    /// <param name="coroutine">Not used before.</param>
    /// <param name="options">Name, context, eager start.</param>
    /// <returns>The task. Its failure is the group's business; it need not be awaited.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="coroutine"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The group has ended or is shutting down (the coroutine is given up), the coroutine was used before, or the loop runs on another thread.</exception>
    /// <remarks>Children may start further ones, also while the group waits for its last ones. Source: <c>TaskGroup.create_task</c>.</remarks>
    public LoopTask CreateTask(Coroutine coroutine, TaskOptions? options = null)
    {
        CheckOpenOrClose(coroutine);
        LoopTask task = _loop.CreateTask(coroutine, options);
        Adopt(task);
        return task;
    }

    /// <summary>Starts a child with a result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="coroutine">Not used before.</param>
    /// <param name="options">Name, context, eager start.</param>
    /// <returns>The task. Its failure is the group's business; it need not be awaited.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="coroutine"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The group has ended or is shutting down (the coroutine is given up), the coroutine was used before, or the loop runs on another thread.</exception>
    /// <remarks>As <see cref="CreateTask(Coroutine, TaskOptions?)"/>.</remarks>
    public LoopTask<T> CreateTask<T>(Coroutine<T> coroutine, TaskOptions? options = null)
    {
        CheckOpenOrClose(coroutine);
        LoopTask<T> task = _loop.CreateTask(coroutine, options);
        Adopt(task);
        return task;
    }

    /// <summary>Ends the group early: cancels the body and all children; the block then ends without an exception.</summary>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// Calling it again, or after the group has ended, does nothing. Source: <c>TaskGroup.cancel</c> of 3.15. Stronger: a cancellation
    /// from outside that arrives while the group winds up is not lost.
    /// </remarks>
    public void Cancel()
    {
        _loop.AssertLoopThread();
        if (!IsFinished)
        {
            Abort();
            CancelParent();
        }
    }

    /// <summary>Tasks, errors and state, for people.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("<TaskGroup");
        if (_tasks.Count > 0)
        {
            text.Append(" tasks=").Append(_tasks.Count);
        }

        if (_errors.Count > 0)
        {
            text.Append(" errors=").Append(_errors.Count);
        }

        return text.Append(_aborting ? " cancelling>" : IsFinished ? " finished>" : " entered>").ToString();
    }

    void IChildObserver.OnChildDone(LoopFuture child)
    {
        _tasks.Remove((LoopTask)child);
        if (_tasks.Count == 0)
        {
            _allDone?.TrySetResult(default);
        }

        if (child.IsCancelled || Settled.FailureOf(child) is not { } error)
        {
            return;
        }

        _errors.Add(error);
        NoteIfFatal(error);
        if (!_aborting)
        {
            Abort();
            CancelParent();
        }
    }

    IEnumerable<LoopFuture> IChildObserver.Children => _tasks;

    /// <summary>The parent from the start, although it may still be in the body: it cannot get out before the children.</summary>
    void IChildObserver.NameAwaiters(WaitWalk walk) => walk.Add(_parent);

    private bool IsFinished => _exiting && _tasks.Count == 0;

    private void NoteIfFatal(Exception error)
    {
        if (error is IFatalLoopException)
        {
            _fatal ??= error;
        }
    }

    private void CheckOpenOrClose(Coroutine coroutine)
    {
        ArgumentNullException.ThrowIfNull(coroutine);
        string? trouble = IsFinished ? "is finished. Make a group of its own for later work"
            : _aborting ? "is shutting down, because a child failed or it was cancelled. Start nothing in it any more"
            : null;
        if (trouble is not null)
        {
            if (coroutine.IsCreated)
            {
                coroutine.Close();
            }

            throw new InvalidOperationException($"{this} {trouble}.");
        }
    }

    /// <summary>Also a child that ended inside its eager start is heard of in a turn of its own, so that the body gets its task first.</summary>
    private void Adopt(LoopTask task)
    {
        _tasks.Add(task);
        ChildWatch.Start(this, task);
    }

    private void Abort()
    {
        if (_aborting)
        {
            return;
        }

        _aborting = true;
        foreach (LoopTask task in _tasks)
        {
            if (!task.IsDone)
            {
                task.Cancel();
            }
        }
    }

    private void CancelParent()
    {
        if (!_parentCancelRequested)
        {
            _parentCancelRequested = true;
            _parent.Cancel();
        }
    }
}
