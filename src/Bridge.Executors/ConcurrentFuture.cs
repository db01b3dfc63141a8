using System.Diagnostics;

namespace Bridge.Executors;

/// <summary>The thread-safe outcome of work that runs elsewhere: can be waited for, awaited, cancelled and given callbacks from any thread.</summary>
/// <remarks>
/// <para>Threads: every member may be called from any thread, at any time, also after the executor was shut down.</para>
/// <para>Order: when a future is done, blocked threads and its <see cref="Task"/> are released first, then callbacks run in the order they
/// were added, in the thread that completed or cancelled it. Continuations of <c>await</c> never run inside that thread's call.</para>
/// <para>Source: concurrent.futures' <c>Future</c> (rows U1-U10). Beyond it: a future whose work is running can be asked to stop
/// (<see cref="CancellationToken"/>), and "cancelled" is told apart from "stopped" (<see cref="Stopped"/>).</para>
/// </remarks>
// The protocol. A future has no lock object; three things guard its fields:
//
//  1. The gate, a one-bit spin lock in _gate, held for a few instructions and never over foreign code. _status, _outcome, the result
//     and _callbacks are written only inside it. Every change of state is one of these, and a done state is never left:
//         Pending -> Running                            SetRunningOrNotifyCancel, TryClaim
//         Pending -> Cancelled -> CancelledAndNotified  Cancel, then SetRunningOrNotifyCancel or TryClaim
//         Pending | Running -> CancelledAndNotified     TrySetCanceled, or work that obeyed its token
//         Pending | Running -> Finished                 SetResult, SetException
//  2. The order "outcome, then state". Readers take the state with a volatile read; once it says done, _outcome and the result were
//     written before and never change again, so they are read without the gate.
//  3. "Install, fence, look" for what is rarely needed and lives in _extras: the Task, the event that blocked threads wait for, the
//     token source, the waiters of Wait and AsCompleted, the bells of lending threads. The installer puts the object in place (a full fence) and then looks at the
//     state; the completer changes the state, passes a full fence and then looks for the object. At least one of them sees the other,
//     and releasing twice does no harm.
[DebuggerDisplay("{ToString(),nq}")]
public abstract partial class ConcurrentFuture
{
    private const int StateMask = 7;

    /// <summary>Flag: somebody called SetRunningOrNotifyCancel, or a worker claimed the job. A second claim is an error.</summary>
    private const int Claimed = 8;

    /// <summary>Flag: a worker is inside the work. It may outlive the done state; <see cref="Stopped"/> waits for both.</summary>
    private const int Executing = 16;

    /// <summary>Flag: <see cref="Cancel"/> was called before the future was finished.</summary>
    private const int CancelRequested = 32;

    /// <summary>1 while a thread is inside the gate. Taken by compare-exchange (acquire), given back by a volatile write (release).</summary>
    private int _gate;

    /// <summary>The state in the low bits and the flags above. Written inside the gate by any thread, read anywhere with a volatile read.</summary>
    private int _status;

    /// <summary>Null, an ExceptionDispatchInfo (failed, or cancelled by the work's own exception) or a boxed CancellationToken (cancelled).
    /// Written once, inside the gate, before the done state.</summary>
    private object? _outcome;

    /// <summary>The last callback of a ring, its Next the first; null if there is none. Inside the gate; the completer takes it away.</summary>
    private DoneCallback? _callbacks;

    /// <summary>Rarely used parts. Set once by compare-exchange, by whoever needs one first.</summary>
    private FutureExtras? _extras;

    /// <summary>The crew of the single thread that alone can run it; null: there is no such. Written by the submitter, before it is queued.</summary>
    internal WorkerCrew? RunsOn { get; set; }

    private protected ConcurrentFuture()
    {
    }

    /// <summary>Gets the state at this moment; another thread may change it right after, except from a done state.</summary>
    public ConcurrentFutureState State => StateOf(Volatile.Read(ref _status));

    /// <summary>Gets whether the future has a result or an exception or is cancelled.</summary>
    public bool IsDone => IsDoneStatus(Volatile.Read(ref _status));

    /// <summary>Gets whether the work has begun and has no outcome yet.</summary>
    public bool IsRunning => State == ConcurrentFutureState.Running;

    /// <summary>Gets whether the future is cancelled.</summary>
    public bool IsCancelled => IsCancelledStatus(Volatile.Read(ref _status));

