namespace Bridge;

/// <content>Cancelling, and counting who asked for it.</content>
public partial class LoopTask
{
    /// <summary>Cancel requests made and not taken back. Not reset by catching the exception.</summary>
    /// <remarks>Source: <c>Task.cancelling</c>.</remarks>
    public int CancelRequests => _cancelRequests;

    /// <summary>A token that is cancelled when the task is asked to cancel: hand it to libraries whose tasks this one awaits.</summary>
    /// <remarks>
    /// While the task waits for something that is not of this library, a cancel request cannot end the wait; this token can. The
    /// request itself is then thrown at the task's next await of ours. <c>loop.WrapFuture(ct =&gt; ...)</c> gives the prompt form.
    /// Once all requests are taken back (<see cref="Uncancel"/>), the property gives a fresh token. Loop thread.
    /// </remarks>
    public CancellationToken CancellationToken
    {
        get
        {
            Loop.AssertLoopThread();
            CancellationTokenSource source = Details.TokenSource ??= new CancellationTokenSource();
            if (_cancelRequests > 0 && !source.IsCancellationRequested)
            {
                FireToken(source);
            }

            return source.Token;
        }
    }

    /// <summary>Asks the task to cancel: its coroutine gets a <see cref="LoopCanceledException"/> where it is suspended, in a coming turn.</summary>
    /// <param name="message">Carried by the exception.</param>
    /// <returns>False if the task is done. True does not promise that it will end: the coroutine may catch the exception.</returns>
    /// <exception cref="InvalidOperationException">The loop runs on another thread; use <see cref="CancelThreadSafe"/>.</exception>
    /// <remarks>
    /// <para>What the task waits for is cancelled too, down the chain of awaited tasks. A task that has not started never runs its body.</para>
    /// <para>Source: <c>Task.cancel</c>.</para>
    /// </remarks>
    public override bool Cancel(string? message = null)
    {
        Loop.AssertLoopThread();
        if (IsDone)
        {
            SuppressUnobserved();
            return false;
        }

        // Down the chain of tasks that wait for tasks, without recursion: it may be longer than the stack is deep.
        LoopTask innermost = this;
        innermost.CountRequest();
        while (innermost._waitingFor is LoopTask { IsDone: false } next)
        {
            if (next._isBeingCancelled)
            {
                innermost.LeaveCircle(next);
                break;
            }

            next.CountRequest();
            innermost = next;
        }

        try
        {
            innermost.EndWaitOrRemember(message);
        }
        finally
        {
            for (LoopTask? task = this; task is { _isBeingCancelled: true }; task = task._waitingFor as LoopTask)
            {
                task._isBeingCancelled = false;
            }
        }

        return true;
    }

    /// <summary>Asks the task to cancel, from any thread.</summary>
    /// <param name="message">Carried by the exception.</param>
    /// <returns>False if the loop is closed: nothing of the task runs any more.</returns>
    public bool CancelThreadSafe(string? message = null)
        => Loop.TryCallSoonThreadSafe(_ => Cancel(message), null);

    /// <summary>Takes back one cancel request.</summary>
    /// <returns>How many are left.</returns>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Taking back the last one also withdraws a cancellation that was not delivered yet. For code that handles a request completely, like a timeout. Source: <c>Task.uncancel</c>.</remarks>
    public int Uncancel()
    {
        Loop.AssertLoopThread();
        if (_cancelRequests > 0 && --_cancelRequests == 0)
        {
            Withdraw();
            if (_details is { } details)
            {
                details.TokenSource = null;
            }
        }

        return _cancelRequests;
    }

    /// <summary>
    /// Cancel requests that were delivered before now: what a scope (timeout, group) finds when it begins. One that is still to be
    /// delivered is not counted, so that the scope passes it on when it comes.
    /// </summary>
    internal int DeliveredRequests => _undelivered == UndeliveredCancel.None ? _cancelRequests : _cancelRequests - 1;

