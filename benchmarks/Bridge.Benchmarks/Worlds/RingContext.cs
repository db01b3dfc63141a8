namespace Bridge.Benchmarks.Worlds;

/// <summary>A single-thread SynchronizationContext over a ring buffer: the best case for plain <c>async Task</c> code, with nothing else on board.</summary>
/// <remarks>No timers, no I/O, no error reports, no order between own and foreign posts: a limit to measure against, not something to use.</remarks>
public sealed class RingContext : SynchronizationContext, IDisposable
{
    private readonly AutoResetEvent _wake = new(false);

    /// <summary>Guards the inbox. Posts of the context's own thread do not take it.</summary>
    private readonly Lock _gate = new();
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _inbox = new();

    /// <summary>The inbox's size; written under the gate, read without by the context's thread, which asks again under the gate before it sleeps.</summary>
    private volatile int _inboxCount;

    private (SendOrPostCallback Callback, object? State)[] _ring = new (SendOrPostCallback, object?)[64];
    private int _head;
    private int _count;
    private int _threadId;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Environment.CurrentManagedThreadId == _threadId)
        {
            Enqueue(d, state);
            return;
        }

        lock (_gate)
        {
            _inbox.Enqueue((d, state));
            _inboxCount++;
        }

        _wake.Set();
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs the body on the calling thread until it is over.</summary>
    public void Run(Func<Task> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        SynchronizationContext? outer = Current;
        SetSynchronizationContext(this);
        _threadId = Environment.CurrentManagedThreadId;
        try
        {
            Task task = body();
            while (!task.IsCompleted)
            {
                if (_inboxCount != 0)
                {
                    TakeInbox();
                }

                if (_count == 0)
                {
                    // Completed by another thread or by one of our own callbacks, the body resumes through Post, which sets this.
                    _wake.WaitOne();
                    continue;
                }

                (SendOrPostCallback callback, object? state) = _ring[_head];
                _ring[_head] = default;
                _head = (_head + 1) & (_ring.Length - 1);
                _count--;
                callback(state);
            }

            task.GetAwaiter().GetResult();
        }
        finally
        {
            _threadId = 0;
            SetSynchronizationContext(outer);
        }
    }

    public void Dispose() => _wake.Dispose();

    private void TakeInbox()
    {
        lock (_gate)
        {
            while (_inbox.TryDequeue(out (SendOrPostCallback Callback, object? State) post))
            {
                Enqueue(post.Callback, post.State);
            }

            _inboxCount = 0;
        }
    }

    private void Enqueue(SendOrPostCallback callback, object? state)
    {
        if (_count == _ring.Length)
        {
            Grow();
        }

        _ring[(_head + _count) & (_ring.Length - 1)] = (callback, state);
        _count++;
    }

    private void Grow()
    {
        var larger = new (SendOrPostCallback, object?)[_ring.Length * 2];
        for (int i = 0; i < _count; i++)
        {
            larger[i] = _ring[(_head + i) & (_ring.Length - 1)];
        }

        (_ring, _head) = (larger, 0);
    }
}
