using System.Runtime.CompilerServices;

namespace Bridge;

/// <content>CallSoon and CallSoonThreadSafe.</content>
public abstract partial class EventLoop
{
    /// <summary>Completions that came after the loop was closed and were dropped. Any thread writes (interlocked) and reads it.</summary>
    private long _lateCompletions;

    /// <summary>Completions from other threads that came after the loop was closed: dropped, counted, never thrown at the completer. Any thread.</summary>
    public long LateCompletions => Interlocked.Read(ref _lateCompletions);

    /// <summary>Runs a callback in the next turn, after those already queued.</summary>
    /// <param name="callback">What it throws goes to the exception handler.</param>
    /// <param name="context">The ambient context to run in. Null: the one captured here (the default one if flow is suppressed).</param>
    /// <returns>A handle to cancel it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread; use <see cref="CallSoonThreadSafe(Action, ExecutionContext?)"/>.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>Order: first in, first out; each exactly once. Allocates nothing. Source: <c>loop.call_soon</c>.</remarks>
    public Handle CallSoon(Action callback, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        AssertCanSchedule();
        return Schedule(callback, null, context ?? CaptureContext());
    }

    /// <summary>Runs a callback with an argument in the next turn, after those already queued; spares a closure.</summary>
    /// <param name="callback">What it throws goes to the exception handler.</param>
    /// <param name="state">Its argument.</param>
    /// <param name="context">The ambient context to run in. Null: the one captured here.</param>
    /// <returns>A handle to cancel it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread; use CallSoonThreadSafe.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="CallSoon(Action, ExecutionContext?)"/>.</remarks>
    public Handle CallSoon(Action<object?> callback, object? state, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        AssertCanSchedule();
        return Schedule(callback, state, context ?? CaptureContext());
    }

    /// <summary>Runs a callback in a coming turn, from any thread; wakes the loop if it sleeps.</summary>
    /// <param name="callback">What it throws goes to the exception handler, not to the caller.</param>
    /// <param name="context">The ambient context to run in. Null: the one captured here.</param>
    /// <returns>A handle; another thread may cancel it until the callback starts.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed; <see cref="TryCallSoonThreadSafe(Action)"/> says so without an exception.</exception>
    /// <remarks>
    /// <para>Order: that of the calls, per thread. Called on the loop thread it is <see cref="CallSoon(Action, ExecutionContext?)"/>. Allocates nothing.</para>
    /// <para>A callback that is posted while the loop closes may be dropped. Source: <c>loop.call_soon_threadsafe</c>.</para>
    /// </remarks>
    public Handle CallSoonThreadSafe(Action callback, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Thread here = Thread.CurrentThread;
        return Post(here, callback, null, context ?? AmbientContext.Capture(here));
    }

    /// <summary>Runs a callback with an argument in a coming turn, from any thread; spares a closure.</summary>
    /// <param name="callback">What it throws goes to the exception handler, not to the caller.</param>
    /// <param name="state">Its argument.</param>
    /// <param name="context">The ambient context to run in. Null: the one captured here.</param>
    /// <returns>A handle; another thread may cancel it until the callback starts.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="CallSoonThreadSafe(Action, ExecutionContext?)"/>.</remarks>
    public Handle CallSoonThreadSafe(Action<object?> callback, object? state, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Thread here = Thread.CurrentThread;
        return Post(here, callback, state, context ?? AmbientContext.Capture(here));
    }

    /// <summary>Like <see cref="CallSoonThreadSafe(Action, ExecutionContext?)"/>, but a closed loop is an answer, not an error. Any thread.</summary>
    /// <param name="callback">What to run.</param>
    /// <returns>False if the loop is closed: the callback will not run.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    public bool TryCallSoonThreadSafe(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return TryPost(callback, null, AmbientContext.Capture());
    }

    /// <summary>Like <see cref="CallSoonThreadSafe(Action{object?}, object?, ExecutionContext?)"/>, but a closed loop is an answer, not an error. Any thread.</summary>
    /// <param name="callback">What to run.</param>
    /// <param name="state">Its argument.</param>
    /// <returns>False if the loop is closed: the callback will not run.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    public bool TryCallSoonThreadSafe(Action<object?> callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return TryPost(callback, state, AmbientContext.Capture());
    }

    /// <summary>Queues work of our own. Loop thread, or nobody's; throws if the loop is closed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Enqueue(LoopWork work, object? state, ExecutionContext? context)
    {
        AssertCanSchedule();
        _ready.Enqueue(work, state, context);
    }

    /// <summary>The same for callers that have checked the thread already: each check reads a thread static.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void EnqueueHere(LoopWork work, ExecutionContext? context)
    {
        ThrowIfClosed();
        _ready.Enqueue(work, null, context);
    }

    /// <summary>Posts from any thread; keeps its place among CallSoon calls when it is the loop thread. False: the loop is closed.</summary>
    internal bool TryPost(object callback, object? state, ExecutionContext? context)
    {
        if (IsOnLoopThread)
        {
            Schedule(callback, state, context);
            return true;
        }

        if (!_inbox.TryPost(Traced(callback, ref state), state, context, out _, out bool wake))
        {
            return false;
        }

        if (wake)
        {
            WakeSelector();
        }

        return true;
    }

    /// <summary>A completion came after the loop was closed.</summary>
    internal void CountLateCompletion() => Interlocked.Increment(ref _lateCompletions);

    internal bool CancelHandle(long id)
    {
        if (id < 0)
        {
            return _inbox.Cancel(~id, IsOnLoopThread);
        }

        AssertLoopThread();
        return _ready.Cancel(id);
    }

    internal bool IsHandlePending(long id)
    {
        if (id < 0)
        {
            return _inbox.IsPending(~id, IsOnLoopThread);
        }

        AssertLoopThread();
        return _ready.IsPending(id);
    }

    private Handle Schedule(object callback, object? state, ExecutionContext? context)
    {
        callback = Traced(callback, ref state);
        return new Handle(this, _ready.Enqueue(callback, state, context));
    }

    private Handle Post(Thread here, object callback, object? state, ExecutionContext? context)
    {
        if (IsRunBy(here))
        {
            return Schedule(callback, state, context);
        }

        callback = Traced(callback, ref state);
        if (!_inbox.TryPost(callback, state, context, out long sequence, out bool wake))
        {
            throw new ObjectDisposedException(Name, Messages.LoopClosed(this));
        }

        if (wake)
        {
            WakeSelector();
        }

        return new Handle(this, ~sequence);
    }

    /// <summary>In debug mode every callback remembers where it was scheduled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private object Traced(object callback, ref object? state) => _debug && callback is not LoopWork ? Trace(callback, ref state) : callback;

    private TracedCallback Trace(object callback, ref object? state)
    {
        var traced = new TracedCallback(this, callback, state);
        state = null;
        return traced;
    }
}
