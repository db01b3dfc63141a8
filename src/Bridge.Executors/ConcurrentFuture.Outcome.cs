using System.Runtime.ExceptionServices;

namespace Bridge.Executors;

/// <content>How a future gets its outcome: cancelling, claiming, completing.</content>
public abstract partial class ConcurrentFuture
{
    /// <summary>Cancels the future if its work has not begun; asks the work to stop if it has.</summary>
    /// <returns>True if the future is cancelled now, or was before. False if it is running or finished.</returns>
    /// <remarks>
    /// A successful cancel releases waiters and runs the done callbacks in the calling thread. While the work runs the answer is false, but
    /// <see cref="CancellationToken"/> fires; work that obeys it ends the future as cancelled.
    /// Source: concurrent.futures (row U2); the request to running work is ours.
    /// </remarks>
    public bool Cancel()
    {
        EnterGate();
        switch (StateOf(_status))
        {
            case ConcurrentFutureState.Pending:
                ExitGateDone(ConcurrentFutureState.Cancelled, null, CancelRequested);
                return true;
            case ConcurrentFutureState.Running:
                SetState(ConcurrentFutureState.Running, CancelRequested);
                ExitGate();
                Interlocked.MemoryBarrier();   // pairs with the compare-exchange in CancellationToken
                FireToken(_extras?.Cancellation);
                return false;
            case ConcurrentFutureState.Finished:
                ExitGate();
                return false;
            default:
                ExitGate();
                return true;
        }
    }

    /// <summary>For executors and producers: claims the future before its work begins.</summary>
    /// <returns>True: it is running now. False: it was cancelled, the work must not run, and <c>Wait</c> and <c>AsCompleted</c> now count it as done.</returns>
    /// <exception cref="InvalidStateException">It was claimed before, or is finished.</exception>
    /// <remarks>Source: concurrent.futures' <c>set_running_or_notify_cancel</c> (row U5).</remarks>
    public bool SetRunningOrNotifyCancel()
    {
        EnterGate();
        int status = _status;
        if ((status & Claimed) != 0 || StateOf(status) == ConcurrentFutureState.Finished)
        {
            ExitGate();
            throw new InvalidStateException(Messages.UnexpectedState(this));
        }

        return ExitGateClaimed(Claimed);
    }

    /// <summary>Ends the future with an exception.</summary>
    /// <param name="exception">Given to everyone who asks, as this same object with the frames it has now.</param>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is null.</exception>
    /// <exception cref="InvalidStateException">The future is already done (row U6).</exception>
    public void SetException(Exception exception)
    {
        if (!TrySetException(exception))
        {
            throw new InvalidStateException(Messages.AlreadyDone(this, nameof(TrySetException)));
        }
    }

