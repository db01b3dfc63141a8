namespace Bridge;

/// <summary>A loop future with the outcome of a Task; cancelling it cancels the task's token source, if it has one.</summary>
internal sealed class TaskFuture<T> : LoopFuture<T>
{
    private readonly Task _task;
    private CancellationTokenSource? _source;
    private readonly bool _ownsSource;

    internal TaskFuture(EventLoop loop, Task task, CancellationTokenSource? source, bool ownsSource)
        : base(loop)
    {
        _task = task;
        _source = source;
        _ownsSource = ownsSource;
        if (task.IsCompleted)
        {
            // One turn later, never inside this call: as in asyncio.
            loop.Enqueue(this, null, null);
        }
        else
        {
            bool byContext = loop.AwaitsThroughContext && ReferenceEquals(SynchronizationContext.Current, loop.SynchronizationContext);
            task.ConfigureAwait(byContext).GetAwaiter().UnsafeOnCompleted(ComeBack);
        }
    }

    public override bool Cancel(string? message = null)
    {
        if (!base.Cancel(message))
        {
            return false;
        }

        if (_source is not null)
        {
            TokenCancellation.Request(Loop, _source);
        }

        return true;
    }

    internal override void Run()
    {
        Outcome<T> outcome = _task is Task<T> typed ? Outcome<T>.Of(typed) : Outcome<T>.Of(_task);
        if (_ownsSource && !IsCancelled)
        {
            // Nobody will cancel it any more. A cancelled one is still busy calling back, and left to the collector.
            _source!.Dispose();
        }

        _source = null;
        this.TryComplete(outcome);
    }

    /// <summary>On whatever thread completed the task.</summary>
    private void ComeBack()
    {
        if (!Loop.TryPost(this, null, null))
        {
            Loop.CountLateCompletion();
        }
    }
}
