using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>Awaits a <see cref="LoopTask"/> for its completion. Used by the compiler.</summary>
public readonly struct LoopTaskAwaiter : ICriticalNotifyCompletion, IFutureAwaiter
{
    private readonly LoopTask _task;

    internal LoopTaskAwaiter(LoopTask task) => _task = task;

    /// <summary>Whether the task is done already.</summary>
    /// <exception cref="InvalidOperationException">The awaiting code does not run on the task's loop, or is the task itself.</exception>
    public bool IsCompleted => _task.IsDoneForAwait();

    /// <summary>Throws unless the task succeeded.</summary>
    public void GetResult()
    {
        _task.Loop.ThrowIntoStepIfAsked(_task);
        _task.ThrowUnlessSucceeded();
    }

    /// <inheritdoc />
    public void OnCompleted(Action continuation) => FutureContinuation.Add(_task, continuation, AmbientContext.Capture());

    /// <inheritdoc />
    public void UnsafeOnCompleted(Action continuation) => FutureContinuation.Add(_task, continuation, null);
}

/// <summary>Awaits a <see cref="LoopTask{T}"/>. Used by the compiler.</summary>
/// <typeparam name="T">Type of the result.</typeparam>
public readonly struct LoopTaskAwaiter<T> : ICriticalNotifyCompletion, IFutureAwaiter
{
    private readonly LoopTask<T> _task;

    internal LoopTaskAwaiter(LoopTask<T> task) => _task = task;

    /// <summary>Whether the task is done already.</summary>
    /// <exception cref="InvalidOperationException">The awaiting code does not run on the task's loop, or is the task itself.</exception>
    public bool IsCompleted => _task.IsDoneForAwait();

    /// <summary>The result; throws the task's exception or cancellation.</summary>
    /// <returns>The result.</returns>
    public T GetResult()
    {
        _task.Loop.ThrowIntoStepIfAsked(_task);
        return _task.TakeResult();
    }

    /// <inheritdoc />
    public void OnCompleted(Action continuation) => FutureContinuation.Add(_task, continuation, AmbientContext.Capture());

    /// <inheritdoc />
    public void UnsafeOnCompleted(Action continuation) => FutureContinuation.Add(_task, continuation, null);
}
