using System.Collections.Concurrent;

namespace Bridge.Tests.Interop.Guests;

/// <summary>A plain foreign loop: one thread that takes posts from a queue, as a user interface does. Counts what it is given.</summary>
internal sealed class HostPump : SynchronizationContext, IDisposable
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];
    private readonly Thread _thread;
    private long _posts;
    private int _operations;
    private volatile bool _refuses;
    private volatile bool _drops;

    internal HostPump()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "host" };
        _thread.Start();
    }

    internal int ThreadId => _thread.ManagedThreadId;

    internal long Posts => Interlocked.Read(ref _posts);

    internal int Operations => Volatile.Read(ref _operations);

    /// <summary>What posted callbacks threw.</summary>
    internal ConcurrentQueue<Exception> Failures { get; } = [];

    public override void Post(SendOrPostCallback d, object? state)
    {
        ObjectDisposedException.ThrowIf(_refuses, this);
        Interlocked.Increment(ref _posts);
        if (!_drops)
        {
            _queue.Add((d, state));
        }
    }

    public override void OperationStarted() => Interlocked.Increment(ref _operations);

    public override void OperationCompleted() => Interlocked.Decrement(ref _operations);

    /// <summary>Runs host code on the host's thread, between turns of its guests, and waits for it.</summary>
    internal T Get<T>(Func<T> function)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Add((_ =>
        {
            try
            {
                done.SetResult(function());
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        }, null));
        return done.Task.WaitAsync(LoopHost.Limit).GetAwaiter().GetResult();
    }

    internal void Do(Action action) => Get(() =>
    {
        action();
        return 0;
    });

    /// <summary>From now on posts throw, as those of a window that was closed.</summary>
    internal void Refuse() => _refuses = true;

    /// <summary>The thread ends, and posts are dropped without a word.</summary>
    internal void EndInSilence()
    {
        _drops = true;
        Dispose();
    }

    public void Dispose()
    {
        if (!_queue.IsAddingCompleted)
        {
            _queue.CompleteAdding();
            Assert.True(_thread.Join(LoopHost.Limit));
        }
    }

    private void Run()
    {
        SetSynchronizationContext(this);
        foreach ((SendOrPostCallback callback, object? state) in _queue.GetConsumingEnumerable())
        {
            try
            {
                callback(state);
            }
            catch (Exception exception)
            {
                Failures.Enqueue(exception);
            }
        }
    }
}
