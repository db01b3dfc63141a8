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

    /// <summary>Runs a blocking function that can be asked to stop on the default executor of the running loop.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="function">Gets a token that is cancelled when the awaiting task is.</param>
    /// <returns>A coroutine. Cancelling it ends the wait at once and the function through its token.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <remarks>Beyond <c>asyncio.to_thread</c>, which cannot reach the thread.</remarks>
    public static Coroutine<T> ToThread<T>(Func<CancellationToken, T> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Inner();

        async Coroutine<T> Inner() => await RunningLoop.Required.RunInExecutor(null, function);
    }

    /// <summary>Runs a blocking action that can be asked to stop on the default executor of the running loop.</summary>
    /// <param name="action">Gets a token that is cancelled when the awaiting task is.</param>
    /// <returns>A coroutine. Cancelling it ends the wait at once and the action through its token.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="action"/> is null.</exception>
    /// <remarks>Beyond <c>asyncio.to_thread</c>, which cannot reach the thread.</remarks>
    public static Coroutine ToThread(Action<CancellationToken> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return Inner();

        async Coroutine Inner() => await RunningLoop.Required.RunInExecutor(null, action);
    }
}
