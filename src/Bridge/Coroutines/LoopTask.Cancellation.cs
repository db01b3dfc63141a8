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

        _cancelRequests++;
        if (_details?.TokenSource is { } source)
        {
            FireToken(source);
        }

        if (_waitingFor is not null && _waitingFor.CancelWait(message))
        {
            return true;
        }

        // A sleep is cut short by the first request, whose message then stands.
        if (message is not null && !(_mustCancel && _waitingFor is TimerNode))
        {
            Details.CancelMessage = message;
        }

        _mustCancel = true;
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
            _mustCancel = false;
            if (_details is { } details)
            {
                details.TokenSource = null;
            }
        }

        return _cancelRequests;
    }

    /// <summary>Whether it is done; for awaiters, which may not be in the task itself.</summary>
    internal bool IsDoneForAwait()
    {
        AssertAwaitable();
        if (ReferenceEquals(Loop.CurrentTask, this))
        {
            throw new InvalidOperationException($"Task '{Name}' cannot await itself.");
        }

        return IsDone;
    }

    /// <summary>Strangers' callbacks must run neither inside Cancel nor on the loop thread.</summary>
    private void FireToken(CancellationTokenSource source) => TokenCancellation.Request(Loop, source);

    /// <summary>A request is pending at the beginning of a step. False: the task is done by it.</summary>
    private bool TryDeliverCancel(LoopWork? waitedFor)
    {
        if (waitedFor is ForeignWait)
        {
            // The awaiter at this await point is not ours and cannot throw it; the next one of ours will.
            return true;
        }

        _mustCancel = false;
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
