namespace Bridge;

/// <content>The ends for async code.</content>
public sealed partial class BridgeQueue<T>
{
    /// <summary>Puts an item; waits while the queue is full.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait; then nothing was put.</param>
    /// <returns>
    /// Await it, once. It throws <see cref="QueueShutDownException"/> if <see cref="Complete"/> is called first, and <see cref="OperationCanceledException"/> if the token fires.
    /// </returns>
    /// <remarks>
    /// <para>In code on a loop the wait comes back to that loop, and cancelling the task ends it at once. Elsewhere it comes back as any await of a task.</para>
    /// <para>The wait begins with the call. The loop closing ends it, with nothing put.</para>
    /// </remarks>
    public ValueTask PutAsync(T item, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (TryPut(item))
        {
            return ValueTask.CompletedTask;
        }

        return RunningLoop.Current is { } loop ? new LoopQueuePutWait<T>(this, loop, item).Wait(cancellationToken) : PutOutsideLoops(item, cancellationToken);
    }

    /// <summary>Takes the next item; waits while there is none.</summary>
    /// <param name="cancellationToken">Ends the wait; then nothing was taken.</param>
    /// <returns>
    /// Await it, once: it gives the item. It throws <see cref="QueueShutDownException"/>, or the exception given to <see cref="Complete"/>, once the queue has ended and
    /// nothing is left, and <see cref="OperationCanceledException"/> if the token fires.
    /// </returns>
    /// <remarks>
    /// <para>In code on a loop the wait comes back to that loop, and cancelling the task ends it at once; an item that was on its way goes back to the front.</para>
    /// <para>The wait begins with the call. The loop closing ends it, with nothing taken.</para>
    /// </remarks>
    public ValueTask<T> TakeAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        if (TryTake(out T? item))
        {
            return new ValueTask<T>(item);
        }

        return RunningLoop.Current is { } loop ? new LoopQueueTakeWait<T>(this, loop).Wait(cancellationToken) : TakeOutsideLoops(cancellationToken);
    }

    /// <summary>Takes all items, awaiting each, until the queue has ended and nothing is left.</summary>
    /// <param name="cancellationToken">Ends the wait for an item; nothing is lost by that.</param>
    /// <returns>The items, for <c>await foreach</c> on a loop or anywhere else. Several enumerations share them: each item goes to one.</returns>
    /// <remarks>The exception given to <see cref="Complete"/>, if there was one, is thrown after the last item.</remarks>
    public IAsyncEnumerable<T> TakeAllAsync(CancellationToken cancellationToken = default) => new BridgeQueueItems<T>(this, cancellationToken);

    /// <summary>Takes an item unless the queue has ended without an exception. For enumerators.</summary>
    internal ValueTask<bool> MoveAsync(IItemTarget<T> target, CancellationToken token)
    {
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(token);
        }

        if (TryTake(out T? item))
        {
            target.Current = item;
            return new ValueTask<bool>(true);
        }

        return RunningLoop.Current is { } loop ? new LoopQueueMoveWait<T>(this, loop, target).Wait(token) : MoveOutsideLoops(target, token);
    }

    private async ValueTask PutOutsideLoops(T item, CancellationToken token)
    {
        var wait = new TaskQueueWait<T>(isPut: true, item);
        await WaitOutsideLoops(wait, token).ConfigureAwait(false);
        if (!TrySettle(wait))
        {
            ThrowEnded(isPut: true);
        }
    }

    private async ValueTask<T> TakeOutsideLoops(CancellationToken token)
    {
        var wait = new TaskQueueWait<T>(isPut: false, default!);
        await WaitOutsideLoops(wait, token).ConfigureAwait(false);
        if (!TrySettle(wait))
        {
            ThrowEnded(isPut: false);
        }

        return wait.Item;
    }

    private async ValueTask<bool> MoveOutsideLoops(IItemTarget<T> target, CancellationToken token)
    {
        var wait = new TaskQueueWait<T>(isPut: false, default!);
        await WaitOutsideLoops(wait, token).ConfigureAwait(false);
        if (!TrySettle(wait))
        {
            ThrowIfFailed();
            return false;
        }

        target.Current = wait.Item;
        return true;
    }

    private async Task WaitOutsideLoops(TaskQueueWait<T> wait, CancellationToken token)
    {
        Join(wait);
        CancellationTokenRegistration registration = token.UnsafeRegister(
            (wait, token) =>
            {
                var mine = (TaskQueueWait<T>)wait!;
                if (TryWithdraw(mine))
                {
                    mine.Cancel(token);
                }
            },
            wait);
        await using (registration.ConfigureAwait(false))
        {
            await wait.Woken.ConfigureAwait(false);
        }
    }
}
