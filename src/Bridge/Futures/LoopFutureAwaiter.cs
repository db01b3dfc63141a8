using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>Marks awaiters whose only field is a <see cref="LoopFuture"/>; the coroutine builder reads it without boxing.</summary>
internal interface IFutureAwaiter
{
}

/// <summary>Awaits a <see cref="LoopFuture"/> for its completion. Used by the compiler.</summary>
public readonly struct LoopFutureAwaiter : ICriticalNotifyCompletion, IFutureAwaiter
{
    private readonly LoopFuture _future;

    internal LoopFutureAwaiter(LoopFuture future) => _future = future;

    /// <summary>Whether the code can go on without waiting.</summary>
    /// <exception cref="InvalidOperationException">The awaiting code does not run on the future's loop.</exception>
    public bool IsCompleted => _future.IsDoneForAwait();

    /// <summary>Throws unless the future succeeded.</summary>
    public void GetResult()
    {
        _future.Loop.ThrowIntoStepIfAsked(_future);
        _future.ThrowUnlessSucceeded();
    }

    /// <inheritdoc />
    public void OnCompleted(Action continuation) => FutureContinuation.Add(_future, continuation, AmbientContext.Capture());

    /// <inheritdoc />
    public void UnsafeOnCompleted(Action continuation) => FutureContinuation.Add(_future, continuation, null);
}

/// <summary>Awaits a <see cref="LoopFuture{T}"/>. Used by the compiler.</summary>
/// <typeparam name="T">Type of the result.</typeparam>
public readonly struct LoopFutureAwaiter<T> : ICriticalNotifyCompletion, IFutureAwaiter
{
    private readonly LoopFuture<T> _future;

    internal LoopFutureAwaiter(LoopFuture<T> future) => _future = future;

    /// <summary>Whether the result is there already.</summary>
    /// <exception cref="InvalidOperationException">The awaiting code does not run on the future's loop.</exception>
    public bool IsCompleted => _future.IsDoneForAwait();

    /// <summary>The result; throws the future's exception or cancellation.</summary>
    /// <returns>The result.</returns>
    public T GetResult()
    {
        _future.Loop.ThrowIntoStepIfAsked(_future);
        return _future.TakeResult();
    }

    /// <inheritdoc />
    public void OnCompleted(Action continuation) => FutureContinuation.Add(_future, continuation, AmbientContext.Capture());

    /// <inheritdoc />
    public void UnsafeOnCompleted(Action continuation) => FutureContinuation.Add(_future, continuation, null);
}

/// <summary>How code that is not a coroutine waits for a future: an <c>async Task</c> method, or a hand-written continuation.</summary>
internal static class FutureContinuation
{
    internal static void Add(LoopFuture future, Action continuation, ExecutionContext? context)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        future.AssertAwaitable();
        var wait = new Continuation(continuation, context);
        future.AddWaiter(wait);
        future.Loop.LatestForeignAwait = wait;
    }
}
