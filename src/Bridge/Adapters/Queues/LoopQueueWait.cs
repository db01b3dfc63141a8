using System.Threading.Tasks.Sources;

namespace Bridge;

/// <summary>A wait at an end of a <see cref="BridgeQueue{T}"/> in code that runs on a loop, as a ValueTask. For one use.</summary>
/// <remarks>
/// Loop thread, but for the place in line, which the queue's lock guards, and the close action, which runs when the loop does not.
/// Who serves it posts it to its loop; there it takes what it was served, or gives it back if its task is cancelled.
/// </remarks>
internal abstract class LoopQueueWait<T, TResult> : LoopValueSource<TResult>
{
    private readonly PlaceInLine _place;
    private CloseRegistration _closeRegistration;

    /// <summary>What ended the wait early.</summary>
    private OperationCanceledException? _interruption;

    private protected LoopQueueWait(BridgeQueue<T> queue, EventLoop loop, bool isPut, T item)
        : base(loop)
    {
        Queue = queue;
        _place = new PlaceInLine(this, isPut, item);
    }

    private protected BridgeQueue<T> Queue { get; }

    private protected T Item => _place.Item;

    private protected override ValueTaskSourceStatus Status => _interruption is not null ? ValueTaskSourceStatus.Canceled
        : _place.State == QueueWaitState.Refused ? StatusWhenRefused : ValueTaskSourceStatus.Succeeded;

    private protected virtual ValueTaskSourceStatus StatusWhenRefused => ValueTaskSourceStatus.Faulted;

    internal override bool CancelWait(string? message)
    {
        Interrupt(new LoopCanceledException(message));
        return _interruption is not null;
    }

    internal override string Describe() => $"{(_place.IsPut ? "room in" : "an item of")} {Queue}";

    private protected void Join()
    {
        // First: a wait that is served at once has to be found by a close that comes before its turn.
        _closeRegistration = Loop.OnClose(GiveUp);
        Queue.Join(_place);
    }

    private protected override void Interrupt(OperationCanceledException exception)
    {
        if (_interruption is null && Queue.TryWithdraw(_place))
        {
            _interruption = exception;
            Loop.Enqueue(this, null, null);
        }
    }

    private protected override void Abandon()
    {
        _closeRegistration.Dispose();
        Queue.Return(_place);
    }

    private protected override TResult Take()
    {
        _closeRegistration.Dispose();
        if (_interruption is not null)
        {
            throw _interruption;
        }

        return Finish(Queue.TrySettle(_place));
    }

    /// <summary>The wait is over.</summary>
    /// <param name="isServed">False: the queue has ended.</param>
    private protected abstract TResult Finish(bool isServed);

    /// <summary>The loop is closed, nobody will go on.</summary>
    private void GiveUp()
    {
        if (!Queue.TryWithdraw(_place))
        {
            Queue.Return(_place);
        }
    }

    private sealed class PlaceInLine(LoopQueueWait<T, TResult> owner, bool isPut, T item) : QueueWait<T>(isPut, item)
    {
        internal override bool SettlesLater => true;

        private protected override void Wake()
        {
            // If the loop is closed, its close action gives back what this wait was served.
            if (!owner.Loop.TryPost(owner, null, null))
            {
                owner.Loop.CountLateCompletion();
            }
        }
    }
}

/// <summary>Waits for room.</summary>
internal sealed class LoopQueuePutWait<T>(BridgeQueue<T> queue, EventLoop loop, T item) : LoopQueueWait<T, NoResult>(queue, loop, isPut: true, item)
{
    internal ValueTask Wait(CancellationToken token)
    {
        Join();
        return PendingVoid(token);
    }

    private protected override NoResult Finish(bool isServed)
    {
        if (!isServed)
        {
            Queue.ThrowEnded(isPut: true);
        }

        return default;
    }
}

/// <summary>Waits for an item.</summary>
internal sealed class LoopQueueTakeWait<T>(BridgeQueue<T> queue, EventLoop loop) : LoopQueueWait<T, T>(queue, loop, isPut: false, default!)
{
    internal ValueTask<T> Wait(CancellationToken token)
    {
        Join();
        return Pending(token);
    }

    private protected override T Finish(bool isServed)
    {
        if (!isServed)
        {
            Queue.ThrowEnded(isPut: false);
        }

        return Item;
    }
}

/// <summary>Waits for an enumeration's next item, or its end.</summary>
internal sealed class LoopQueueMoveWait<T>(BridgeQueue<T> queue, EventLoop loop, IItemTarget<T> target)
    : LoopQueueWait<T, bool>(queue, loop, isPut: false, default!)
{
    private protected override ValueTaskSourceStatus StatusWhenRefused => Queue.HasFailed ? ValueTaskSourceStatus.Faulted : ValueTaskSourceStatus.Succeeded;

    internal ValueTask<bool> Wait(CancellationToken token)
    {
        Join();
        return Pending(token);
    }

    private protected override bool Finish(bool isServed)
    {
        if (isServed)
        {
            target.Current = Item;
        }
        else
        {
            Queue.ThrowIfFailed();
        }

        return isServed;
    }
}
