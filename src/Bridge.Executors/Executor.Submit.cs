namespace Bridge.Executors;

/// <content>Submitting delegates.</content>
public abstract partial class Executor
{
    /// <summary>Submits a function.</summary>
    /// <typeparam name="T">The type of its result.</typeparam>
    /// <param name="work">Runs in the ambient context captured here. What it throws becomes the outcome of the future.</param>
    /// <param name="name">Shown in reports; null: the name of its method.</param>
    /// <returns>The future of its result, at once.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The executor was shut down.</exception>
    /// <exception cref="BrokenExecutorException">The executor is broken.</exception>
    /// <remarks>An <see cref="OperationCanceledException"/> that the work throws for reasons of its own is an exception like any other, as with
    /// <c>Task.Run</c>. Source: row V1.</remarks>
    public ConcurrentFuture<T> Submit<T>(Func<T> work, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Hand(new FuncWork<T>(work), name);
    }

    /// <summary>Submits a function that can be asked to stop.</summary>
    /// <typeparam name="T">The type of its result.</typeparam>
    /// <param name="work">Given a token that fires when its future is asked to cancel while it runs. If it then throws an
    /// <see cref="OperationCanceledException"/> with that token, the future is cancelled.</param>
    /// <param name="name">Shown in reports; null: the name of its method.</param>
    /// <returns>The future of its result, at once.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The executor was shut down.</exception>
    /// <exception cref="BrokenExecutorException">The executor is broken.</exception>
    public ConcurrentFuture<T> Submit<T>(Func<CancellationToken, T> work, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Hand(new TokenFuncWork<T>(work), name);
    }

    /// <summary>Submits an action.</summary>
    /// <param name="work">Runs in the ambient context captured here. What it throws becomes the outcome of the future.</param>
    /// <param name="name">Shown in reports; null: the name of its method.</param>
    /// <returns>The future of its end, at once.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The executor was shut down.</exception>
    /// <exception cref="BrokenExecutorException">The executor is broken.</exception>
    public ConcurrentFuture Submit(Action work, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Hand(new ActionWork(work), name);
    }

    /// <summary>Submits an action that can be asked to stop.</summary>
    /// <param name="work">Given a token that fires when its future is asked to cancel while it runs. If it then throws an
    /// <see cref="OperationCanceledException"/> with that token, the future is cancelled.</param>
    /// <param name="name">Shown in reports; null: the name of its method.</param>
    /// <returns>The future of its end, at once.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The executor was shut down.</exception>
    /// <exception cref="BrokenExecutorException">The executor is broken.</exception>
    public ConcurrentFuture Submit(Action<CancellationToken> work, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Hand(new TokenActionWork(work), name);
    }

    /// <summary>Applies a function to every item, several at a time, and gives the results in the order of the items.</summary>
    /// <typeparam name="TItem">The type of the items.</typeparam>
    /// <typeparam name="TResult">The type of the results.</typeparam>
    /// <param name="function">Called once per item, on this executor.</param>
    /// <param name="items">Enumerated by this call; with <paramref name="bufferSize"/>, that many items here and the rest while the results are taken.</param>
    /// <param name="timeout">For all results together, counted from this call; null or <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</param>
    /// <param name="bufferSize">At most this many items are submitted ahead of the result being taken; null: all at once. At least 1.</param>
    /// <returns>A sequence that can be enumerated once; each step blocks for its result. An exception comes at its item's place. When the
    /// enumeration ends, fails, is disposed or is dropped, items that have not begun are cancelled.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> or <paramref name="items"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bufferSize"/> is below 1, or <paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="InvalidOperationException">The executor was shut down, here or while enumerating; or the results were enumerated before.</exception>
    /// <exception cref="TimeoutException">While enumerating: time is up.</exception>
    /// <remarks>Items are submitted at this call, not when the first result is taken. Source: row V2.</remarks>
    public IEnumerable<TResult> Map<TItem, TResult>(
        Func<TItem, TResult> function, IEnumerable<TItem> items, TimeSpan? timeout = null, int? bufferSize = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(items);
        if (bufferSize < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(bufferSize), bufferSize, Messages.BufferSize);
        }

        var time = WaitTime.StartingNow(timeout);
        return new MapResults<TItem, TResult>(this, function, items, time, bufferSize);
    }

    /// <summary>Names the work and hands it over. Internal, so that an executor with work of its own kind uses the same path.</summary>
    internal ConcurrentFuture<T> Hand<T>(Work<T> work, string? name)
    {
        work.Prepare(name);
        Execute(work);
        return work;
    }
}
