using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>A <see cref="LoopTask"/> whose coroutine has a result.</summary>
/// <typeparam name="T">Type of the result.</typeparam>
public sealed class LoopTask<T> : LoopTask, ILoopAwaitable<T>
{
    internal LoopTask(EventLoop loop, Coroutine<T> coroutine, TaskOptions? options)
        : base(loop, coroutine, options)
    {
    }

    /// <summary>The coroutine's result.</summary>
    /// <returns>The result.</returns>
    /// <exception cref="InvalidStateException">The task is pending.</exception>
    /// <exception cref="OperationCanceledException">The task was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>If the coroutine failed, throws its exception with the original frames and marks it as seen. Source: <c>Task.result</c>.</remarks>
    public T GetResult()
    {
        Loop.AssertLoopThread();
        return TakeResult();
    }

    /// <summary>Makes the task awaitable.</summary>
    /// <returns>The awaiter.</returns>
    public new LoopTaskAwaiter<T> GetAwaiter() => new(this);

    T ILoopAwaitable<T>.TakeResult() => TakeResult();

    internal T TakeResult()
    {
        ThrowUnlessSucceeded();
        return Unsafe.As<Coroutine<T>>(FinishedCoroutine).Result;
    }

    private protected override string DescribeResult()
        => ResultText.Of(Unsafe.As<Coroutine<T>>(FinishedCoroutine).Result);
}
