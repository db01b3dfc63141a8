using System.Diagnostics;
using Bridge.Executors;

namespace Bridge;

/// <summary>A callback that any thread may call and that is handled on a loop. Made by <c>loop.Bind</c>.</summary>
/// <typeparam name="T">Type of the argument.</typeparam>
/// <remarks>Threads: every member may be called from any thread.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public abstract class LoopCallback<T> : IDisposable
{
    /// <summary>Calls handled in one callback of the loop at most, so that a flood leaves turns to others.</summary>
    private const int Batch = 64;

    private readonly Drain _drain;

    /// <summary>Guards the fields below, for a few instructions. Holds whenever it is free: while calls wait and the loop can start one, a drain is queued there.</summary>
    private readonly Lock _lock = new();
    private readonly BoundedQueue<(T Argument, ExecutionContext? Context)> _calls;
    private bool _isDrainQueued;
    private bool _isClosed;

    private protected LoopCallback(EventLoop loop, int bound, WhenFull full)
    {
        Loop = loop;
        _calls = new BoundedQueue<(T, ExecutionContext?)>(bound, full);
        _drain = new Drain(this);
    }

    /// <summary>Where it is handled.</summary>
    public EventLoop Loop { get; }

    /// <summary>Calls that were not and will not be handled: there was no room, or the callback was disposed of, or the loop closed.</summary>
    public long Dropped
    {
        get
        {
            lock (_lock)
            {
                CloseIfLoopIs();
                return _calls.Dropped;
            }
        }
    }

    /// <summary>Calls that wait to be handled.</summary>
    public int Pending
    {
        get
        {
            lock (_lock)
            {
                CloseIfLoopIs();
                return _calls.Count;
            }
        }
    }

    /// <summary>What the loop's report calls the handler.</summary>
    private protected abstract string HandlerName { get; }

    /// <summary>Whether another call can begin now. Loop thread.</summary>
    private protected virtual bool CanStart => true;

    /// <summary>The callback as a delegate.</summary>
    /// <param name="callback">The callback.</param>
    public static implicit operator Action<T>(LoopCallback<T> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return callback.Invoke;
    }

    /// <summary>Has the handler run on the loop with this argument, and returns at once.</summary>
    /// <param name="argument">Handed over as it is.</param>
    /// <exception cref="QueueFullException">No more calls may wait, and the callback was bound with <see cref="WhenFull.Fail"/>.</exception>
    public void Invoke(T argument)
    {
        ExecutionContext? context = AmbientContext.Capture();
        bool queues;
        using (Interrupts.Hold(_lock))
        {
            CloseIfLoopIs();
            if (_isClosed)
            {
                _calls.Dropped++;
                if (Loop.IsClosed)
                {
                    Loop.CountLateCompletion();
                }

                return;
            }

            if (!_calls.TryAdd((argument, context)))
            {
                throw new QueueFullException(Messages.CallbackFull(HandlerName, Loop, _calls.Bound));
            }

            queues = !_isDrainQueued;
            _isDrainQueued = true;
        }

        if (queues)
        {
            // Closed in this moment: whoever asks next finds that out.
            Loop.TryPost(_drain, null, null);
        }
    }

    /// <summary>Ends the callback: calls that wait are dropped, and so are later ones. On the loop thread this means that the handler is not begun any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Close();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Handler, loop and counts, for people.</summary>
    public override string ToString() => $"<LoopCallback {HandlerName} on '{Loop.Name}' pending={Pending} dropped={Dropped}>";

    /// <summary>Handles one call, in its context. Loop thread.</summary>
    private protected abstract void Handle(T argument);

    /// <summary>Another call can begin that could not before. Loop thread.</summary>
    private protected void QueueDrain()
    {
        lock (_lock)
        {
            if (_isDrainQueued || _calls.Count == 0)
            {
                return;
            }

            _isDrainQueued = true;
        }

        Loop.Enqueue(_drain, null, null);
    }

    private protected void Report(Exception exception)
        => Loop.CallExceptionHandler(new LoopErrorContext($"Exception in bound callback {HandlerName}", exception) { Handle = HandlerName });

    /// <summary>Under the lock. Calls that were left in a loop when it closed will not be handled.</summary>
    private void CloseIfLoopIs()
    {
        if (Loop.IsClosed)
        {
            Close();
        }
    }

    private void Close()
    {
        _isClosed = true;
        _calls.DropAll();
    }

    private void RunBatch()
    {
        int left;
        lock (_lock)
        {
            // What comes while these are handled waits for a later turn.
            left = Math.Min(_calls.Count, Batch);
        }

        try
        {
            while (left-- > 0 && CanStart && TryTake(out (T Argument, ExecutionContext? Context) call))
            {
                Loop.SwitchContext(call.Context);
                try
                {
                    Handle(call.Argument);
                }
                catch (Exception exception) when (exception is not IFatalLoopException)
                {
                    Report(exception);
                }
            }
        }
        finally
        {
            // Also when a fatal exception ends the run: the loop may run again.
            EndBatch();
        }
    }

    private void EndBatch()
    {
        lock (_lock)
        {
            _isDrainQueued = _calls.Count > 0 && CanStart;
            if (!_isDrainQueued)
            {
                return;
            }
        }

        Loop.Enqueue(_drain, null, null);
    }

    private bool TryTake(out (T Argument, ExecutionContext? Context) call)
    {
        lock (_lock)
        {
            return _calls.TryTake(out call);
        }
    }

    private sealed class Drain(LoopCallback<T> owner) : LoopWork
    {
        internal override void Run() => owner.RunBatch();

        internal override string Describe() => owner.HandlerName;
    }
}
