namespace Bridge;

/// <summary>The futures and tasks behind the arguments of a combinator: coroutines are started, equal arguments are one child.</summary>
internal sealed class StartedChildren
{
    private StartedChildren(EventLoop loop, LoopFuture[] all, LoopFuture[] distinct)
    {
        Loop = loop;
        All = all;
        Distinct = distinct;
    }

    internal EventLoop Loop { get; }

    /// <summary>One per argument, in their order.</summary>
    internal LoopFuture[] All { get; }

    /// <summary>Each child once, in the order of first appearance; the same array if no argument repeats.</summary>
    internal LoopFuture[] Distinct { get; }

    /// <summary>Checks all arguments and then starts them; if a check fails, nothing is started and the coroutines are given up.</summary>
    /// <param name="arguments">Coroutines, futures, tasks.</param>
    /// <param name="name">Of the parameter, for errors.</param>
    /// <param name="reportDestroyed">Whether a task started here is worth a report if the loop closes before it is done.</param>
    internal static StartedChildren Start(IEnumerable<ILoopAwaitable> arguments, string name, bool reportDestroyed)
    {
        ArgumentNullException.ThrowIfNull(arguments, name);
        ILoopAwaitable[] items = [.. arguments];
        try
        {
            EventLoop loop = Check(items, name);
            return Start(items, loop, reportDestroyed);
        }
        catch
        {
            // They can never be awaited now, and one error is enough.
            foreach (ILoopAwaitable item in items)
            {
                if (item is Coroutine { IsCreated: true } coroutine)
                {
                    coroutine.Close();
                }
            }

            throw;
        }
    }

    private static EventLoop Check(ILoopAwaitable[] items, string name)
    {
        EventLoop loop = items.Length > 0 && items[0] is LoopFuture first ? first.Loop : EventLoop.Current;
        loop.AssertLoopThread();
        for (int i = 0; i < items.Length; i++)
        {
            switch (items[i])
            {
                case null:
                    throw new ArgumentException(Messages.NullElement(i), name);
                case LoopFuture future when !ReferenceEquals(future.Loop, loop):
                    throw new ArgumentException(Messages.FutureOfOtherLoop(future, loop), name);
                case Coroutine { IsCreated: false } used:
                    used.Claim(); // Throws and says how it was used before.
                    break;
            }
        }

        return loop;
    }

    private static StartedChildren Start(ILoopAwaitable[] items, EventLoop loop, bool reportDestroyed)
    {
        var all = new LoopFuture[items.Length];
        var seen = new Dictionary<ILoopAwaitable, LoopFuture>(items.Length, ReferenceEqualityComparer.Instance);
        for (int i = 0; i < items.Length; i++)
        {
            if (!seen.TryGetValue(items[i], out LoopFuture? child))
            {
                child = items[i].ToFuture(loop);
                if (!reportDestroyed && items[i] is Coroutine && child is LoopTask task)
                {
                    task.IsReportedWhenDestroyed = false;
                }

                seen.Add(items[i], child);
            }

            all[i] = child;
        }

        return new StartedChildren(loop, all, seen.Count == all.Length ? all : [.. all.Distinct(ReferenceEqualityComparer.Instance).Cast<LoopFuture>()]);
    }
}
