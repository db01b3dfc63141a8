namespace Bridge;

/// <summary>A done callback of a future, with the context it was registered in.</summary>
internal sealed class DoneCallback : LoopWork
{
    private readonly LoopFuture _future;
    private readonly ExecutionContext? _context;

    internal DoneCallback(LoopFuture future, Action<LoopFuture> callback, ExecutionContext? context)
    {
        _future = future;
        Callback = callback;
        _context = context;
    }

    internal Action<LoopFuture> Callback { get; }

    internal override ExecutionContext? RunContext => _context;

    internal override void Run() => Callback(_future);

    internal override string Describe() => CallbackText.Of(Callback);
}

/// <summary>Resumes code that awaits a future without being a coroutine: an <c>async Task</c> method on the loop.</summary>
internal sealed class Continuation : LoopWork
{
    private readonly Action _action;
    private readonly ExecutionContext? _context;

    /// <summary>The method went on, and may wait for anybody now. Loop thread.</summary>
    private bool _hasRun;

    internal Continuation(Action action, ExecutionContext? context)
    {
        _action = action;
        _context = context;
    }

    internal override ExecutionContext? RunContext => _context;

    internal override void Run()
    {
        _hasRun = true;
        _action();
    }

    internal override void AddDependents(List<DependentTask> found)
    {
        if (!_hasRun)
        {
            EventLoop.AddDependent(found, null, _action);
        }
    }

    internal override string Describe() => CallbackText.Of(_action);
}

/// <summary>Two or more waiters of one future, in order. A future with one waiter keeps it without a list.</summary>
internal sealed class WaiterList
{
    private LoopWork[] _items = new LoopWork[4];

    internal WaiterList(LoopWork first, LoopWork second)
    {
        _items[0] = first;
        _items[1] = second;
        Count = 2;
    }

    internal int Count { get; private set; }

    internal LoopWork this[int index] => _items[index];

    internal void Add(LoopWork item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        _items[Count++] = item;
    }

    /// <summary>Removes what matches, keeps the order of the rest, and says how many there were.</summary>
    internal int RemoveAll(Func<LoopWork, bool> matches)
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (!matches(_items[i]))
            {
                _items[kept++] = _items[i];
            }
        }

        int removed = Count - kept;
        Array.Clear(_items, kept, removed);
        Count = kept;
        return removed;
    }
}
