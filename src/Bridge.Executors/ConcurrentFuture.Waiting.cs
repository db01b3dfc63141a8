using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Bridge.Executors;

/// <content>Blocking for the outcome, and awaiting it.</content>
public abstract partial class ConcurrentFuture
{
    /// <summary>Gets a task with the same outcome: result, the same exception object, or cancelled with the token attached.</summary>
    /// <value>The same task each time, made on first use. Its continuations never run inside the call that completes the future.</value>
    public Task Task => TaskCore;

    private protected abstract Task TaskCore { get; }

    /// <summary>Makes the future awaitable.</summary>
    /// <returns>The awaiter of <see cref="Task"/>.</returns>
    public TaskAwaiter GetAwaiter() => Task.GetAwaiter();

    /// <summary>Blocks until the future is done, then throws its exception if it has one.</summary>
    /// <param name="timeout">How long to wait: zero up to about 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</param>
    /// <param name="cancellationToken">Ends the wait, not the work.</param>
    /// <exception cref="TimeoutException">Not done in time; the future is unaffected.</exception>
    /// <exception cref="OperationCanceledException">The future is cancelled (the exception carries the token attached to it), or
    /// <paramref name="cancellationToken"/> fired (the exception carries that one).</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="InvalidOperationException">This thread is the only one that could run the work, so the wait could never end.</exception>
    /// <remarks>Any other exception is the work's own: the same object with its original frames. Source: row U3.</remarks>
    public void GetResult(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        WaitUntilDone(timeout, cancellationToken);
        ThrowIfCancelled();
        FailureOf()?.Throw();
    }

    /// <summary>Blocks until the future is done and returns the exception of the work.</summary>
    /// <param name="timeout">As in <see cref="GetResult"/>.</param>
    /// <param name="cancellationToken">Ends the wait, not the work.</param>
    /// <returns>The exception, or null if the work ended with a result.</returns>
    /// <exception cref="TimeoutException">Not done in time.</exception>
    /// <exception cref="OperationCanceledException">The future is cancelled, or <paramref name="cancellationToken"/> fired.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="InvalidOperationException">This thread is the only one that could run the work.</exception>
    public Exception? GetException(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        WaitUntilDone(timeout, cancellationToken);
        ThrowIfCancelled();
        return FailureOf()?.SourceException;
    }

    /// <summary>Called in a thread that is about to block until this future is done.</summary>
    /// <remarks>An override throws if the wait could never end, because only the calling thread can run the work.</remarks>
    protected virtual void OnBlockingWait()
    {
    }

    /// <summary>The failure of a done future; null if it has a result or is cancelled without an exception of its own.</summary>
    private protected ExceptionDispatchInfo? FailureOf() => _outcome as ExceptionDispatchInfo;

    /// <summary>The token attached to a cancelled future, or default.</summary>
    private protected CancellationToken AttachedToken => _outcome switch
    {
        CancellationToken token => token,
        ExceptionDispatchInfo { SourceException: OperationCanceledException exception } => exception.CancellationToken,
        _ => default,
    };

    private protected void WaitUntilDone(TimeSpan? timeout, CancellationToken cancellationToken)
    {
        int milliseconds = WaitTime.ToMilliseconds(timeout);
        if (IsDone)
        {
            return;
        }

        cancellationToken.ThrowIfCancellationRequested();
        OnBlockingWait();
        bool isDone = milliseconds != 0
            && (Worker.Current is { Bottom: not null } worker
                ? worker.LendUntil(this, milliseconds, cancellationToken)
                : DoneEvent().Wait(milliseconds, cancellationToken));
        if (!isDone)
        {
            // It may have become done in the very last moment; the outcome then wins over the timeout.
            if (!IsDone)
            {
                throw new TimeoutException(Messages.NotDoneInTime(this, milliseconds));
            }
        }
    }

    private ManualResetEventSlim DoneEvent()
    {
        var extras = EnsureExtras();
        if (extras.DoneEvent is null)
        {
            Interlocked.CompareExchange(ref extras.DoneEvent, new ManualResetEventSlim(), null);
        }

        // Rule 3: look again after installing, the completer may have looked before.
        if (IsDone)
        {
            extras.DoneEvent.Set();
        }

        return extras.DoneEvent;
    }

    private void ThrowIfCancelled()
    {
        if (IsCancelled)
        {
            FailureOf()?.Throw();
            throw new OperationCanceledException(Messages.Cancelled, AttachedToken);
        }
    }
}
