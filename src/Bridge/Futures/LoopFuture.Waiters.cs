using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Bridge;

/// <content>What waits for a future, and how its one transition wakes it.</content>
public abstract partial class LoopFuture
{
    /// <summary>Calls back, with this future, once it is done; through the loop, never from inside the completing call.</summary>
    /// <param name="callback">What it throws goes to the exception handler. May be added several times.</param>
    /// <param name="context">The ambient context to run in. Null: the one captured here.</param>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The future is done and the loop is closed.</exception>
    /// <remarks>Source: <c>Future.add_done_callback</c>.</remarks>
    public void AddDoneCallback(Action<LoopFuture> callback, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _loop.AssertLoopThread();
        AddWaiter(new DoneCallback(this, callback, context ?? _loop.CaptureContext()));
    }

    /// <summary>Removes every registration of a callback.</summary>
    /// <param name="callback">The delegate; compared with Equals.</param>
    /// <returns>How many there were; 0 once the future is done, for they are queued then and will run.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>Future.remove_done_callback</c>.</remarks>
    public int RemoveDoneCallback(Action<LoopFuture> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _loop.AssertLoopThread();
        return RemoveWaiters(waiter => waiter is DoneCallback done && done.Callback.Equals(callback));
    }

    /// <summary>Throws unless the caller runs on this future's loop: only there would it be resumed. One compare.</summary>
    /// <remarks>Checked before the wait begins, where an exception still reaches the awaiting method's catch and finally blocks.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AssertAwaitable()
    {
        if (!_loop.IsInStackWindow)
        {
            AssertAwaitableById();
        }
    }

    /// <summary>Whether an await can go on without waiting; throws where it may not wait.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsDoneForAwait()
    {
        AssertAwaitable();
        if (_state != FutureState.Pending)
        {
            return true;
        }

        AssertNotAwaitedByItself();
        return false;
    }

    /// <summary>A task that waits for itself would wait for ever.</summary>
    private protected virtual void AssertNotAwaitedByItself()
    {
    }

    internal override void WakeWhenDone(LoopWork waiter, EventLoop loop) => AddWaiter(waiter);

    /// <summary>Queues the waiter when this is done; now if it is. Loop thread.</summary>
    internal void AddWaiter(LoopWork waiter)
    {
        if (_state != FutureState.Pending)
        {
            _loop.EnqueueHere(waiter, waiter.RunContext);
        }
        else if (_slot is null)
        {
            _slot = waiter;
        }
        else if (_slot is WaiterList list)
        {
            list.Add(waiter);
        }
        else
        {
            _slot = new WaiterList((LoopWork)_slot, waiter);
        }
    }

    /// <summary>Those of everything that waits for this.</summary>
    internal override void AddDependents(List<DependentTask> found)
    {
        if (_state != FutureState.Pending)
        {
            return;
        }

        if (_slot is WaiterList list)
        {
            for (int i = 0; i < list.Count; i++)
            {
                AddDependentsOf(list[i], found);
            }
        }
        else if (_slot is LoopWork waiter)
        {
            AddDependentsOf(waiter, found);
        }
    }

    /// <summary>Tasks are asked by themselves; asking a waiting one here could go round in a circle.</summary>
    private static void AddDependentsOf(LoopWork waiter, List<DependentTask> found)
    {
        if (waiter is not LoopFuture)
        {
            waiter.AddDependents(found);
        }
    }

    internal bool RemoveWaiter(LoopWork waiter) => RemoveWaiters(other => ReferenceEquals(other, waiter)) != 0;

    /// <summary>The one transition: takes the waiters out, stores the outcome, queues the waiters in order.</summary>
    private protected void Complete(FutureState state, object? outcome)
    {
        Debug.Assert(_state == FutureState.Pending && state != FutureState.Pending, "A future has one transition.");
        object? waiters = _slot;
        _slot = outcome;
        _state = state;
        if (waiters is null)
        {
            return;
        }

        if (waiters is not WaiterList list)
        {
            LoopWork waiter = Unsafe.As<LoopWork>(waiters);
            _loop.EnqueueHere(waiter, waiter.RunContext);
            return;
        }

        for (int i = 0; i < list.Count; i++)
        {
            _loop.EnqueueHere(list[i], list[i].RunContext);
        }
    }

    private void AssertAwaitableById()
    {
        if (_loop.IsSuspended)
        {
            throw new InvalidOperationException(Messages.AwaitedInScope(this, RunningLoop.Current));
        }

        if (!_loop.IsInTurn)
        {
            throw new InvalidOperationException(Messages.AwaitedOutsideItsLoop(this));
        }
    }

    private int RemoveWaiters(Func<LoopWork, bool> matches)
    {
        if (_state != FutureState.Pending || _slot is null)
        {
            return 0;
        }

        if (_slot is WaiterList list)
        {
            return list.RemoveAll(matches);
        }

        if (!matches((LoopWork)_slot))
        {
            return 0;
        }

        _slot = null;
        return 1;
    }
}
