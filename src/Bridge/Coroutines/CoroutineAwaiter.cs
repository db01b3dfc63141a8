using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>Marks awaiters whose only field is a <see cref="Coroutine"/>; the coroutine builder reads it without boxing.</summary>
internal interface ICoroutineAwaiter
{
}

/// <summary>Marks awaiters that make a <see cref="Coroutine"/> only when they have to wait.</summary>
internal interface IOperationAwaiter
{
    /// <summary>The coroutine that waits; only once IsCompleted has said false.</summary>
    Coroutine Started { get; }
}

/// <summary>Awaits a <see cref="Coroutine"/>. Used by the compiler.</summary>
public readonly struct CoroutineAwaiter : ICriticalNotifyCompletion, ICoroutineAwaiter
{
    private readonly Coroutine _coroutine;

    internal CoroutineAwaiter(Coroutine coroutine) => _coroutine = coroutine;

    /// <summary>Runs the coroutine up to its first suspension; true if it is done then.</summary>
    /// <exception cref="InvalidOperationException">The coroutine was awaited before.</exception>
    public bool IsCompleted => _coroutine.StartInline();

    /// <summary>Throws what the coroutine failed with.</summary>
    public void GetResult() => _coroutine.ThrowUnlessSucceeded();

    /// <inheritdoc />
    public void OnCompleted(Action continuation) => CoroutineContinuation.Add(_coroutine, continuation, AmbientContext.Capture());

    /// <inheritdoc />
    public void UnsafeOnCompleted(Action continuation) => CoroutineContinuation.Add(_coroutine, continuation, null);
}

/// <summary>Awaits a <see cref="Coroutine{T}"/>. Used by the compiler.</summary>
/// <typeparam name="T">Type of the result.</typeparam>
public readonly struct CoroutineAwaiter<T> : ICriticalNotifyCompletion, ICoroutineAwaiter
{
    private readonly Coroutine<T> _coroutine;

    internal CoroutineAwaiter(Coroutine<T> coroutine) => _coroutine = coroutine;

    /// <summary>Runs the coroutine up to its first suspension; true if it is done then.</summary>
    /// <exception cref="InvalidOperationException">The coroutine was awaited before.</exception>
    public bool IsCompleted => _coroutine.StartInline();

    /// <summary>The result; throws what the coroutine failed with.</summary>
    /// <returns>The result.</returns>
    public T GetResult()
    {
        _coroutine.ThrowUnlessSucceeded();
        return _coroutine.Result;
    }

    /// <inheritdoc />
    public void OnCompleted(Action continuation) => CoroutineContinuation.Add(_coroutine, continuation, AmbientContext.Capture());

    /// <inheritdoc />
    public void UnsafeOnCompleted(Action continuation) => CoroutineContinuation.Add(_coroutine, continuation, null);
}

/// <summary>How code that is not a coroutine waits for one: an <c>async Task</c> method on the loop. It gets a task of its own.</summary>
internal static class CoroutineContinuation
{
    internal static void Add(Coroutine coroutine, Action continuation, ExecutionContext? context)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        EventLoop loop = RunningLoop.Current ?? throw new InvalidOperationException(Messages.NoRunningLoop);

        // Either it has not started, or it ran inline, as if the current task awaited it, and is suspended: then it moves out.
        LoopTask task = coroutine.IsCreated ? coroutine.MakeTask(loop, null) : loop.CurrentTask!.MoveOut(coroutine);
        task.IsObservedByAwaiter = true;
        task.AddWaiter(new Continuation(continuation, context));
    }
}