    /// <summary>Takes back a scope's own request.</summary>
    /// <param name="before"><see cref="DeliveredRequests"/> when the scope began.</param>
    /// <returns>True: it was the only one since then, and nothing of it is left. False: somebody else wants the task cancelled.</returns>
    internal bool TakeBackRequest(int before)
    {
        if (Uncancel() > before)
        {
            return false;
        }

        // Whatever is not delivered yet was this scope's; Uncancel withdraws it only when no older request is left.
        Withdraw();
        return true;
    }

    /// <summary>Takes back a request that was not delivered yet; unless it has ended the wait already, for that cannot be undone.</summary>
    private void Withdraw()
    {
        if (_undelivered == UndeliveredCancel.Asked)
        {
            _undelivered = UndeliveredCancel.None;
        }
    }

    private protected override void AssertNotAwaitedByItself()
    {
        if (ReferenceEquals(Loop.CurrentTask, this))
        {
            throw new InvalidOperationException($"Task '{Name}' cannot await itself.");
        }
    }

    /// <summary>Strangers' callbacks must run neither inside Cancel nor on the loop thread.</summary>
    private void FireToken(CancellationTokenSource source) => TokenCancellation.Request(Loop, source);

    /// <summary>Notes a request in the count and the token.</summary>
    private void CountRequest()
    {
        _cancelRequests++;
        _isBeingCancelled = true;
        if (_details?.TokenSource is { } source)
        {
            FireToken(source);
        }
    }

    /// <summary>The innermost of the cancelled tasks: what it waits for ends early, or it remembers the request until its next step.</summary>
    private void EndWaitOrRemember(string? message)
    {
        if (_undelivered == UndeliveredCancel.SleepCut)
        {
            // The first request has ended the sleep, and its message stands.
            return;
        }

        if (_waitingFor is not null && TryEndWait(message))
        {
            if (_waitingFor is null)
            {
                RememberMessage(message);
                _undelivered = UndeliveredCancel.SleepCut;
            }

            return;
        }

        RememberMessage(message);
        _undelivered = UndeliveredCancel.Asked;
    }

    /// <summary>True: what it waits for wakes the task, as cancelled. A sleep is no longer waited for then, its timer being gone.</summary>
    private bool TryEndWait(string? message)
    {
        if (!ReferenceEquals(_waitingFor, SleepWait.Instance))
        {
            return _waitingFor!.CancelWait(message);
        }

        if (!Loop.TryRemoveTimer(((ISleeper)_leaf).Timer))
        {
            return false;
        }

        _waitingFor = null;
        Loop.Enqueue(this, null, RunContext);
        return true;
    }

    /// <summary>Tasks that wait for each other in a circle would wait for ever: the last one stops waiting and gets the request itself.</summary>
    private void LeaveCircle(LoopTask awaited)
    {
        awaited.RemoveWaiter(this);
        _waitingFor = null;
        Loop.Enqueue(this, null, RunContext);
    }

    private void RememberMessage(string? message)
    {
        if (message is not null || _details is not null)
        {
            Details.CancelMessage = message;
        }
    }

    /// <summary>A request is pending at the beginning of a step. False: the task is done by it.</summary>
    private bool TryDeliverCancel(LoopWork? waitedFor)
    {
        if (waitedFor is { CanThrowOnResume: false })
        {
            // The awaiter at this await point is not ours and cannot throw it; the next one of ours will.
            return true;
        }

        _undelivered = UndeliveredCancel.None;
        if (waitedFor is LoopFuture { IsCancelled: true })
        {
            // It throws a cancellation already, the one that was asked for first.
            return true;
        }

        var exception = new LoopCanceledException(_details?.CancelMessage);
        if (!_started)
        {
            _leaf.Fail(exception);
            Loop.Tasks.Remove(this);
            Complete(FutureState.Cancelled, exception);
            return false;
        }

        Loop.ThrowIntoStep = exception;
        return true;
    }
}

/// <summary>A cancel request that the task's coroutine has not seen yet.</summary>
internal enum UndeliveredCancel : byte
{
    /// <summary>There is none, or what the task waits for took it.</summary>
    None,

    /// <summary>The next step delivers it, unless it is taken back before.</summary>
    Asked,

    /// <summary>A sleep ended early for it: the next step delivers it in any case.</summary>
    SleepCut,
}
