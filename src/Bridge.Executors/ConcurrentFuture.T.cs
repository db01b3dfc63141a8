using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Bridge.Executors;

/// <summary>A <see cref="ConcurrentFuture"/> with a result.</summary>
/// <typeparam name="T">The type of the result.</typeparam>
/// <remarks><see cref="Executor.Submit{T}(Func{T}, string?)"/> makes them. One made by hand is the producer's end and the consumer's end in one,
/// as a TaskCompletionSource is: bridges and tests complete it themselves.</remarks>
public class ConcurrentFuture<T> : ConcurrentFuture
{
    /// <summary>Written once, inside the gate, before the state says Finished; read after that.</summary>
    private T _result = default!;

    /// <summary>Creates a pending future that the caller completes.</summary>
    public ConcurrentFuture()
    {
    }

    /// <summary>Gets a task with the same outcome: result, the same exception object, or cancelled with the token attached.</summary>
    /// <value>The same task each time, made on first use. Its continuations never run inside the call that completes the future.</value>
    public new Task<T> Task
    {
        get
        {
            var extras = EnsureExtras();
            if (extras.TaskSource is null)
            {
                var fresh = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
                Interlocked.CompareExchange(ref extras.TaskSource, fresh, null);
            }

            // Rule 3: look again after installing, the completer may have looked before.
            if (IsDone)
            {
                CompleteTask(extras.TaskSource);
            }

            return ((TaskCompletionSource<T>)extras.TaskSource).Task;
        }
    }

    /// <summary>Gets <see cref="Task"/> if somebody asked for it before; null: nobody did, and nothing is made now.</summary>
    protected Task<T>? TaskIfMade => ((TaskCompletionSource<T>?)ExtrasIfAny?.TaskSource)?.Task;

    private protected override Task TaskCore => Task;

    private protected override string ResultTypeName => typeof(T).Name;

    /// <summary>Makes the future awaitable.</summary>
    /// <returns>The awaiter of <see cref="Task"/>.</returns>
    public new TaskAwaiter<T> GetAwaiter() => Task.GetAwaiter();

    /// <summary>Blocks until the future is done and returns its result.</summary>
    /// <param name="timeout">How long to wait: zero up to about 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</param>
    /// <param name="cancellationToken">Ends the wait, not the work.</param>
    /// <returns>The result of the work.</returns>
    /// <exception cref="TimeoutException">Not done in time; the future is unaffected.</exception>
    /// <exception cref="OperationCanceledException">The future is cancelled (the exception carries the token attached to it), or
    /// <paramref name="cancellationToken"/> fired (the exception carries that one).</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="InvalidOperationException">This thread is the only one that could run the work, so the wait could never end.</exception>
    /// <remarks>Any other exception is the work's own: the same object with its original frames. Source: row U3.</remarks>
    public new T GetResult(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        base.GetResult(timeout, cancellationToken);
        return _result;
    }

    /// <summary>Ends the future with a result.</summary>
    /// <param name="result">Given to everyone who asks.</param>
    /// <exception cref="InvalidStateException">The future is already done (row U6).</exception>
    /// <remarks>Allowed without the future ever having been running.</remarks>
    public void SetResult(T result)
    {
        if (!TrySetResult(result))
        {
            throw new InvalidStateException(Messages.AlreadyDone(this, nameof(TrySetResult)));
        }
    }

    /// <summary>Ends the future with a result, unless it is done.</summary>
    /// <param name="result">Given to everyone who asks.</param>
    /// <returns>True if this call decided the outcome.</returns>
    public bool TrySetResult(T result)
    {
        if (!TryEnterUndone())
        {
            return false;
        }

        _result = result;
        ExitGateDone(ConcurrentFutureState.Finished, null);
        return true;
    }

    /// <summary>Reads state, result, exception and attached token as they are at one moment, without blocking and without throwing.</summary>
    /// <returns>One consistent view; a bridge copies it to its own side.</returns>
    /// <remarks>Source: concurrent.futures' <c>_get_snapshot</c> (row U10).</remarks>
    public ConcurrentFutureSnapshot<T> GetSnapshot()
    {
        // A done state is final and its outcome was written before it, so one read of the state decides what may be read after.
        var state = State;
        return state switch
        {
            ConcurrentFutureState.Finished when FailureOf() is { } failure => new(state, default, failure.SourceException, default),
            ConcurrentFutureState.Finished => new(state, _result, null, default),
            ConcurrentFutureState.Pending or ConcurrentFutureState.Running => new(state, default, null, default),
            _ => new(state, default, null, AttachedToken),
        };
    }

    private protected override void CompleteTask(object taskSource)
    {
        var source = (TaskCompletionSource<T>)taskSource;
        if (IsCancelled && FailureOf() is { } cancellation)
        {
            source.TrySetFromTask(ThrowAsync(cancellation));
        }
        else if (IsCancelled)
        {
            source.TrySetCanceled(AttachedToken);
        }
        else if (FailureOf() is { } failure)
        {
            source.TrySetException(failure.SourceException);
        }
        else
        {
            source.TrySetResult(_result);
        }
    }

    // The one way to make a cancelled task that carries a given exception object.
#pragma warning disable CS1998 // Completes synchronously on purpose.
    private static async Task<T> ThrowAsync(ExceptionDispatchInfo cancellation)
    {
        cancellation.Throw();
        return default;
    }
#pragma warning restore CS1998
}
