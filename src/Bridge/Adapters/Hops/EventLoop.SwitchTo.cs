using System.Runtime.CompilerServices;

namespace Bridge;

/// <content>Getting onto the loop thread in the middle of an async method.</content>
public abstract partial class EventLoop
{
    /// <summary>Continues an <c>async Task</c> method on this loop's thread: <c>await loop.SwitchToAsync();</c></summary>
    /// <param name="alwaysYield">True: also leaves a turn to others where the method is on the loop already. False: goes on there without a hop.</param>
    /// <returns>Await it. From there on the method's awaits come back to the loop, as all code's there.</returns>
    /// <exception cref="ObjectDisposedException">On await: the loop is closed.</exception>
    /// <remarks>
    /// <para>From any thread. The ambient context stays with the method. If the loop closes before it gets there, the method never goes on, like all that waits in a closed loop.</para>
    /// <para>Coroutines belong to their loop and cannot be moved: awaited in one of another loop it throws <see cref="InvalidOperationException"/>.</para>
    /// </remarks>
    public LoopSwitch SwitchToAsync(bool alwaysYield = false) => new(this, alwaysYield);
}

/// <summary>What <see cref="EventLoop.SwitchToAsync"/> returns: await it to continue on the loop.</summary>
#pragma warning disable CA1815 // Awaited at once, never compared.
public readonly struct LoopSwitch
{
    private readonly EventLoop _loop;
    private readonly bool _alwaysYield;

    internal LoopSwitch(EventLoop loop, bool alwaysYield)
    {
        _loop = loop;
        _alwaysYield = alwaysYield;
    }

    /// <summary>Makes it awaitable.</summary>
    /// <returns>The awaiter.</returns>
    public LoopSwitchAwaiter GetAwaiter() => new(_loop, _alwaysYield);
}

/// <summary>Awaits a <see cref="LoopSwitch"/>. Used by the compiler.</summary>
public readonly struct LoopSwitchAwaiter : ICriticalNotifyCompletion
{
    private readonly EventLoop _loop;
    private readonly bool _alwaysYield;

    internal LoopSwitchAwaiter(EventLoop loop, bool alwaysYield)
    {
        _loop = loop;
        _alwaysYield = alwaysYield;
    }

    /// <summary>Whether the method is on the loop already and need not yield.</summary>
    public bool IsCompleted => !_alwaysYield && _loop.IsOnLoopThread;

    /// <summary>The method is on the loop.</summary>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <exception cref="InvalidOperationException">It is a coroutine of another loop, whose task has brought it back there.</exception>
    public void GetResult()
    {
        if (!_loop.IsOnLoopThread)
        {
            _loop.ThrowIfClosed();
            throw new InvalidOperationException(Messages.CannotSwitch(_loop));
        }
    }

    /// <inheritdoc />
    public void OnCompleted(Action continuation)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        if (!_loop.TryPost(continuation, null, AmbientContext.Capture()))
        {
            ThreadPool.QueueUserWorkItem(static continuation => ((Action)continuation!)(), continuation);
        }
    }

    /// <inheritdoc />
    public void UnsafeOnCompleted(Action continuation)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        if (!_loop.TryPost(new Continuation(continuation, null), null, null))
        {
            // The method goes on where it can, and is told there: an exception from here would end the process.
            ThreadPool.UnsafeQueueUserWorkItem(static continuation => ((Action)continuation!)(), continuation);
        }
    }
}
#pragma warning restore CA1815
