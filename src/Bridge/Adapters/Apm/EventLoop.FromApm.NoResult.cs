namespace Bridge;

/// <content>Begin/End pairs (APM) without a result.</content>
public abstract partial class EventLoop
{
    /// <summary>Starts an operation without a result that has a Begin and an End method.</summary>
    /// <param name="begin">Called at once, on the loop thread. What it throws fails the future.</param>
    /// <param name="end">Called exactly once if the operation completes, on the thread that completes it.</param>
    /// <param name="cancellationToken">Ends the wait, with this token.</param>
    /// <returns>A future; done in the next turn at the earliest.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="begin"/> or <paramref name="end"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="FromApm{T}(Func{AsyncCallback, object?, IAsyncResult}, Func{IAsyncResult, T}, CancellationToken)"/>.</remarks>
    public LoopFuture FromApm(Func<AsyncCallback, object?, IAsyncResult> begin, Action<IAsyncResult> end, CancellationToken cancellationToken = default)
    {
        CheckApm(begin, end);
        return ApmFuture<NoResult>.Start(this, callback => begin(callback, null), Valued(end), cancellationToken);
    }

    /// <summary>Starts an operation with one argument without a result that has a Begin and an End method.</summary>
    /// <typeparam name="TArg">Type of the argument.</typeparam>
    /// <param name="begin">Called at once, on the loop thread. What it throws fails the future.</param>
    /// <param name="end">Called exactly once if the operation completes, on the thread that completes it.</param>
    /// <param name="arg">The argument.</param>
    /// <param name="cancellationToken">Ends the wait, with this token.</param>
    /// <returns>A future; done in the next turn at the earliest.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="begin"/> or <paramref name="end"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="FromApm{T}(Func{AsyncCallback, object?, IAsyncResult}, Func{IAsyncResult, T}, CancellationToken)"/>.</remarks>
    public LoopFuture FromApm<TArg>(
        Func<TArg, AsyncCallback, object?, IAsyncResult> begin, Action<IAsyncResult> end, TArg arg, CancellationToken cancellationToken = default)
    {
        CheckApm(begin, end);
        return ApmFuture<NoResult>.Start(this, callback => begin(arg, callback, null), Valued(end), cancellationToken);
    }

    /// <summary>Starts an operation with two arguments without a result that has a Begin and an End method.</summary>
    /// <typeparam name="TArg1">Type of the first argument.</typeparam>
    /// <typeparam name="TArg2">Type of the second argument.</typeparam>
    /// <param name="begin">Called at once, on the loop thread. What it throws fails the future.</param>
    /// <param name="end">Called exactly once if the operation completes, on the thread that completes it.</param>
    /// <param name="arg1">The first argument.</param>
    /// <param name="arg2">The second argument.</param>
    /// <param name="cancellationToken">Ends the wait, with this token.</param>
    /// <returns>A future; done in the next turn at the earliest.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="begin"/> or <paramref name="end"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="FromApm{T}(Func{AsyncCallback, object?, IAsyncResult}, Func{IAsyncResult, T}, CancellationToken)"/>.</remarks>
    public LoopFuture FromApm<TArg1, TArg2>(
        Func<TArg1, TArg2, AsyncCallback, object?, IAsyncResult> begin, Action<IAsyncResult> end, TArg1 arg1, TArg2 arg2, CancellationToken cancellationToken = default)
    {
        CheckApm(begin, end);
        return ApmFuture<NoResult>.Start(this, callback => begin(arg1, arg2, callback, null), Valued(end), cancellationToken);
    }

    /// <summary>Starts an operation with three arguments without a result that has a Begin and an End method.</summary>
    /// <typeparam name="TArg1">Type of the first argument.</typeparam>
    /// <typeparam name="TArg2">Type of the second argument.</typeparam>
    /// <typeparam name="TArg3">Type of the third argument.</typeparam>
    /// <param name="begin">Called at once, on the loop thread. What it throws fails the future.</param>
    /// <param name="end">Called exactly once if the operation completes, on the thread that completes it.</param>
    /// <param name="arg1">The first argument.</param>
    /// <param name="arg2">The second argument.</param>
    /// <param name="arg3">The third argument.</param>
    /// <param name="cancellationToken">Ends the wait, with this token.</param>
    /// <returns>A future; done in the next turn at the earliest.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="begin"/> or <paramref name="end"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="FromApm{T}(Func{AsyncCallback, object?, IAsyncResult}, Func{IAsyncResult, T}, CancellationToken)"/>.</remarks>
    public LoopFuture FromApm<TArg1, TArg2, TArg3>(
        Func<TArg1, TArg2, TArg3, AsyncCallback, object?, IAsyncResult> begin,
        Action<IAsyncResult> end,
        TArg1 arg1,
        TArg2 arg2,
        TArg3 arg3,
        CancellationToken cancellationToken = default)
    {
        CheckApm(begin, end);
        return ApmFuture<NoResult>.Start(this, callback => begin(arg1, arg2, arg3, callback, null), Valued(end), cancellationToken);
    }

    private static Func<IAsyncResult, NoResult> Valued(Action<IAsyncResult> end) => result =>
    {
        end(result);
        return default;
    };
}
