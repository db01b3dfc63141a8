using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>What <see cref="LoopQueue{T}.Put"/> returns: await it to put the item. A <see cref="LoopOperation"/> that carries the item.</summary>
/// <typeparam name="T">Type of the item.</typeparam>
#pragma warning disable CA1815 // Awaited, never compared.
public readonly struct LoopQueuePut<T> : ILoopAwaitable
{
    private readonly LoopQueue<T> _queue;
    private readonly T _item;

    internal LoopQueuePut(LoopQueue<T> queue, T item)
    {
        _queue = queue;
        _item = item;
    }

    /// <summary>The operation as a coroutine: so it can be given to <c>CreateTask</c> or <c>RunUntilComplete</c>.</summary>
    /// <param name="put">The operation.</param>
    public static implicit operator Coroutine(LoopQueuePut<T> put) => put.AsCoroutine();

    /// <summary>Makes it awaitable.</summary>
    /// <returns>The awaiter.</returns>
    public LoopQueuePutAwaiter<T> GetAwaiter() => new(_queue, _item);

    /// <summary>The operation as a coroutine, for code that takes one.</summary>
    /// <returns>A new coroutine, not started.</returns>
    public Coroutine AsCoroutine() => _queue.PutInTurn(_item);

    LoopFuture ILoopAwaitable.ToFuture(EventLoop loop) => AsCoroutine().MakeTask(loop, null);
}

/// <summary>Awaits a <see cref="LoopQueuePut{T}"/>. Used by the compiler.</summary>
/// <typeparam name="T">Type of the item.</typeparam>
public struct LoopQueuePutAwaiter<T> : ICriticalNotifyCompletion, IOperationAwaiter
{
    private readonly LoopQueue<T> _queue;
    private readonly T _item;

    /// <summary>Null until it turned out that there is no room.</summary>
    private Coroutine? _started;

    internal LoopQueuePutAwaiter(LoopQueue<T> queue, T item)
    {
        _queue = queue;
        _item = item;
    }

    /// <summary>Puts the item if that needs no waiting, else begins to wait; true if it is done.</summary>
    public bool IsCompleted => _queue.TryPutAsNewcomer(_item) || (_started = _queue.PutInTurn(_item)).StartInline();

    readonly Coroutine IOperationAwaiter.Started => _started!;

    /// <summary>Throws what the operation failed with.</summary>
    public readonly void GetResult() => _started?.ThrowUnlessSucceeded();

    /// <inheritdoc />
    public void OnCompleted(Action continuation) => CoroutineContinuation.Add(_started ??= _queue.PutInTurn(_item), continuation, AmbientContext.Capture());

    /// <inheritdoc />
    public void UnsafeOnCompleted(Action continuation) => CoroutineContinuation.Add(_started ??= _queue.PutInTurn(_item), continuation, null);
}
#pragma warning restore CA1815
