namespace Bridge;

/// <summary>A mutex that is held by a thread of the loop: <see cref="EventLoop.HoldMutex"/>. Dispose it to release the mutex.</summary>
public sealed class MutexHold : IDisposable, IAsyncDisposable
{
    private readonly EventLoop _loop;
    private readonly MutexThread _thread;

    internal MutexHold(EventLoop loop, MutexThread thread)
    {
        _loop = loop;
        _thread = thread;
    }

    /// <summary>Nobody can release it any more: the thread ends, and the next owner is told.</summary>
    ~MutexHold()
    {
        if (_thread.TryAbandon())
        {
            _loop.ReportFromFinalizer(new LoopErrorContext(Messages.MutexForgotten(_loop)));
        }
    }

    /// <summary>Releases the mutex: its thread does that as soon as it wakes. Any thread; a second call does nothing.</summary>
    public void Dispose()
    {
        _thread.Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the mutex, and is done when it is released. Any thread.</summary>
    /// <returns>A task.</returns>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return new ValueTask(_thread.Ended);
    }
}
