namespace Bridge;

/// <summary>One step along the waits: who waits for a future, or what it waits for itself. Loop thread.</summary>
/// <remarks>
/// <para>
/// Nothing is kept for this while code runs. A future knows what it will wake, a combinator knows its children, and the walk asks them.
/// So an edge lasts as long as the future is pending: what is done is waited for by nobody, although the waiter's step may still be queued.
/// </para>
/// <para>A gather or a shield is gone through, as in asyncio: its children are awaited by whoever awaits it. By a stack, for they nest without limit.</para>
/// </remarks>
internal sealed class WaitWalk
{
    private readonly List<LoopFuture> _found = [];
    private readonly Stack<LoopFuture> _toGoThrough = new();
    private readonly HashSet<LoopFuture> _seen = new(ReferenceEqualityComparer.Instance);

    private WaitWalk()
    {
    }

    /// <summary>The futures, mostly tasks, that wait for this one, each once, in the order in which they began to.</summary>
    internal static List<LoopFuture> AwaitersOf(LoopFuture future)
    {
        var walk = new WaitWalk();
        walk._toGoThrough.Push(future);
        while (walk._toGoThrough.TryPop(out LoopFuture? next))
        {
            next.NameThoseWhoWait(walk);
        }

        return walk._found;
    }

    /// <summary>The futures that this one waits for: none, one, or the pending children of a combinator.</summary>
    internal static List<LoopFuture> AwaitedBy(LoopFuture waiter)
    {
        var walk = new WaitWalk();
        walk._toGoThrough.Push(waiter);
        while (walk._toGoThrough.TryPop(out LoopFuture? next))
        {
            IEnumerable<LoopFuture> awaited = next.StandsFor ?? (next.Awaits is { } one ? [one] : []);
            foreach (LoopFuture future in awaited)
            {
                walk.Step(future);
            }
        }

        return walk._found;
    }

    /// <summary>This one waits.</summary>
    internal void Add(LoopFuture waiter)
    {
        if (_seen.Add(waiter))
        {
            _found.Add(waiter);
        }
    }

    /// <summary>This one only stands for others: whoever waits for it waits.</summary>
    internal void GoThrough(LoopFuture future)
    {
        if (_seen.Add(future))
        {
            _toGoThrough.Push(future);
        }
    }

    private void Step(LoopFuture future)
    {
        if (future.IsDone)
        {
            return;
        }

        if (future.StandsFor is null)
        {
            Add(future);
        }
        else
        {
            GoThrough(future);
        }
    }
}

/// <summary>Something in a future's list of waiters that stands for a future or task which waits, unlike a mere callback.</summary>
internal interface IFutureWaiter
{
    /// <summary>Tells the walk who waits. Loop thread.</summary>
    void NameAwaiters(WaitWalk walk);
}
