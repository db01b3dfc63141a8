namespace Bridge;

/// <summary>A <see cref="LoopQueue{T}"/> that hands out the smallest item first, and equal ones in the order they were put.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
/// <remarks>Source: <c>asyncio.PriorityQueue</c>. Stronger: asyncio leaves equal items unordered.</remarks>
public sealed class LoopPriorityQueue<T> : LoopQueue<T>
{
    /// <summary>Makes a queue.</summary>
    /// <param name="maxSize">How many items it holds at most. Zero or negative: no bound.</param>
    /// <param name="comparer">The order of the items; must not throw. Null: their own.</param>
    /// <exception cref="ArgumentException">No comparer was passed and <typeparamref name="T"/> has no order.</exception>
    public LoopPriorityQueue(int maxSize = 0, IComparer<T>? comparer = null)
        : base(maxSize, new PriorityStore<T>(comparer ?? OwnOrder(nameof(comparer))))
    {
    }

    private static Comparer<T> OwnOrder(string parameterName)
    {
        Type type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        bool isComparable = type.IsAssignableTo(typeof(IComparable)) || type.IsAssignableTo(typeof(IComparable<T>));
        return isComparable ? Comparer<T>.Default : throw new ArgumentException(Messages.NoOrder(type), parameterName);
    }
}

/// <summary>A <see cref="LoopQueue{T}"/> that hands out the item put last first.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
/// <remarks>Source: <c>asyncio.LifoQueue</c>.</remarks>
public sealed class LoopStack<T> : LoopQueue<T>
{
    /// <summary>Makes a queue.</summary>
    /// <param name="maxSize">How many items it holds at most. Zero or negative: no bound.</param>
    public LoopStack(int maxSize = 0)
        : base(maxSize, new LifoStore<T>())
    {
    }
}
