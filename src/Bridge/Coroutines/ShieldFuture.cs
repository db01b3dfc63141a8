namespace Bridge;

/// <summary>Mirrors another future, but keeps cancellation to itself.</summary>
internal sealed class ShieldFuture<T> : LoopFuture<T>, IChildObserver
{
    /// <summary>Also what keeps the inner future alive.</summary>
    private readonly LoopFuture _inner;
    private readonly Func<LoopFuture, T> _resultOf;
    private readonly ChildWatch _watch;

    internal ShieldFuture(LoopFuture inner, Func<LoopFuture, T> resultOf)
        : base(inner.Loop)
    {
        _inner = inner;
        _resultOf = resultOf;
        _watch = new ChildWatch(this, inner);
        if (inner.IsDone)
        {
            Mirror();
        }
        else
        {
            inner.AddWaiter(_watch);
        }
    }

    internal override string KindName => "Shield";

    public override bool Cancel(string? message = null)
    {
        if (!base.Cancel(message))
        {
            return false;
        }

        // From here on nobody waits for the inner future through us, so its failure is told to the exception handler, once
        // however many shields were given up. If it is done already, our watch is queued and will tell.
        if (!_inner.IsDone)
        {
            _watch.Stop();
            _inner.RemoveDoneCallback(ShieldReport.Callback);
            _inner.AddDoneCallback(ShieldReport.Callback);
        }

        return true;
    }

    internal override IEnumerable<LoopFuture> StandsFor => [_inner];

    IEnumerable<LoopFuture> IChildObserver.Children => StandsFor;

    void IChildObserver.NameAwaiters(WaitWalk walk) => walk.GoThrough(this);

    public void OnChildDone(LoopFuture child)
    {
        if (!IsDone)
        {
            Mirror();
        }
        else if (IsCancelled)
        {
            ShieldReport.Callback(child);
        }
    }

    private void Mirror()
    {
        if (_inner.IsCancelled)
        {
            Complete(FutureState.Cancelled, _inner.MakeCancelledException());
        }
        else if (Settled.FailureOf(_inner) is { } failure)
        {
            TrySetException(failure);
        }
        else
        {
            TrySetResult(_resultOf(_inner));
        }
    }
}

/// <summary>Tells of a failure behind a shield that was cancelled.</summary>
internal static class ShieldReport
{
    internal static readonly Action<LoopFuture> Callback = Report;

    private static void Report(LoopFuture inner)
    {
        // A cancellation is no failure, also where it is a future's exception: that of a gather whose child was cancelled.
        if (!inner.IsCancelled && Settled.FailureOf(inner) is { } failure and not OperationCanceledException)
        {
            inner.Loop.CallExceptionHandler(new LoopErrorContext($"{failure.GetType().Name} exception in shielded future", failure)
            {
                Future = inner,
                SourceStack = inner.CreationStack,
            });
        }
    }
}
