using Bridge.Executors;

namespace Bridge;

/// <summary>What Begin hands out for an operation of a loop: any thread may ask it, wait for it, and end it.</summary>
/// <remarks>The callback runs on the .NET pool, in the ambient context of Begin: never inside Begin, never on the loop thread, never under a lock of who completes.</remarks>
#pragma warning disable CA1001 // End disposes of the handle, as with every Begin method.
internal sealed class ApmResult<T> : IAsyncResult
{
    private readonly EventLoop _loop;
    private readonly ConcurrentFuture<T> _outcome;
    private readonly AsyncCallback? _callback;
    private readonly ExecutionContext? _context;
    private readonly Lock _lock = new();

    /// <summary>Made when first asked for, closed by End. Under the lock.</summary>
    private ManualResetEvent? _waitHandle;

    /// <summary>Under the lock: of several threads that end it, one does.</summary>
    private bool _isEnded;

    internal ApmResult(EventLoop loop, ConcurrentFuture<T> outcome, AsyncCallback? callback, object? state)
    {
        _loop = loop;
        _outcome = outcome;
        _callback = callback;
        _context = ExecutionContext.Capture();
        AsyncState = state;
        outcome.AddDoneCallback(static (_, self) => ((ApmResult<T>)self!).OnDone(), this);
    }

    /// <summary>Whose operation it is.</summary>
    internal EventLoop Loop => _loop;

    public object? AsyncState { get; }

    public bool CompletedSynchronously => false;

    public bool IsCompleted => _outcome.IsDone;

    public WaitHandle AsyncWaitHandle
    {
        get
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_isEnded, this);
                return _waitHandle ??= new ManualResetEvent(_outcome.IsDone);
            }
        }
    }

    /// <summary>Waits, and gives the result once.</summary>
    internal T End()
    {
        // Asked before anything is changed: it throws where waiting would never end.
        if (!_outcome.IsDone && _loop.IsOnLoopThread)
        {
            throw new InvalidOperationException(Messages.ApmEndOnLoopThread(_loop));
        }

        lock (_lock)
        {
            if (_isEnded)
            {
                throw new InvalidOperationException(Messages.ApmEndedTwice);
            }

            _isEnded = true;
        }

        try
        {
            return _outcome.GetResult();
        }
        finally
        {
            CloseHandle();
        }
    }

    private void CloseHandle()
    {
        using (Interrupts.Hold(_lock))
        {
            _waitHandle?.Dispose();
            _waitHandle = null;
        }
    }

    /// <summary>On whatever thread completed the outcome.</summary>
    private void OnDone()
    {
        using (Interrupts.Hold(_lock))
        {
            _waitHandle?.Set();
        }

        if (_callback is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static self => self.CallBack(), this, preferLocal: false);
        }
    }

    private void CallBack()
    {
        if (_context is null)
        {
            _callback!(this);
        }
        else
        {
            ExecutionContext.Run(_context, static self => ((ApmResult<T>)self!)._callback!((ApmResult<T>)self!), this);
        }
    }
}
#pragma warning restore CA1001
