using Bridge.Executors;

namespace Bridge;

/// <summary>A coroutine on its way into the loop from another thread, and its outcome on the way back.</summary>
internal sealed class CoroutineFuture<T> : ConcurrentFuture<T>, IOwnWork
{
    private readonly EventLoop _loop;
    private readonly Func<Coroutine> _start;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CloseRegistration _closeRegistration;

    /// <summary>Loop thread only.</summary>
    private LoopTask? _task;

    /// <summary>Fired before the task ended: the cancellation that follows is its doing. Loop thread only.</summary>
    private CancellationToken _stopToken;

    internal CoroutineFuture(EventLoop loop, Func<Coroutine> start)
    {
        _loop = loop;
        _start = start;
        _closeRegistration = loop.OnClose(EndByClose);
    }

    Task? IOwnWork.Shown => TaskIfMade;

    string IOwnWork.Describe() => $"{_task?.ToString() ?? "a coroutine that was not started yet"} (RunCoroutineThreadSafe)";

    public override Task Stopped => _stopped.Task;

    /// <summary>Any thread.</summary>
    internal void Post()
    {
        AddDoneCallback(static (future, _) => ((CoroutineFuture<T>)future).PassCancelOn(), null);
        if (!_loop.TryPost(new Action<object?>(static self => ((CoroutineFuture<T>)self!).Start()), this, AmbientContext.CaptureWithLineage()))
        {
            throw new ObjectDisposedException(_loop.Name, Messages.LoopClosed(_loop));
        }
    }

    /// <summary>Instead of <see cref="Post"/>.</summary>
    internal void CancelUnstarted(CancellationToken token)
    {
        TrySetCanceled(new LoopCanceledException(null, token));
        End();
    }

    /// <summary>Asks the coroutine to cancel and leaves the outcome to it: this future is done when the coroutine has stopped. Any thread.</summary>
    /// <param name="token">Attached to the cancellation, if that is what it ends with.</param>
    internal void RequestStop(CancellationToken token) => _loop.TryPost(new Action(() => Stop(token)), null, null);

    /// <summary>The same when a token fires, until the result is disposed of.</summary>
    internal CancellationTokenRegistration StopWith(CancellationToken token)
        => token.UnsafeRegister(static (call, token) => ((CoroutineFuture<T>)call!).RequestStop(token), this);

    /// <summary>The outcome as a task, which ends when the coroutine has stopped.</summary>
    internal Task<T> TaskStoppedBy(CancellationToken token)
    {
        CancellationTokenRegistration registration = StopWith(token);
        if (registration != default)
        {
            AddDoneCallback(static (_, registration) => ((CancellationTokenRegistration)registration!).Unregister(), registration);
        }

        return Task;
    }

    /// <summary>Waiting on the loop thread for what only this thread can do would never end.</summary>
    protected override void OnBlockingWait()
    {
        if (_loop.IsOnLoopThread)
        {
            throw new BlockingWaitException(
                $"Blocking on the thread of event loop '{_loop.Name}' for a coroutine that runs on this very loop would never end. Await it instead: await loop.WrapFuture(future).");
        }
    }

    private void Start()
    {
        if (IsDone)
        {
            End();
            return;
        }

        try
        {
            _task = _start().MakeTask(_loop, null);
        }
        catch (Exception exception)
        {
            // The caller gets it; thrown on as well, it is reported, for the caller may have gone.
            TrySetException(exception);
            End();
            throw;
        }

        _task.AddWaiter(new Arrival(this));
    }

    /// <summary>The task is done. Loop thread.</summary>
    private void Arrive()
    {
        // A future cancelled before leaves the outcome alone: a failure nobody takes is reported by the task.
        if (!IsDone)
        {
            TakeOutcome().TryCopyTo(this);
        }

        // Last: who waits for the end may rely on the outcome.
        End();
    }

    private Outcome<T> TakeOutcome()
    {
        Outcome<T> outcome = Outcome<T>.Of(_task!);
        return _stopToken.CanBeCanceled && outcome.Cancellation is { CancellationToken.CanBeCanceled: false } cancellation
            ? Outcome<T>.Cancelled(new LoopCanceledException((cancellation as LoopCanceledException)?.CancelMessage, _stopToken))
            : outcome;
    }

    /// <summary>Loop thread; after <see cref="Start"/>, for posts keep their order.</summary>
    private void Stop(CancellationToken token)
    {
        if (_task is not null && _task.Cancel() && !_stopToken.CanBeCanceled)
        {
            _stopToken = token;
        }
    }

    /// <summary>On whatever thread completed this future.</summary>
    private void PassCancelOn()
    {
        if (IsCancelled)
        {
            _loop.TryPost(new Action<object?>(static self => ((CoroutineFuture<T>)self!)._task?.Cancel()), this, null);
        }
    }

    private void EndByClose()
    {
        TrySetCanceled(LoopClosedException.Of(_loop));
        _stopped.TrySetResult();
    }

    private void End()
    {
        _closeRegistration.Dispose();
        _stopped.TrySetResult();
    }

    private sealed class Arrival(CoroutineFuture<T> future) : LoopWork
    {
        internal override void Run() => future.Arrive();
    }
}