    /// <summary>Gets whether <see cref="Cancel"/> was called before the future was finished, or it was cancelled otherwise.</summary>
    /// <remarks>Work that takes no token can poll this to stop by itself.</remarks>
    public bool IsCancellationRequested
    {
        get
        {
            int status = Volatile.Read(ref _status);
            return (status & CancelRequested) != 0 || IsCancelledStatus(status);
        }
    }

    /// <summary>Gets a token that fires when the future is cancelled, or when a cancel is asked for while the work runs.</summary>
    /// <value>The same token each time; made on first use.</value>
    /// <remarks>
    /// Its callbacks run on the .NET thread pool, never inside <see cref="Cancel"/>, so a callback that blocks does not hold up the caller.
    /// Work that throws an <see cref="OperationCanceledException"/> carrying this token after it fired ends cancelled.
    /// </remarks>
    public CancellationToken CancellationToken
    {
        get
        {
            var extras = EnsureExtras();
            if (extras.Cancellation is null)
            {
                Interlocked.CompareExchange(ref extras.Cancellation, new CancellationTokenSource(), null);
            }

            if (IsCancellationRequested)
            {
                FireToken(extras.Cancellation);
            }

            return extras.Cancellation.Token;
        }
    }

    /// <summary>Gets a task that is done when the work has really ended, whatever the outcome. It never fails.</summary>
    /// <remarks>
    /// For a future that was cancelled before it ran this is the moment of the cancellation. A future cancelled while a worker
    /// is inside the work (<see cref="TrySetCanceled(CancellationToken)"/>) is done at once, but stopped only when the function has returned.
    /// For a future made by hand it is the same moment as done; a derived class that knows better overrides it.
    /// </remarks>
    public virtual Task Stopped
    {
        get
        {
            if (IsStopped && _extras?.Stopped is null)
            {
                return System.Threading.Tasks.Task.CompletedTask;
            }

            var extras = EnsureExtras();
            if (extras.Stopped is null)
            {
                var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Interlocked.CompareExchange(ref extras.Stopped, fresh, null);
            }

            if (IsStopped)
            {
                extras.Stopped.TrySetResult();
            }

            return extras.Stopped.Task;
        }
    }

    private bool IsStopped
    {
        get
        {
            int status = Volatile.Read(ref _status);
            return IsDoneStatus(status) && (status & Executing) == 0;
        }
    }

    /// <summary>Describes the future: its type, its state, and the kind of outcome.</summary>
    /// <returns>A line for people, for example <c>ConcurrentFuture&lt;Int32&gt; (Finished, IOException)</c>.</returns>
    public override string ToString()
    {
        var state = State;
        string outcome = state == ConcurrentFutureState.Finished ? $", {FailureOf()?.SourceException.GetType().Name ?? "result"}" : "";
        return $"ConcurrentFuture<{ResultTypeName}> ({state}{outcome})";
    }

    private protected abstract string ResultTypeName { get; }

    private protected static bool IsDoneStatus(int status) => StateOf(status) >= ConcurrentFutureState.Cancelled;

    private protected static ConcurrentFutureState StateOf(int status) => (ConcurrentFutureState)(status & StateMask);

    private static bool IsCancelledStatus(int status)
        => StateOf(status) is ConcurrentFutureState.Cancelled or ConcurrentFutureState.CancelledAndNotified;

    /// <summary>Whether Wait and AsCompleted count it as done: a cancelled future only once its executor knows.</summary>
    private static bool IsNotifiedStatus(int status) => StateOf(status) >= ConcurrentFutureState.CancelledAndNotified;

    private protected FutureExtras? ExtrasIfAny => Volatile.Read(ref _extras);

    private protected FutureExtras EnsureExtras()
    {
        if (_extras is null)
        {
            Interlocked.CompareExchange(ref _extras, new FutureExtras(), null);
        }

        return _extras;
    }

    private protected string? ExtraName
    {
        get => _extras?.Name;
        set => EnsureExtras().Name = value;
    }

    private void EnterGate()
    {
        if (Interlocked.CompareExchange(ref _gate, 1, 0) != 0)
        {
            var spinner = default(SteadySpin);
            do
            {
                spinner.SpinOnce();
            }
            while (Volatile.Read(ref _gate) != 0 || Interlocked.CompareExchange(ref _gate, 1, 0) != 0);
            spinner.End();
        }
    }

    private void ExitGate() => Volatile.Write(ref _gate, 0);

    private void SetState(ConcurrentFutureState state, int addedFlags = 0)
    {
        Debug.Assert(_gate == 1, "The state changes only inside the gate.");
        Volatile.Write(ref _status, (_status & ~StateMask) | (int)state | addedFlags);
    }
}