    /// <summary>Ends the future with an exception, unless it is done.</summary>
    /// <param name="exception">Given to everyone who asks. An <see cref="OperationCanceledException"/> is an exception like any other here.</param>
    /// <returns>True if this call decided the outcome.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is null.</exception>
    public bool TrySetException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return TryFinish(ConcurrentFutureState.Finished, ExceptionDispatchInfo.Capture(exception));
    }

    /// <summary>Cancels the future, running or not, unless it is done.</summary>
    /// <param name="cancellationToken">Stays attached: the exception that waiters get, and <see cref="Task"/>, carry it.</param>
    /// <returns>True if this call decided the outcome.</returns>
    /// <remarks>Running work is asked to stop through <see cref="CancellationToken"/> and its outcome is dropped; <see cref="Stopped"/> tells when
    /// it has really ended.</remarks>
    public bool TrySetCanceled(CancellationToken cancellationToken = default)
        => TryFinish(ConcurrentFutureState.CancelledAndNotified, cancellationToken == default ? null : cancellationToken);

    /// <summary>Cancels the future, running or not, unless it is done; whoever asks gets this very exception, with its message, token and frames.</summary>
    /// <param name="cancellation">Why.</param>
    /// <returns>True if this call decided the outcome.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="cancellation"/> is null.</exception>
    /// <remarks>For bridges that carry a cancellation over from elsewhere.</remarks>
    public bool TrySetCanceled(OperationCanceledException cancellation)
    {
        ArgumentNullException.ThrowIfNull(cancellation);
        return TryFinish(ConcurrentFutureState.CancelledAndNotified, ExceptionDispatchInfo.Capture(cancellation));
    }

    /// <summary>Enters the gate if the future has no outcome. True: the gate is held, and ExitGateDone must follow.</summary>
    private protected bool TryEnterUndone()
    {
        EnterGate();
        if (!IsDoneStatus(_status))
        {
            return true;
        }

        ExitGate();
        return false;
    }

    /// <summary>Decides the outcome, leaves the gate, then releases everyone who waits. Foreign code runs only after the gate.</summary>
    private protected void ExitGateDone(ConcurrentFutureState state, object? outcome, int addedFlags = 0)
    {
        _outcome = outcome;
        var callbacks = _callbacks;
        _callbacks = null;
        SetState(state, addedFlags);
        int status = _status;
        ExitGate();

        if ((status & Executing) == 0)
        {
            DropWork();
        }

        Interlocked.MemoryBarrier();   // pairs with the compare-exchanges that install into _extras
        if (_extras is { } extras)
        {
            Interrupts.Defer((future: this, extras, status), static done => done.future.Release(done.extras, done.status));
        }

        RunCallbacks(callbacks);
    }

    private protected bool TryFinish(ConcurrentFutureState state, object? outcome)
    {
        if (!TryEnterUndone())
        {
            return false;
        }

        ExitGateDone(state, outcome);
        return true;
    }

    /// <summary>For workers: claims the job. False: cancelled or already decided, it must not run.</summary>
    private protected bool TryClaim()
    {
        EnterGate();
        int status = _status;
        if ((status & Claimed) != 0 || StateOf(status) == ConcurrentFutureState.Finished)
        {
            ExitGate();
            return false;
        }

        return ExitGateClaimed(Claimed | Executing);
    }

    /// <summary>For workers: the function has returned, and nothing of the work runs any more.</summary>
    private protected void MarkEnded()
    {
        EnterGate();
        Volatile.Write(ref _status, _status & ~Executing);
        ExitGate();
        Interlocked.MemoryBarrier();   // pairs with the compare-exchange in Stopped
        _extras?.Stopped?.TrySetResult();
    }

    /// <summary>Whether this exception is the work obeying its own token, and not a cancellation of something else.</summary>
    private protected bool IsOwnCancellation(OperationCanceledException exception)
        => _extras?.Cancellation is { IsCancellationRequested: true } source && exception.CancellationToken == source.Token;

    /// <summary>The work will not run, or has ended: lets go of the delegate and what it captured.</summary>
    private protected virtual void DropWork()
    {
    }

    /// <summary>Gives the outcome to the task source. May be called twice.</summary>
    private protected abstract void CompleteTask(object taskSource);

    private bool ExitGateClaimed(int flags)
    {
        bool cancelled = IsCancelledStatus(_status);
        SetState(cancelled ? ConcurrentFutureState.CancelledAndNotified : ConcurrentFutureState.Running,
            cancelled ? flags & ~Executing : flags);
        ExitGate();
        if (cancelled)
        {
            Interlocked.MemoryBarrier();   // pairs with the fence in TryAddWaiter
            NotifyWaiters(_extras);
        }

        return !cancelled;
    }

    /// <summary>Tells those who wait. An interrupt of this thread may break it off, for .NET's own objects take locks; then it is done again, which does no harm.</summary>
    private void Release(FutureExtras extras, int status)
    {
        if (extras.TaskSource is { } taskSource)
        {
            CompleteTask(taskSource);
        }

        extras.DoneEvent?.Set();
        extras.RingBells();
        if (IsNotifiedStatus(status))
        {
            NotifyWaiters(extras);
        }

        if ((status & Executing) == 0)
        {
            extras.Stopped?.TrySetResult();
        }

        if (IsCancelledStatus(status))
        {
            FireToken(extras.Cancellation);
        }
    }

    /// <summary>Fires the token without running its callbacks here: CancelAsync sets the flag now and calls them on the pool.</summary>
    private void FireToken(CancellationTokenSource? source)
    {
        if (source is null or { IsCancellationRequested: true })
        {
            return;
        }

        var callbacks = source.CancelAsync();
        if (!callbacks.IsCompletedSuccessfully)
        {
            callbacks.ContinueWith(ReportTokenFaults, this, default,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private static void ReportTokenFaults(Task callbacks, object? future)
    {
        foreach (var exception in callbacks.Exception!.Flatten().InnerExceptions)
        {
            Report(future!, exception, Messages.InTokenCallback);
        }
    }
}
