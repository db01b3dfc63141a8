using Bridge.Executors;

namespace Bridge;

/// <summary>A coroutine on its way into the loop from another thread, and its outcome on the way back.</summary>
internal sealed class CoroutineFuture<T> : ConcurrentFuture<T>
{
    private readonly EventLoop _loop;
    private readonly Func<Coroutine> _start;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CloseRegistration _closeRegistration;

    /// <summary>Loop thread only.</summary>
    private LoopTask? _task;

    internal CoroutineFuture(EventLoop loop, Func<Coroutine> start)
    {
        _loop = loop;
        _start = start;
        _closeRegistration = loop.OnClose(EndByClose);
    }

    public override Task Stopped => _stopped.Task;

    /// <summary>Any thread.</summary>
    internal void Post()
    {
        AddDoneCallback(static (future, _) => ((CoroutineFuture<T>)future).PassCancelOn(), null);
        if (!_loop.TryPost(new Action<object?>(static self => ((CoroutineFuture<T>)self!).Start()), this, AmbientContext.Capture()))
        {
            throw new ObjectDisposedException(_loop.Name, Messages.LoopClosed(_loop));
        }
    }

    /// <summary>Waiting on the loop thread for what only this thread can do would never end.</summary>
    protected override void OnBlockingWait()
    {
        if (_loop.IsOnLoopThread)
        {
            throw new InvalidOperationException(
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
            End();
            TrySetException(exception);
            throw;
        }

        _task.AddWaiter(new Arrival(this));
    }

    /// <summary>The task is done. Loop thread.</summary>
    private void Arrive()
    {
        End();
        if (!IsDone)
        {
            Outcome<T>.Of(_task!).TryCopyTo(this);
        }
    }

    /// <summary>On whatever thread completed this future.</summary>
    private void PassCancelOn()
    {
        if (IsCancelled)
        {
            _loop.TryCallSoonThreadSafe(static self => ((CoroutineFuture<T>)self!)._task?.Cancel(), this);
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
