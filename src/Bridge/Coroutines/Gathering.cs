namespace Bridge;

/// <summary>The future of a gather: done when all its children are, or one has failed.</summary>
/// <remarks>Loop thread. Children that were done before are counted at once, so the future may be done when it is made.</remarks>
internal sealed class Gathering<TResult> : LoopFuture<TResult>, IChildObserver
{
    private readonly StartedChildren _children;
    private readonly Func<LoopFuture[], TResult> _collect;

    /// <summary>Failures are results and end nothing early.</summary>
    private readonly bool _settles;

    /// <summary>Children not heard of yet.</summary>
    private int _pending;
    private bool _isCancelling;
    private bool _cancelRequested;
    private string? _cancelMessage;

    internal Gathering(StartedChildren children, bool settles, Func<LoopFuture[], TResult> collect)
        : base(children.Loop)
    {
        _children = children;
        _settles = settles;
        _collect = collect;
        _pending = children.Distinct.Length;
        if (_pending == 0)
        {
            TrySetResult(collect([]));
        }

        foreach (LoopFuture child in children.Distinct)
        {
            if (child.IsDone)
            {
                OnChildDone(child);
            }
            else
            {
                ChildWatch.Start(this, child);
            }
        }
    }

    internal override string KindName => "Gather";

    /// <summary>Asks every child; this future ends when they have.</summary>
    public override bool Cancel(string? message = null)
    {
        Loop.AssertLoopThread();
        if (IsDone)
        {
            SuppressUnobserved();
            return false;
        }

        if (_isCancelling)
        {
            // A child waits for us, which nothing else could ever end.
            Fail(new LoopCanceledException(message));
            return true;
        }

        bool accepted = AskChildren(message);

        if (accepted)
        {
            // Even if every child swallows it: who cancels a gather gets a cancellation, not a result.
            _cancelRequested = true;
            _cancelMessage = message;
        }

        return accepted;
    }

    internal override IEnumerable<LoopFuture> StandsFor => _children.Distinct;

    IEnumerable<LoopFuture> IChildObserver.Children => StandsFor;

    void IChildObserver.NameAwaiters(WaitWalk walk) => walk.GoThrough(this);

    public void OnChildDone(LoopFuture child)
    {
        _pending--;
        if (IsDone)
        {
            // The first failure was told; that there were more is nobody's oversight.
            child.SuppressUnobserved();
        }
        else if (!_settles && Settled.FailureOf(child) is { } failure)
        {
            // A child's cancellation too is only a failure here: nobody cancelled the gather itself.
            Fail(failure);
        }
        else if (_pending == 0)
        {
            End(child);
        }
    }

    private bool AskChildren(string? message)
    {
        bool accepted = false;
        _isCancelling = true;
        foreach (LoopFuture child in _children.Distinct)
        {
            accepted |= child.Cancel(message);
        }

        _isCancelling = false;
        return accepted;
    }

    private void End(LoopFuture last)
    {
        if (!_cancelRequested)
        {
            TrySetResult(_collect(_children.All));
            return;
        }

        foreach (LoopFuture child in _children.Distinct)
        {
            child.SuppressUnobserved();
        }

        Fail(last.IsCancelled ? last.MakeCancelledException() : new LoopCanceledException(_cancelMessage));
    }

    private void Fail(Exception failure)
    {
        TrySetException(failure);
        if (failure is OperationCanceledException)
        {
            // That nobody asks how a cancelled gather ended is no oversight.
            SuppressUnobserved();
        }
    }
}
