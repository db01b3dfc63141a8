using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Bridge.Executors;

namespace Bridge;

/// <summary>A blocking call on its way through an executor: the job, its outcome and the loop future are one object.</summary>
/// <remarks>
/// Owners: the future part is the loop thread's. <see cref="_jobState"/> is shared and only ever moved by compare-exchange: the
/// worker claims the job (Queued to Running) or the loop thread withdraws it (Queued to Withdrawn). <see cref="_work"/> and
/// <see cref="_outcome"/> belong to the worker between its claim and its post; the inbox's gate hands them to the loop thread.
/// </remarks>
internal abstract class ExecutorFuture<T> : LoopFuture<T>, IExecutorJob
{
    private const int Queued = 0;
    private const int Running = 1;
    private const int Withdrawn = 2;

    private readonly ExecutionContext? _context;
    private T _outcome = default!;

    /// <summary>The delegate; after the run, the failure if there was one.</summary>
    private object? _work;
    private int _jobState;

    private protected ExecutorFuture(EventLoop loop, Delegate work)
        : base(loop)
    {
        _work = work;
        _context = AmbientContext.Capture();
    }

    string? IExecutorJob.Name => _work is Delegate work ? CallbackText.Of(work) : null;

    public override bool Cancel(string? message = null)
    {
        if (!base.Cancel(message))
        {
            return false;
        }

        if (Interlocked.CompareExchange(ref _jobState, Withdrawn, Queued) == Queued)
        {
            _work = null;
        }
        else
        {
            RequestStop();
        }

        return true;
    }

    bool IExecutorJob.TryStart() => Interlocked.CompareExchange(ref _jobState, Running, Queued) == Queued;

    void IExecutorJob.Run()
    {
        Debug.Assert(_jobState == Running, "A job runs after it was claimed.");
        var work = (Delegate)_work!;
        _work = null;
        try
        {
            if (_context is null)
            {
                _outcome = Call(work);
            }
            else
            {
                ExecutionContext.Run(_context, static state => ((ExecutorFuture<T>)state!).CallInContext(), CallInContextWith(work));
            }
        }
        catch (Exception exception)
        {
            // Belongs to whoever awaits the future.
            _work = ExceptionDispatchInfo.Capture(exception);
        }

        AmbientContext.Switch(null);
        ComeBack();
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
        if (IsDone)
        {
            return;
        }

        switch (_work)
        {
            case null:
                SetResult(_outcome);
                break;
            case ExceptionDispatchInfo { SourceException: OperationCanceledException cancelled } when IsOwnToken(cancelled.CancellationToken):
                TryCancelWith(cancelled);
                break;
            case ExceptionDispatchInfo fault:
                TrySetException(fault);
                break;
            case OperationCanceledException abandoned:
                TryCancelWith(abandoned);
                break;
        }
    }

    /// <summary>Runs the delegate, on the worker.</summary>
    private protected abstract T Call(Delegate work);

    /// <summary>The future was cancelled while the call runs.</summary>
    private protected virtual void RequestStop()
    {
    }

    private protected virtual bool IsOwnToken(CancellationToken token) => false;

    private ExecutorFuture<T> CallInContextWith(Delegate work)
    {
        _work = work;
        return this;
    }

    private void CallInContext()
    {
        var work = (Delegate)_work!;
        _work = null;
        _outcome = Call(work);
    }

    private void ComeBack()
    {
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

/// <summary>A call that takes a token, cancelled when the future is cancelled while the call runs.</summary>
#pragma warning disable CA1001 // The source has no timer and its wait handle is not used: nothing to dispose of, and the call may hold the token for ever.
internal sealed class CancellableFuture<T>(EventLoop loop, Delegate work) : ExecutorFuture<T>(loop, work)
{
    private readonly CancellationTokenSource _source = new();

    private protected override T Call(Delegate work)
    {
        if (work is Func<CancellationToken, T> function)
        {
            return function(_source.Token);
        }

        ((Action<CancellationToken>)work)(_source.Token);
        return default!;
    }

    // Not Cancel(): that would run strangers' callbacks on the loop thread.
    private protected override void RequestStop() => _ = _source.CancelAsync();

    private protected override bool IsOwnToken(CancellationToken token) => token == _source.Token;
}
#pragma warning restore CA1001
