using System.Collections;

namespace Bridge;

/// <summary>Futures in the order in which they finish: <see cref="LoopTask.AsCompleted{TFuture}(IEnumerable{TFuture}, TimeSpan?)"/>.</summary>
/// <typeparam name="TFuture">A future or task type.</typeparam>
/// <remarks>
/// <para>
/// <c>await foreach</c> gives the very futures that were passed, each when it is done: look at its result, which may be a failure.
/// A plain <c>foreach</c> gives as many coroutines as there are futures; each, when awaited, gives the next one that is done.
/// </para>
/// <para>
/// There is one position: a loop that was left can be taken up again, in either form, and goes on where it stopped. Once the timeout
/// has passed, each future that was not done by then throws <see cref="TimeoutException"/> in its turn; none is cancelled.
/// </para>
/// <para>Threads: the loop's. Source: the iterator of <c>asyncio.as_completed</c>; differs: the plain form gives futures, not results.</para>
/// </remarks>
#pragma warning disable CA1710 // A sequence that is taken, not a collection that is held.
public sealed class CompletionSequence<TFuture> : IAsyncEnumerable<TFuture>, IEnumerable<Coroutine<TFuture>>, IChildObserver
#pragma warning restore CA1710
    where TFuture : LoopFuture
{
    private readonly EventLoop _loop;
    private readonly TimerHandle _timer;

    /// <summary>Watches of the futures that are not done; empty once the time is up.</summary>
    private readonly Dictionary<LoopFuture, ChildWatch> _watches = new(ReferenceEqualityComparer.Instance);

    /// <summary>What is there to take, in order; null stands for a future that the timeout overtook.</summary>
    private readonly Queue<TFuture?> _done = new();

    /// <summary>Takers that wait, in order.</summary>
    private readonly LinkedList<LoopFuture<NoResult>> _takers = new();

    /// <summary>How many futures no taker has claimed yet.</summary>
    private int _unclaimed;

    internal CompletionSequence(StartedChildren children, TimeSpan? timeout)
    {
        _loop = children.Loop;
        _unclaimed = children.Distinct.Length;
        foreach (LoopFuture child in children.Distinct)
        {
            _watches.Add(child, ChildWatch.Start(this, child));
        }

        if (timeout is { } limit && _unclaimed > 0)
        {
            _timer = _loop.CallLater(limit, static sequence => ((CompletionSequence<TFuture>)sequence!).TimeIsUp(), this);
        }
    }

    /// <summary>For <c>await foreach</c>.</summary>
    /// <param name="cancellationToken">Ends a wait for the next future; cancels none of them.</param>
    /// <returns>An enumerator whose waits can be cancelled with the task.</returns>
    public CompletionEnumerator<TFuture> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new(this, cancellationToken);

    /// <summary>For <c>foreach</c>: a coroutine for each future not taken yet.</summary>
    /// <returns>The enumerator.</returns>
    public IEnumerator<Coroutine<TFuture>> GetEnumerator()
    {
        while (_unclaimed > 0)
        {
            _unclaimed--;
            yield return Take(CancellationToken.None);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    IAsyncEnumerator<TFuture> IAsyncEnumerable<TFuture>.GetAsyncEnumerator(CancellationToken cancellationToken) => GetAsyncEnumerator(cancellationToken);

    void IChildObserver.OnChildDone(LoopFuture child)
    {
        if (_watches.Remove(child))
        {
            Offer((TFuture)child);
            if (_watches.Count == 0)
            {
                _timer.Cancel();
            }
        }
    }

    IEnumerable<LoopFuture> IChildObserver.Children => _watches.Keys;

    void IChildObserver.NameAwaiters(WaitWalk walk)
    {
        foreach (LoopFuture taker in _takers)
        {
            walk.GoThrough(taker);
        }
    }

    /// <summary>The next future that is done, or null if there is none left.</summary>
    internal async Coroutine<TFuture?> TakeNext(CancellationToken token)
    {
        if (_unclaimed == 0)
        {
            return null;
        }

        _unclaimed--;
        return await Take(token);
    }

    private async Coroutine<TFuture> Take(CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        while (_done.Count == 0)
        {
            await WaitForOffer(token);
        }

        return _done.Dequeue() ?? throw new TimeoutException("The time was up before this future was done. It was not cancelled.");
    }

    private async Coroutine WaitForOffer(CancellationToken token)
    {
        LoopFuture<NoResult> taker = new ObserverWait(_loop, this);
        LinkedListNode<LoopFuture<NoResult>> place = _takers.AddLast(taker);
        using CancellationTokenRegistration registration = token.CanBeCanceled
            ? token.UnsafeRegister(_ => _loop.TryCallSoonThreadSafe(() => taker.TrySetException(new OperationCanceledException(token))), null)
            : default;
        try
        {
            await taker;
        }
        catch
        {
            if (place.List is null && _done.Count > 0)
            {
                // Called, and then given up: the call is the next one's, or what was offered would lie there unseen.
                CallNextTaker();
            }

            throw;
        }
        finally
        {
            if (place.List is not null)
            {
                _takers.Remove(place);
            }
        }
    }

    private void Offer(TFuture? done)
    {
        _done.Enqueue(done);
        CallNextTaker();
    }

    private void CallNextTaker()
    {
        while (_takers.First is { } first)
        {
            _takers.RemoveFirst();
            if (first.Value.TrySetResult(default))
            {
                return;
            }
        }
    }

    private void TimeIsUp()
    {
        foreach (ChildWatch watch in _watches.Values)
        {
            watch.Stop();
            Offer(null);
        }

        _watches.Clear();
    }
}
