using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Bridge;

/// <summary>An outcome that a loop will have: a result, an exception or a cancellation. Await it in code that runs on its loop.</summary>
/// <remarks>
/// <para>Threads: the loop's (any single one while the loop does not run); other threads get an error at once. To wait elsewhere use <c>AsTask</c>.</para>
/// <para>Nothing that waits is ever run from inside a call that completes the future: it is queued, in order, for the next turn.</para>
/// <para>Source: asyncio's <c>Future</c>.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public abstract partial class LoopFuture : LoopWork, ILoopAwaitable
{
    private readonly EventLoop _loop;

    /// <summary>
    /// Pending: nothing, one waiter (<see cref="LoopWork"/>) or a <see cref="WaiterList"/>. Finished: nothing or a
    /// <see cref="FutureFault"/>. Cancelled: nothing, the cancel message, or the exception that ended a task.
    /// </summary>
    private object? _slot;

    private FutureState _state;

    private protected LoopFuture(EventLoop loop)
    {
        _loop = loop;
        if (loop.Debug)
        {
            CreationStacks.Record(this);
        }
    }

    /// <summary>The loop it belongs to. Any thread.</summary>
    public EventLoop Loop => _loop;

    /// <summary>Where it is in its life. Any thread; a snapshot unless it is done.</summary>
    public FutureState State => _state;

    /// <summary>Whether it has an outcome. Any thread.</summary>
    public bool IsDone => _state != FutureState.Pending;

    /// <summary>Whether it was cancelled. Any thread.</summary>
    public bool IsCancelled => _state == FutureState.Cancelled;

    /// <summary>Where it was made, if debug mode was on then.</summary>
    public string? CreationStack => CreationStacks.Find(this);

    /// <summary>"Future" or "Task", for reports.</summary>
    internal virtual string KindName => "Future";

    /// <summary>The exception it failed with, without marking it as seen; null if it did not fail.</summary>
    internal Exception? PeekException => _state == FutureState.Finished ? (_slot as FutureFault)?.Exception : null;

    /// <summary>Cancels the future and queues what waits for it.</summary>
    /// <param name="message">Carried by the exception that waiters see.</param>
    /// <returns>False if it is done already.</returns>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Even a call that returns false marks a failure as seen, as in asyncio. Source: <c>Future.cancel</c>.</remarks>
    public virtual bool Cancel(string? message = null)
    {
        _loop.AssertLoopThread();
        if (_state != FutureState.Pending)
        {
            SuppressUnobserved();
            return false;
        }

        Complete(FutureState.Cancelled, message);
        return true;
    }

    /// <summary>The exception it failed with, or null if it succeeded.</summary>
    /// <returns>The very exception that was set.</returns>
    /// <exception cref="InvalidStateException">It is pending.</exception>
    /// <exception cref="LoopCanceledException">It was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Marks the failure as seen. Source: <c>Future.exception</c>.</remarks>
    public Exception? GetException()
    {
        _loop.AssertLoopThread();
        if (_state == FutureState.Finished)
        {
            (_slot as FutureFault)?.MarkSeen();
            return (_slot as FutureFault)?.Exception;
        }

        throw _state == FutureState.Cancelled ? MakeCancelledException() : new InvalidStateException(Messages.FutureIsPending(this));
    }

    /// <summary>Declares that nobody needs to look at a failure: it will not be reported as never retrieved.</summary>
    public void SuppressUnobserved()
    {
        if (_state == FutureState.Finished)
        {
            (_slot as FutureFault)?.MarkSeen();
        }
    }

    /// <summary>Makes the future awaitable, for its completion; a failure or cancellation is thrown.</summary>
    /// <returns>The awaiter.</returns>
    public LoopFutureAwaiter GetAwaiter() => new(this);

    /// <summary>State, outcome and number of waiters, for people.</summary>
    public override string ToString() => $"<{KindName} {DescribeState()}>";

    LoopFuture ILoopAwaitable.ToFuture(EventLoop loop)
        => ReferenceEquals(loop, _loop) ? this : throw new ArgumentException(Messages.FutureOfOtherLoop(this, loop));

    internal override bool CancelWait(string? message) => Cancel(message);

    /// <summary>A plain future is never queued itself; subclasses that are say what they do.</summary>
    internal override void Run() => throw new InvalidOperationException($"{this} cannot be run.");

    internal override string Describe() => ToString();

    /// <summary>Throws unless it has succeeded; marks a failure as seen. Loop thread.</summary>
    internal void ThrowUnlessSucceeded()
    {
        if (_state != FutureState.Finished || _slot is not null)
        {
            ThrowOutcome();
        }
    }

    private protected void CompleteFaulted(Exception exception)
        => Complete(FutureState.Finished, new FutureFault(this, ExceptionDispatchInfo.Capture(exception)));

    private protected void CompleteFaulted(ExceptionDispatchInfo exception)
        => Complete(FutureState.Finished, new FutureFault(this, exception));

    private protected void CheckPending()
    {
        _loop.AssertLoopThread();
        if (_state != FutureState.Pending)
        {
            throw new InvalidStateException(Messages.FutureIsDone(this));
        }
    }

    /// <summary>
    /// Of a task, the first caller gets the very exception that ended it; later ones, and those of plain futures, a new one. A
    /// cancellation that came over a border stays itself for everyone: its token, type and text say what was cancelled, and why.
    /// </summary>
    internal OperationCanceledException MakeCancelledException()
    {
        if (_slot is OperationCanceledException ended)
        {
            if (ended.GetType() == typeof(LoopCanceledException) && !ended.CancellationToken.CanBeCanceled)
            {
                _slot = null;
            }

            return ended;
        }

        return new LoopCanceledException(_slot as string);
    }

    private void ThrowOutcome()
    {
        if (_state == FutureState.Pending)
        {
            throw new InvalidStateException(Messages.FutureIsPending(this));
        }

        if (_state == FutureState.Cancelled)
        {
            ExceptionDispatchInfo.Throw(MakeCancelledException());
        }

        ((FutureFault)_slot!).Throw();
    }

    private protected string DescribeState() => _state switch
    {
        FutureState.Cancelled => "cancelled",
        FutureState.Finished when _slot is FutureFault fault => $"finished exception={fault.Exception.GetType().Name}: {ResultText.Of(fault.Exception.Message)}",
        FutureState.Finished => $"finished result={DescribeResult()}",
        _ => _slot switch
        {
            null => "pending",
            WaiterList list => $"pending waiters={list.Count}",
            _ => "pending waiters=1",
        },
    };

    private protected virtual string DescribeResult() => "none";
}
