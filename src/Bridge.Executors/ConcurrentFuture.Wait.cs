namespace Bridge.Executors;

/// <content>Blocking for several futures.</content>
public abstract partial class ConcurrentFuture
{
    /// <summary>Blocks until the condition holds for the futures, or the time is up.</summary>
    /// <typeparam name="TFuture">The kind of future.</typeparam>
    /// <param name="futures">The same future given twice counts once. Empty: returns at once.</param>
    /// <param name="timeout">Zero up to about 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: for ever. When it passes the call returns normally.</param>
    /// <param name="condition">When to return.</param>
    /// <returns>The futures that are done, and the others. A future that was cancelled but that its executor has not come across yet is
    /// among the others.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="futures"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="futures"/> contains null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="condition"/> is unknown, or <paramref name="timeout"/> is negative or too long.</exception>
    /// <remarks>Threads: any. Source: concurrent.futures' <c>wait</c> (row U7).</remarks>
    public static (IReadOnlySet<TFuture> Done, IReadOnlySet<TFuture> NotDone) Wait<TFuture>(
        IEnumerable<TFuture> futures, TimeSpan? timeout = null, WaitCondition condition = WaitCondition.AllCompleted)
        where TFuture : ConcurrentFuture
    {
        var notDone = DistinctFutures(futures);
        var time = WaitTime.StartingNow(timeout);
        if (!Enum.IsDefined(condition))
        {
            throw new ArgumentOutOfRangeException(nameof(condition), condition, Messages.UnknownCondition);
        }

        var waiter = new FutureWaiter(condition, notDone.Count);
        foreach (var future in notDone)
        {
            future.AddWaiter(waiter);
        }

        try
        {
            if (!waiter.IsSatisfied)
            {
                AnnounceWait(notDone, condition);
                waiter.Wait(time);
            }
        }
        finally
        {
            foreach (var future in notDone)
            {
                future.RemoveWaiter(waiter);
            }
        }

        var done = new HashSet<TFuture>();
        while (waiter.TryTake(out var future))
        {
            notDone.Remove((TFuture)future!);
            done.Add((TFuture)future!);
        }

        return (done, notDone);
    }

    /// <summary>Gives the futures in the order in which they are done, blocking in between.</summary>
    /// <typeparam name="TFuture">The kind of future.</typeparam>
    /// <param name="futures">The same future given twice comes once. Those already done come first.</param>
    /// <param name="timeout">For all of them together, counted from this call; null or <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</param>
    /// <returns>A sequence that can be enumerated once. It keeps no reference to a future it has moved on from.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="futures"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="futures"/> contains null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">While enumerating: time is up; the text says how many of how many are unfinished.</exception>
    /// <exception cref="InvalidOperationException">While enumerating: it was enumerated before.</exception>
    /// <remarks>Threads: any, one at a time. Source: concurrent.futures' <c>as_completed</c> (row U8).</remarks>
    public static IEnumerable<TFuture> AsCompleted<TFuture>(IEnumerable<TFuture> futures, TimeSpan? timeout = null)
        where TFuture : ConcurrentFuture
    {
        var pending = DistinctFutures(futures);
        return new SingleUse<TFuture>(nameof(AsCompleted), InOrderOfCompletion(pending, WaitTime.StartingNow(timeout)));
    }

    private static IEnumerator<TFuture> InOrderOfCompletion<TFuture>(HashSet<TFuture> pending, WaitTime time)
        where TFuture : ConcurrentFuture
    {
        int total = pending.Count;
        var waiter = new FutureWaiter(WaitCondition.FirstCompleted, total);
        foreach (var future in pending)
        {
            future.AddWaiter(waiter);
        }

        try
        {
            while (pending.Count > 0)
            {
                if (!waiter.TryTake(out var done))
                {
                    if (!waiter.Wait(time))
                    {
                        throw new TimeoutException(Messages.Unfinished(pending.Count, total));
                    }

                    continue;
                }

                // Out of the set before it is handed out: from here on only the caller keeps it alive.
                pending.Remove((TFuture)done!);
                yield return (TFuture)done!;
            }
        }
        finally
        {
            foreach (var future in pending)
            {
                future.RemoveWaiter(waiter);
            }
        }
    }

    private static HashSet<TFuture> DistinctFutures<TFuture>(IEnumerable<TFuture> futures)
        where TFuture : ConcurrentFuture
    {
        ArgumentNullException.ThrowIfNull(futures);
        var distinct = new HashSet<TFuture>(futures);
        return distinct.Contains(null!) ? throw new ArgumentException(Messages.NullFuture, nameof(futures)) : distinct;
    }

    /// <summary>Tells the futures whose end this wait cannot do without. With "first completed" any other one may end it.</summary>
    private static void AnnounceWait<TFuture>(HashSet<TFuture> futures, WaitCondition condition)
        where TFuture : ConcurrentFuture
    {
        if (condition != WaitCondition.AllCompleted && futures.Count > 1)
        {
            return;
        }

        foreach (var future in futures)
        {
            if (!future.IsDone)
            {
                future.OnBlockingWait();
            }
        }
    }

    private static void NotifyWaiters(FutureExtras? extras, ConcurrentFuture future)
    {
        if (extras?.TakeWaiters() is { } waiters)
        {
            bool failed = !future.IsCancelled && future.FailureOf() is not null;
            foreach (var waiter in waiters)
            {
                waiter.Completed(future, failed);
            }
        }
    }

    private void NotifyWaiters(FutureExtras? extras) => NotifyWaiters(extras, this);

    /// <summary>Puts the waiter into this future's list, or tells it at once if the future is done.</summary>
    private void AddWaiter(FutureWaiter waiter)
    {
        var extras = EnsureExtras();
        extras.Add(waiter);
        Interlocked.MemoryBarrier();   // rule 3: pairs with the fence after each change to a notified state
        if (IsNotifiedStatus(Volatile.Read(ref _status)) && extras.Remove(waiter))
        {
            waiter.Completed(this, !IsCancelled && FailureOf() is not null);
        }
    }

    private void RemoveWaiter(FutureWaiter waiter) => _extras?.Remove(waiter);

    /// <summary>Has the bell rung when the future is done, unless it is: the caller looks after this.</summary>
    internal void AddBell(Bell bell)
    {
        EnsureExtras().Add(bell);
        Interlocked.MemoryBarrier();   // rule 3
    }

    internal void RemoveBell(Bell bell) => _extras?.Remove(bell);
}
