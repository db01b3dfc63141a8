using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>What <see cref="LoopTask.Yield"/> returns: await it to let everything that is queued run first.</summary>
#pragma warning disable CA1815 // Awaited at once, never compared.
public readonly struct LoopYield
{
    private readonly EventLoop _loop;

    internal LoopYield(EventLoop loop) => _loop = loop;

    /// <summary>Makes it awaitable.</summary>
    /// <returns>The awaiter.</returns>
    public LoopYieldAwaiter GetAwaiter() => new(_loop);
}

/// <summary>Awaits a <see cref="LoopYield"/>. Used by the compiler.</summary>
public readonly struct LoopYieldAwaiter : ICriticalNotifyCompletion
{
    private readonly EventLoop _loop;

    internal LoopYieldAwaiter(EventLoop loop) => _loop = loop;

    /// <summary>Always false: a yield always yields.</summary>
    /// <exception cref="InvalidOperationException">The awaiting code does not run on the loop that the yield was made on.</exception>
    public bool IsCompleted
    {
        get
        {
            _loop.AssertLoopThread();
            return false;
        }
    }

    /// <summary>Throws a cancellation that arrived meanwhile.</summary>
    public void GetResult() => _loop.ThrowIntoStepIfAsked(null);

    /// <inheritdoc />
    public void OnCompleted(Action continuation) => _loop.CallSoon(continuation);

    /// <inheritdoc />
    public void UnsafeOnCompleted(Action continuation)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        _loop.Enqueue(new Continuation(continuation, null), null, null);
    }
}
#pragma warning restore CA1815
