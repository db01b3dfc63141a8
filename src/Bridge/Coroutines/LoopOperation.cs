using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>Something to await that usually need not wait: then it costs no allocation. Otherwise it behaves as a <see cref="Coroutine"/>.</summary>
/// <remarks>
/// <para>
/// Cold, as a coroutine is: nothing happens until it is awaited, given to <c>CreateTask</c>, or passed to a combinator. So a
/// cancelled or timed-out task can never keep what it did not get. Each await of it is a new operation.
/// </para>
/// <para>Threads: awaited on the thread of a running loop. Source: the coroutine methods of asyncio's primitives.</para>
/// </remarks>
#pragma warning disable CA1815 // Awaited, never compared.
public readonly struct LoopOperation : ILoopAwaitable
{
    private readonly IOperation _operation;

    internal LoopOperation(IOperation operation) => _operation = operation;

    /// <summary>The operation as a coroutine: so it can be given to <c>CreateTask</c> or <c>RunUntilComplete</c>.</summary>
    /// <param name="operation">The operation.</param>
    public static implicit operator Coroutine(LoopOperation operation) => operation.AsCoroutine();

    /// <summary>Makes it awaitable.</summary>
    /// <returns>The awaiter.</returns>
    public LoopOperationAwaiter GetAwaiter() => new(_operation);

    /// <summary>The operation as a coroutine, for code that takes one.</summary>
    /// <returns>A new coroutine, not started.</returns>
    public Coroutine AsCoroutine() => _operation.Start();

    LoopFuture ILoopAwaitable.ToFuture(EventLoop loop) => AsCoroutine().MakeTask(loop, null);
}

/// <summary>A <see cref="LoopOperation"/> with a result.</summary>
/// <typeparam name="T">Type of the result.</typeparam>
/// <remarks>As <see cref="LoopOperation"/>.</remarks>
public struct LoopOperation<T> : ILoopAwaitable<T>
{
    private readonly IOperation<T> _operation;

    /// <summary>Set by <see cref="ILoopAwaitable.ToFuture"/>, in the box that a combinator holds and later asks for the result.</summary>
    private Coroutine<T>? _started;

    internal LoopOperation(IOperation<T> operation) => _operation = operation;

    /// <summary>The operation as a coroutine.</summary>
    /// <param name="operation">The operation.</param>
    public static implicit operator Coroutine<T>(LoopOperation<T> operation) => operation.AsCoroutine();

    /// <summary>Makes it awaitable.</summary>
    /// <returns>The awaiter.</returns>
    public readonly LoopOperationAwaiter<T> GetAwaiter() => new(_operation);

    /// <summary>The operation as a coroutine, for code that takes one.</summary>
    /// <returns>A new coroutine, not started.</returns>
    public readonly Coroutine<T> AsCoroutine() => _operation.Start();

    LoopFuture ILoopAwaitable.ToFuture(EventLoop loop)
    {
        _started = AsCoroutine();
        return _started.MakeTask(loop, null);
    }

    readonly T ILoopAwaitable<T>.TakeResult() => ((ILoopAwaitable<T>)_started!).TakeResult();
}

/// <summary>What a <see cref="LoopOperation"/> does; implemented by the primitive itself, so that nothing is allocated for it.</summary>
internal interface IOperation
{
    /// <summary>Does it if that needs no waiting. Throws if it never can.</summary>
    bool TryComplete();

    /// <summary>A cold coroutine that does it, waiting as long as it has to.</summary>
    Coroutine Start();
}

/// <summary>The same with a result.</summary>
internal interface IOperation<T>
{
    /// <summary>Does it if that needs no waiting. Throws if it never can.</summary>
    bool TryComplete(out T result);

    /// <summary>A cold coroutine that does it, waiting as long as it has to.</summary>
    Coroutine<T> Start();
}

/// <summary>Awaits a <see cref="LoopOperation"/>. Used by the compiler.</summary>
public struct LoopOperationAwaiter : ICriticalNotifyCompletion, IOperationAwaiter
{
    private readonly IOperation _operation;

    /// <summary>Null until it turned out that the operation has to wait.</summary>
    private Coroutine? _started;

    internal LoopOperationAwaiter(IOperation operation) => _operation = operation;

    /// <summary>Does the operation if that needs no waiting, else begins to wait; true if it is done.</summary>
    public bool IsCompleted => _operation.TryComplete() || (_started = _operation.Start()).StartInline();

    readonly Coroutine IOperationAwaiter.Started => _started!;

    /// <summary>Throws what the operation failed with.</summary>
    public readonly void GetResult() => _started?.ThrowUnlessSucceeded();

    /// <inheritdoc />
    public void OnCompleted(Action continuation) => CoroutineContinuation.Add(_started ??= _operation.Start(), continuation, AmbientContext.Capture());

    /// <inheritdoc />
    public void UnsafeOnCompleted(Action continuation) => CoroutineContinuation.Add(_started ??= _operation.Start(), continuation, null);
}

/// <summary>Awaits a <see cref="LoopOperation{T}"/>. Used by the compiler.</summary>
/// <typeparam name="T">Type of the result.</typeparam>
public struct LoopOperationAwaiter<T> : ICriticalNotifyCompletion, IOperationAwaiter
{
    private readonly IOperation<T> _operation;

    /// <summary>Null until it turned out that the operation has to wait.</summary>
    private Coroutine<T>? _started;
    private T _result = default!;

    internal LoopOperationAwaiter(IOperation<T> operation) => _operation = operation;

    /// <summary>Does the operation if that needs no waiting, else begins to wait; true if it is done.</summary>
    public bool IsCompleted => _operation.TryComplete(out _result) || (_started = _operation.Start()).StartInline();

    readonly Coroutine IOperationAwaiter.Started => _started!;

    /// <summary>The result; throws what the operation failed with.</summary>
    /// <returns>The result.</returns>
    public readonly T GetResult()
    {
        if (_started is null)
        {
            return _result;
        }

        _started.ThrowUnlessSucceeded();
        return _started.Result;
    }

    /// <inheritdoc />
    public void OnCompleted(Action continuation) => CoroutineContinuation.Add(_started ??= _operation.Start(), continuation, AmbientContext.Capture());

    /// <inheritdoc />
    public void UnsafeOnCompleted(Action continuation) => CoroutineContinuation.Add(_started ??= _operation.Start(), continuation, null);
}
#pragma warning restore CA1815
