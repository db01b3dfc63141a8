using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Bridge.Executors;

namespace Bridge;

/// <summary>A blocking call on its way through an executor: the job, its outcome and the loop future are one object.</summary>
/// <remarks>
/// Owners: the future part is the loop thread's. <see cref="_jobState"/> is shared and only ever moved by compare-exchange: the
/// worker claims the job (Queued to Running) or the loop thread withdraws it (Queued to Withdrawn). <see cref="_work"/>,
/// <see cref="_context"/> and <see cref="_outcome"/> belong to whoever made that move: to the worker until its post, when the inbox's
/// gate hands them to the loop thread. Reports read <see cref="_work"/> for the job's name, which is benign: it may just have ended.
/// </remarks>
internal abstract class ExecutorFuture<T> : LoopFuture<T>, IExecutorJob
{
    private const int Queued = 0;
    private const int Running = 1;
    private const int Withdrawn = 2;

    private ExecutionContext? _context;
    private T _outcome = default!;

    /// <summary>The delegate; after the run, the failure if there was one.</summary>
    private object? _work;
    private int _jobState;

    private protected ExecutorFuture(EventLoop loop, Delegate work)
        : base(loop)
    {
        _work = work;
        _context = loop.CaptureContext();
    }

    string? IExecutorJob.Name => _work is Delegate work ? CallbackText.Of(work) : null;

    public override bool Cancel(string? message = null)
    {
        Loop.AssertLoopThread();
        if (!IsDone && IsWaitedFor && Interlocked.CompareExchange(ref _jobState, Withdrawn, Queued) == Running)
        {
            // Done when the call has ended.
            RequestStop(message);
            return true;
        }

        return CancelNow(message);
    }

    private bool CancelNow(string? message)
    {
        if (!base.Cancel(message))
        {
            return false;
        }

        if (Interlocked.CompareExchange(ref _jobState, Withdrawn, Queued) != Running)
        {
            // The executor may keep the job in its queue for long; what the call captured must not live as long.
            _work = null;
            _context = null;
            Loop.EndExecutorCall();
        }
        else if (!IsWaitedFor)
        {
            RequestStop(message);
        }

        return true;
    }

    bool IExecutorJob.TryStart() => Interlocked.CompareExchange(ref _jobState, Running, Queued) == Queued;

    void IExecutorJob.Run()
    {
        Debug.Assert(_jobState == Running, "A job runs after it was claimed.");

        Thread here = Thread.CurrentThread;
        ExceptionDispatchInfo? failure;
        if (AmbientContext.IsDefault(here))
        {
            failure = CallInContext();
            AmbientContext.Switch(here, null);
        }
        else
        {
            failure = CallAndComeHome();
        }

        // Kept until here: reports name the running job by it.
        _work = failure;
        _context = null;
        ComeBack();
    }

    /// <summary>For a thread that is in a context of its own: an executor may run its jobs inside Execute, and the submitter's context, and its
    /// suppression of flow, must outlive the call.</summary>
    private ExceptionDispatchInfo? CallAndComeHome()
    {
        bool wasSuppressed = ExecutionContext.IsFlowSuppressed();
        if (wasSuppressed)
        {
            ExecutionContext.RestoreFlow();
        }

        ExecutionContext? home = AmbientContext.Capture();
        ExceptionDispatchInfo? failure = CallInContext();
        AmbientContext.Switch(home);
        if (wasSuppressed)
        {
            ExecutionContext.SuppressFlow();
        }

        return failure;
    }

    /// <summary>Calls and keeps the result. Returns the failure, which belongs to whoever awaits the future.</summary>
    private ExceptionDispatchInfo? CallInContext()
    {
        try
        {
            AmbientContext.Switch(_context);
            _outcome = Call((Delegate)_work!);
            return null;
        }
        catch (Exception exception)
        {
            return ExceptionDispatchInfo.Capture(exception);
        }
    }

    void IExecutorJob.Abandon(Exception? reason)
    {
        if (Interlocked.CompareExchange(ref _jobState, Running, Queued) != Queued)
        {
            return;
        }

        _work = reason is null ? new LoopCanceledException("The executor was shut down before the call started.") : ExceptionDispatchInfo.Capture(reason);
        ComeBack();
    }

    /// <summary>The call is over: on the loop thread.</summary>
    internal override void Run()
    {
        Loop.EndExecutorCall();
        if (IsDone)
        {
            return;
        }

        if (IsStopRequested(out string? message))
        {
            EndCancelled(message);
            return;
        }

        switch (_work)
        {
            case null:
                SetResult(_outcome);
                break;
            case ExceptionDispatchInfo fault:
                TryFailWith(fault);
                break;
            case OperationCanceledException abandoned:
                TryCancelWith(abandoned);
                break;
        }
    }

    /// <summary>The call has ended after its future was asked to cancel: nobody gets its outcome, but a failure is not to vanish.</summary>
    private void EndCancelled(string? message)
    {
        if (_work is ExceptionDispatchInfo { SourceException: { } failure and not (OperationCanceledException or ThreadInterruptedException) })
        {
            Loop.CallExceptionHandler(new LoopErrorContext("A blocking call failed after it was cancelled", failure) { Future = this });
        }

        CancelNow(message);
    }

    /// <summary>Whether a cancelled future is done only when its call has ended.</summary>
    private protected virtual bool IsWaitedFor => false;

    /// <summary>Runs the delegate, on the worker.</summary>
    private protected abstract T Call(Delegate work);

    /// <summary>The future was cancelled while the call runs. Loop thread.</summary>
    private protected virtual void RequestStop(string? message)
    {
    }

    /// <summary>Whether it was, and with what message. Loop thread.</summary>
    private protected virtual bool IsStopRequested(out string? message)
    {
        message = null;
        return false;
    }

    private void ComeBack()
    {
        // An interrupt that was meant for the function does not strike here: a post never breaks off.
        if (!Loop.TryPost(this, null, null))
        {
            Loop.CountLateCompletion();
        }
    }
}

/// <summary>A call with a result.</summary>
internal sealed class FunctionFuture<T>(EventLoop loop, Func<T> work) : ExecutorFuture<T>(loop, work)
{
    private protected override T Call(Delegate work) => ((Func<T>)work)();
}

/// <summary>A call without a result.</summary>
internal sealed class ActionFuture(EventLoop loop, Action work) : ExecutorFuture<bool>(loop, work)
{
    private protected override bool Call(Delegate work)
    {
        ((Action)work)();
        return true;
    }
}
