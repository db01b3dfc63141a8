using System.Diagnostics.CodeAnalysis;

namespace Bridge;

/// <content>The ends for threads.</content>
public sealed partial class BridgeQueue<T>
{
    /// <summary>Puts an item; blocks while the queue is full.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait; then nothing was put.</param>
    /// <exception cref="QueueShutDownException"><see cref="Complete"/> was called, before or while this waits.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    /// <exception cref="InvalidOperationException">Called on the thread of a running loop; use <see cref="PutAsync"/>.</exception>
    public void Put(T item, CancellationToken cancellationToken = default) => TryPut(item, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Puts an item; blocks while the queue is full, for a limited time.</summary>
    /// <param name="item">The item.</param>
    /// <param name="timeout">How long to wait: zero up to about 24 days, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait; then nothing was put.</param>
    /// <returns>False: the time is over and nothing was put.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="QueueShutDownException"><see cref="Complete"/> was called, before or while this waits.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    /// <exception cref="InvalidOperationException">Called on the thread of a running loop; use <see cref="PutAsync"/>.</exception>
    public bool TryPut(T item, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        CheckCanBlock(timeout, nameof(PutAsync), nameof(TryPut));
        cancellationToken.ThrowIfCancellationRequested();
        if (TryPut(item))
        {
            return true;
        }

        var wait = new ThreadQueueWait<T>(isPut: true, item);
        if (!Block(wait, timeout, cancellationToken))
        {
            return false;
        }

        if (!TrySettle(wait))
        {
            ThrowEnded(isPut: true);
        }

        return true;
    }

    /// <summary>Takes the next item; blocks while there is none.</summary>
    /// <param name="cancellationToken">Ends the wait; then nothing was taken.</param>
    /// <returns>The item.</returns>
    /// <exception cref="QueueShutDownException"><see cref="Complete"/> was called without an exception, and nothing is left; with one, that is thrown.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    /// <exception cref="InvalidOperationException">Called on the thread of a running loop; use <see cref="TakeAsync"/>.</exception>
    public T Take(CancellationToken cancellationToken = default)
    {
        if (!TryTake(out T? item, Timeout.InfiniteTimeSpan, cancellationToken))
        {
            ThrowEnded(isPut: false);
        }

        return item!;
    }

    /// <summary>Takes the next item; blocks while there is none, for a limited time.</summary>
    /// <param name="item">The item.</param>
    /// <param name="timeout">How long to wait: zero up to about 24 days, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait; then nothing was taken.</param>
    /// <returns>False: the time is over, or the queue has ended without an exception and nothing is left (<see cref="IsCompleted"/>).</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    /// <exception cref="InvalidOperationException">Called on the thread of a running loop; use <see cref="TakeAsync"/>.</exception>
    /// <remarks>If the queue was ended by an exception and nothing is left, that exception is thrown.</remarks>
    public bool TryTake([MaybeNullWhen(false)] out T item, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        CheckCanBlock(timeout, nameof(TakeAsync), nameof(TryTake));
        cancellationToken.ThrowIfCancellationRequested();
        if (TryTake(out item))
        {
            return true;
        }

        var wait = new ThreadQueueWait<T>(isPut: false, default!);
        if (!Block(wait, timeout, cancellationToken))
        {
            return false;
        }

        if (!TrySettle(wait))
        {
            ThrowIfFailed();
            return false;
        }

        item = wait.Item;
        return true;
    }

    /// <summary>Takes all items, blocking for each, until the queue has ended and nothing is left.</summary>
    /// <param name="cancellationToken">Ends the wait for an item; nothing is lost by that.</param>
    /// <returns>The items. Several enumerations share them: each item goes to one.</returns>
    /// <exception cref="OperationCanceledException">On a move: the token fired.</exception>
    /// <exception cref="InvalidOperationException">On a move: on the thread of a running loop; use <see cref="TakeAllAsync"/>.</exception>
    /// <remarks>The exception given to <see cref="Complete"/>, if there was one, is thrown after the last item.</remarks>
    public IEnumerable<T> TakeAll(CancellationToken cancellationToken = default)
    {
        while (TryTake(out T? item, Timeout.InfiniteTimeSpan, cancellationToken))
        {
            yield return item;
        }
    }

    /// <summary>Blocks until the wait is over. False: the time is.</summary>
    private bool Block(ThreadQueueWait<T> wait, TimeSpan timeout, CancellationToken token)
    {
        Join(wait);
        try
        {
            // Served in the last moment, it is a success.
            return wait.Block(timeout, token) || !TryWithdraw(wait);
        }
        catch (Exception)
        {
            // Cancelled, or the thread was interrupted.
            if (!TryWithdraw(wait))
            {
                Return(wait);
            }

            throw;
        }
    }

    private void CheckCanBlock(TimeSpan timeout, string awaited, string atOnce)
    {
        WaitLimit.Check(timeout);
        if (RunningLoop.Current is { } loop)
        {
            throw new InvalidOperationException(Messages.BlocksLoop(this, loop, awaited, atOnce));
        }
    }
}
