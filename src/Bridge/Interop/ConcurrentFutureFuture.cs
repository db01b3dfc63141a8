using Bridge.Executors;

namespace Bridge;

/// <summary>A loop future with the outcome of a concurrent one; cancelling it asks that one to cancel.</summary>
internal sealed class ConcurrentFutureFuture<T> : LoopFuture<T>
{
    private readonly ConcurrentFuture _source;

    internal ConcurrentFutureFuture(EventLoop loop, ConcurrentFuture source)
        : base(loop)
    {
        _source = source;
        source.AddDoneCallback(static (_, self) => ((ConcurrentFutureFuture<T>)self!).ComeBack(), this);
    }

    public override bool Cancel(string? message = null)
    {
        if (!base.Cancel(message))
        {
            return false;
        }

        // A turn later, as in asyncio: the source's own callbacks must not run inside this call.
        if (!Loop.TryPost(new Action<object?>(static source => ((ConcurrentFuture)source!).Cancel()), _source, null))
        {
            // The loop is closed, there is no turn left.
            _source.Cancel();
        }

        return true;
    }

    internal override void Run()
    {
        if (!IsDone)
        {
            this.TryComplete(Outcome<T>.Of(_source));
        }
    }

    /// <summary>On whatever thread completed the source; on the loop thread if it was done already, which queues it all the same.</summary>
    private void ComeBack()
    {
        if (!Loop.TryPost(this, null, null))
        {
            Loop.CountLateCompletion();
        }
    }
}
