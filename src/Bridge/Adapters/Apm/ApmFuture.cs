namespace Bridge;

/// <summary>A Begin/End pair on its way: End is called once, by whatever thread the operation completes on, also if nobody waits any more.</summary>
internal sealed class ApmFuture<T> : ForeignFuture<T>
{
    private readonly Func<IAsyncResult, T> _end;

    private ApmFuture(EventLoop loop, Func<IAsyncResult, T> end)
        : base(loop) => _end = end;

    internal static ApmFuture<T> Start(EventLoop loop, Func<AsyncCallback, IAsyncResult> begin, Func<IAsyncResult, T> end, CancellationToken token)
    {
        var future = new ApmFuture<T>(loop, end);
        if (!future.IsCancelledBefore(token))
        {
            future.Hook(token);
            future.Begin(begin);
        }

        return future;
    }

    private void Begin(Func<AsyncCallback, IAsyncResult> begin)
    {
        try
        {
            IAsyncResult result = begin(EndOnce) ?? throw new InvalidOperationException(Messages.NullAsyncResult);

            // Some do not call back what they completed at once.
            if (result.CompletedSynchronously)
            {
                EndOnce(result);
            }
        }
        catch (Exception exception)
        {
            FailToStart(exception, Messages.BeginFailedLate);
        }
    }

    /// <summary>Any thread. Nothing is thrown at who completes the operation: what End throws is the outcome.</summary>
    private void EndOnce(IAsyncResult result)
    {
        if (!TryClaim())
        {
            return;
        }

        Outcome<T> outcome;
        try
        {
            outcome = Outcome<T>.Of(_end(result));
        }
        catch (Exception exception)
        {
            outcome = Outcome<T>.Failed(exception);
        }

        ComeBack(outcome);
    }
}
