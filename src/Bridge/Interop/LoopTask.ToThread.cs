namespace Bridge;

/// <content>Blocking calls from coroutines.</content>
public partial class LoopTask
{
    /// <summary>Runs a blocking function on the default executor of the running loop.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="function">Runs in the ambient context of the awaiting code; changes it makes there do not come back.</param>
    /// <returns>A coroutine. Cancelling it does not stop the thread.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <remarks>Source: <c>asyncio.to_thread</c>.</remarks>
    public static Coroutine<T> ToThread<T>(Func<T> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Inner();

        async Coroutine<T> Inner() => await RunningLoop.Required.RunInExecutor(null, function);
    }

    /// <summary>Runs a blocking action on the default executor of the running loop.</summary>
    /// <param name="action">Runs in the ambient context of the awaiting code; changes it makes there do not come back.</param>
    /// <returns>A coroutine. Cancelling it does not stop the thread.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="action"/> is null.</exception>
    /// <remarks>Source: <c>asyncio.to_thread</c>.</remarks>
    public static Coroutine ToThread(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return Inner();

        async Coroutine Inner() => await RunningLoop.Required.RunInExecutor(null, action);
    }
}
