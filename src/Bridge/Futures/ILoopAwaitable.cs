namespace Bridge;

/// <summary>What coroutines, futures and tasks have in common: something a loop can wait for. Implemented by Bridge only.</summary>
/// <remarks>Where asyncio says "an awaitable", a parameter has this type: pass a <c>Coroutine</c>, a <see cref="LoopFuture"/> or a <c>LoopTask</c>.</remarks>
public interface ILoopAwaitable
{
    /// <summary>The future itself, or a new task for a coroutine (asyncio's <c>ensure_future</c>).</summary>
    internal LoopFuture ToFuture(EventLoop loop);
}

/// <summary>An <see cref="ILoopAwaitable"/> with a result.</summary>
/// <typeparam name="T">Type of the result.</typeparam>
public interface ILoopAwaitable<out T> : ILoopAwaitable
{
    /// <summary>The result; only once <see cref="ILoopAwaitable.ToFuture"/>'s future has succeeded.</summary>
    internal T TakeResult();
}
