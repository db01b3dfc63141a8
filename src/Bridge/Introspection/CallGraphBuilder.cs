namespace Bridge;

/// <summary>Builds call graphs from the waits as they are. Loop thread.</summary>
/// <remarks>
/// Depth first, by a stack of its own, for a chain of tasks may be longer than the thread's stack is deep. Each future is built once, so that
/// waits which part and meet again do not multiply.
/// </remarks>
internal sealed class CallGraphBuilder
{
    private readonly int? _limit;
    private readonly Dictionary<LoopFuture, Visit> _visits = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<Visit> _path = new();

    internal CallGraphBuilder(int? limit) => _limit = limit;

    /// <param name="future">The root.</param>
    /// <param name="stack">Its call stack, if it is known. Null: as for any other.</param>
    internal FutureCallGraph Build(LoopFuture future, IEnumerable<FrameCallGraphEntry>? stack = null)
    {
        if (_visits.TryGetValue(future, out Visit? known))
        {
            return known.Graph!;
        }

        Enter(future, stack);
        while (true)
        {
            Visit visit = _path.Peek();
            if (visit.Next < visit.Awaiters.Count)
            {
                Follow(visit, visit.Awaiters[visit.Next++]);
                continue;
            }

            _path.Pop();
            visit.Graph = new FutureCallGraph(visit.Future, visit.Stack, visit.AwaitedBy.AsReadOnly());
            if (_path.Count == 0)
            {
                return visit.Graph;
            }

            _path.Peek().AwaitedBy.Add(visit.Graph);
        }
    }

    private void Follow(Visit from, LoopFuture awaiter)
    {
        if (!_visits.TryGetValue(awaiter, out Visit? known))
        {
            Enter(awaiter, null);
        }
        else
        {
            // Without a graph yet it is on the path: the way leads back to it.
            from.AwaitedBy.Add(known.Graph ?? new FutureCallGraph(awaiter, [], []) { ClosesCircle = true });
        }
    }

    private void Enter(LoopFuture future, IEnumerable<FrameCallGraphEntry>? stack)
    {
        List<FrameCallGraphEntry> frames = _limit == 0 ? [] : [.. stack ?? Suspended(future)];
        var visit = new Visit(future, Cut(frames).AsReadOnly());
        _visits.Add(future, visit);
        _path.Push(visit);
    }

    private static IEnumerable<FrameCallGraphEntry> Suspended(LoopFuture future)
        => future is LoopTask { IsDone: false } task ? task.CoroutineStack().Select(EntryOf) : [];

    internal static FrameCallGraphEntry EntryOf(Coroutine coroutine) => new(coroutine.MethodName, FrameKind.Async);

    /// <summary>Above zero: that many of the innermost ones; below: of the outermost ones, where the task began.</summary>
    private List<FrameCallGraphEntry> Cut(List<FrameCallGraphEntry> frames) => _limit switch
    {
        > 0 => frames[..Math.Min(frames.Count, _limit.Value)],
        < 0 => frames[(int)Math.Max(0, frames.Count + (long)_limit.Value)..],
        _ => frames,
    };

    /// <summary>A future on the way, or behind us: then it has its graph.</summary>
    private sealed class Visit(LoopFuture future, IReadOnlyList<FrameCallGraphEntry> stack)
    {
        internal LoopFuture Future { get; } = future;

        internal IReadOnlyList<FrameCallGraphEntry> Stack { get; } = stack;

        internal List<LoopFuture> Awaiters { get; } = WaitWalk.AwaitersOf(future);

        internal int Next { get; set; }

        internal List<FutureCallGraph> AwaitedBy { get; } = [];

        internal FutureCallGraph? Graph { get; set; }
    }
}
