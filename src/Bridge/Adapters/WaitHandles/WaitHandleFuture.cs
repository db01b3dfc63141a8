namespace Bridge;

/// <summary>A wait for a .NET wait handle by the pool's wait threads, which serve many handles each.</summary>
/// <remarks>
/// <para>
/// Waiting for an auto-reset event or a semaphore consumes a signal, and that happens on a thread of the pool. So a wait that ends early is
/// first taken back there, off the loop thread, and then asked whether it got a signal after all. If it did, the future gives that signal, and a task that is being
/// cancelled gets its cancellation at its next await: see <see cref="CanThrowOnResume"/>. No signal is eaten.
/// </para>
/// <para>
/// Under the lock: the registration. <see cref="_isSignalled"/> is written by the pool's callback and read after the registration was taken back, which waits for callbacks.
/// </para>
/// </remarks>
internal sealed class WaitHandleFuture : LoopFuture<bool>
{
    private readonly WaitHandle _handle;
    private readonly Lock _lock = new();
    private RegisteredWaitHandle? _registered;
    private volatile bool _isSignalled;

    /// <summary>The wait is being taken back. Loop thread, or the closing one.</summary>
    private bool _isEnding;

    /// <summary>Written by the pool's thread as its last word; read by any.</summary>
    private volatile bool _isTakenBack;

    /// <summary>Why it ends early; null if the time was over. Loop thread.</summary>
    private LoopCanceledException? _cancellation;
    private TimerHandle _timer;
    private CancellationTokenRegistration _tokenRegistration;
    private CloseRegistration _closeRegistration;

    private WaitHandleFuture(EventLoop loop, WaitHandle handle)
        : base(loop) => _handle = handle;

    /// <summary>Ended early, and no signal can come any more. Any thread; never turns back.</summary>
    internal bool IsTakenBack => _isTakenBack;

    internal static WaitHandleFuture Start(EventLoop loop, WaitHandle handle, TimeSpan? timeout, CancellationToken token)
    {
        var future = new WaitHandleFuture(loop, handle);
        if (token.IsCancellationRequested)
        {
            future.TryCancelWith(new LoopCanceledException(null, token));
        }
        else
        {
            future.Begin(timeout, token);
        }

        return future;
    }

    /// <summary>A signal is handed to the task whatever it was asked meanwhile; then its next await throws the cancellation.</summary>
    internal override bool CanThrowOnResume => !(_isSignalled && State == FutureState.Finished);

    /// <summary>The future ends when the wait has been taken back: as cancelled, or with the signal it got.</summary>
    public override bool Cancel(string? message = null)
    {
        Loop.AssertLoopThread();
        if (IsDone)
        {
            return base.Cancel(message);
        }

        _cancellation ??= new LoopCanceledException(message);
        EndEarly();
        return true;
    }

    /// <summary>False: the task has to remember the request, for this future may yet give a signal.</summary>
    internal override bool CancelWait(string? message)
    {
        Cancel(message);
        return false;
    }

    /// <summary>The wait is over: signalled, or taken back.</summary>
    internal override void Run()
    {
        if (IsDone)
        {
            return;
        }

        _timer.Cancel();
        _closeRegistration.Dispose();
        _tokenRegistration.Unregister();
        if (_isSignalled || _cancellation is null)
        {
            TrySetResult(_isSignalled);
        }
        else
        {
            TryCancelWith(_cancellation);
        }
    }

    private void Begin(TimeSpan? timeout, CancellationToken token)
    {
        lock (_lock)
        {
            // The callback may come before this call returns.
            _registered = ThreadPool.UnsafeRegisterWaitForSingleObject(
                _handle, static (self, _) => ((WaitHandleFuture)self!).OnSignal(), this, Timeout.InfiniteTimeSpan, executeOnlyOnce: true);
        }

        _closeRegistration = Loop.OnClose(EndByClose);
        if (timeout is { } limit && limit != Timeout.InfiniteTimeSpan)
        {
            _timer = Loop.CallLater(limit, static self => ((WaitHandleFuture)self!).EndEarly(), this);
        }

        if (token.CanBeCanceled)
        {
            _tokenRegistration = token.UnsafeRegister(static (self, token) => ((WaitHandleFuture)self!).RequestCancel(token), this);
        }
    }

    /// <summary>On a thread of the pool, once: the signal is ours.</summary>
    private void OnSignal()
    {
        _isSignalled = true;
        lock (_lock)
        {
            // A wait that is over is not waited for here; this frees what the registration holds.
            _registered!.Unregister(null);
        }

        if (!Loop.TryPost(this, null, null))
        {
            Loop.CountLateCompletion();
        }
    }

    private void RequestCancel(CancellationToken token)
        => Loop.TryPost(
            new Action(() =>
            {
                if (!IsDone)
                {
                    _cancellation ??= new LoopCanceledException(null, token);
                    EndEarly();
                }
            }),
            null,
            null);

    private void EndByClose()
    {
        _tokenRegistration.Unregister();
        EndEarly();
    }

    /// <summary>The time is over, somebody cancelled, or the loop closes.</summary>
    private void EndEarly()
    {
        if (!_isEnding && !IsDone)
        {
            _isEnding = true;
            bool looksOnceMore = _cancellation is null && !Loop.IsClosed;
            ThreadPool.UnsafeQueueUserWorkItem(static call => call.Future.TakeBack(call.LooksOnceMore), (Future: this, LooksOnceMore: looksOnceMore), preferLocal: false);
        }
    }

    /// <summary>On a thread of the pool: waits, for as long as it takes a wait thread to answer, until no signal can come any more.</summary>
    private void TakeBack(bool looksOnceMore)
    {
        using var removed = new ManualResetEvent(false);
        bool mayStillRun;
        lock (_lock)
        {
            mayStillRun = _registered!.Unregister(removed);
        }

        if (mayStillRun)
        {
            removed.WaitOne();
        }

        // The time may have been over before a wait thread ever looked: what is signalled by now counts.
        _isSignalled = _isSignalled || (looksOnceMore && IsSignalledNow());
        _isTakenBack = true;
        Loop.TryPost(this, null, null);
    }

    private bool IsSignalledNow()
    {
        try
        {
            return _handle.WaitOne(TimeSpan.Zero);
        }
        catch (ObjectDisposedException)
        {
            // Disposed of while it was waited for: no signal can come any more.
            return false;
        }
    }
}
