using System.Runtime.ExceptionServices;

namespace Bridge.Executors;

/// <summary>A submitted delegate: the future and the job in one object.</summary>
/// <remarks>The delegate and the context belong to the submitter until the job is handed over, then to whoever claims it or cancels it:
/// exactly one of these happens, so neither field needs a lock. They are cleared then, and a future that is kept keeps nothing else alive.</remarks>
internal abstract class Work<T> : ConcurrentFuture<T>, IExecutorJob
{
    private Delegate? _work;
    private ExecutionContext? _context;

    protected Work(Delegate work) => _work = work;

    /// <summary>The given name or the method's. Read by reports while the job runs: benign race, it may just have ended.</summary>
    string? IExecutorJob.Name
    {
        get
        {
            if (ExtraName is { } name)
            {
                return name;
            }

            return Volatile.Read(ref _work)?.Method is { } method ? $"{method.DeclaringType?.Name}.{method.Name}" : null;
        }
    }

    internal void Prepare(string? name)
    {
        _context = JobLineage.CaptureContext();
        if (name is not null)
        {
            ExtraName = name;
        }
    }

    bool IExecutorJob.TryStart() => TryClaim();

    void IExecutorJob.Run()
    {
        T result = default!;
        OperationCanceledException? obeyed = null;
        Exception? failure = null;
        var home = AmbientContext.Enter(_context);
        try
        {
            result = Invoke(_work!);
        }
        catch (OperationCanceledException exception) when (IsOwnCancellation(exception))
        {
            obeyed = exception;
        }
        catch (Exception exception)
        {
            // Whatever the work throws is its outcome, and belongs to those who wait for it.
            failure = exception;
        }
        finally
        {
            home.Leave();
        }

        // What follows concerns others; an interrupt was for the function.
        Worker.Current?.EndInterruptible(this);

        // Before the outcome is known to anyone: who has it may rely on the delegate being gone.
        DropWork();
        Publish(result, failure, obeyed);
        MarkEnded();
    }

    void IExecutorJob.Abandon(Exception? reason)
    {
        bool ended = reason is null ? TrySetCanceled() : TrySetException(reason);
        if (!ended)
        {
            // Cancelled before: now the executor knows, so that Wait and AsCompleted count it.
            TryClaim();
        }
    }

    protected abstract T Invoke(Delegate work);

    protected override void OnBlockingWait() => Worker.Current?.Crew.ThrowIfOnlyThisThreadCouldRun(this);

    private protected override void DropWork()
    {
        _work = null;
        _context = null;
    }

    private void Publish(T result, Exception? failure, OperationCanceledException? obeyed)
    {
        if (failure is not null)
        {
            TrySetException(failure);
        }
        else if (obeyed is not null)
        {
            TryFinish(ConcurrentFutureState.CancelledAndNotified, ExceptionDispatchInfo.Capture(obeyed));
        }
        else
        {
            TrySetResult(result);
        }
    }
}

/// <summary>Stands for "no result" where a type is needed.</summary>
internal readonly struct Nothing;

internal sealed class FuncWork<T>(Func<T> work) : Work<T>(work)
{
    protected override T Invoke(Delegate work) => ((Func<T>)work)();
}

internal sealed class TokenFuncWork<T>(Func<CancellationToken, T> work) : Work<T>(work)
{
    protected override T Invoke(Delegate work) => ((Func<CancellationToken, T>)work)(CancellationToken);
}

internal sealed class ActionWork(Action work) : Work<Nothing>(work)
{
    protected override Nothing Invoke(Delegate work)
    {
        ((Action)work)();
        return default;
    }
}

internal sealed class TokenActionWork(Action<CancellationToken> work) : Work<Nothing>(work)
{
    protected override Nothing Invoke(Delegate work)
    {
        ((Action<CancellationToken>)work)(CancellationToken);
        return default;
    }
}

/// <summary>One item of a Map call.</summary>
internal sealed class MapWork<TItem, T>(Func<TItem, T> work, TItem item) : Work<T>(work)
{
    private TItem _item = item;

    protected override T Invoke(Delegate work) => ((Func<TItem, T>)work)(_item);

    private protected override void DropWork()
    {
        base.DropWork();
        _item = default!;
    }
}
