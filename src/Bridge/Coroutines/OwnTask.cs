using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>Awaited first by a coroutine that must know for certain which task runs it: one that will cancel that task, for example.</summary>
/// <remarks>
/// A coroutine that an <c>async Task</c> method awaits begins inside the task that called that method, and moves to a task of its own
/// at its first suspension. This is a suspension without a turn: the task goes on with the coroutine as soon as the stack has unwound.
/// </remarks>
internal readonly struct OwnTask
{
    internal OwnTaskAwaiter GetAwaiter() => new(RunningLoop.Required);
}

/// <summary>The awaiter; its only field is read in place by <see cref="Suspension"/>.</summary>
internal readonly struct OwnTaskAwaiter : ICriticalNotifyCompletion
{
    private readonly EventLoop _loop;

    internal OwnTaskAwaiter(EventLoop loop) => _loop = loop;

    internal bool IsCompleted => false;

    internal LoopTask GetResult()
    {
        _loop.ThrowIntoStepIfAsked(null);
        return _loop.CurrentTask!;
    }

    public void OnCompleted(Action continuation) => throw new InvalidOperationException("Only coroutines have a task of their own.");

    public void UnsafeOnCompleted(Action continuation) => OnCompleted(continuation);
}
