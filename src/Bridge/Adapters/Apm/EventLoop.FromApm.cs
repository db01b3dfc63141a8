namespace Bridge;

/// <content>Begin/End pairs (APM) as futures.</content>
public abstract partial class EventLoop
{
    /// <summary>Starts an operation that has a Begin and an End method, and gives its outcome as a future.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="begin">Called at once, on the loop thread. What it throws fails the future.</param>
    /// <param name="end">Called exactly once if the operation completes, on the thread that completes it, also after the future was cancelled or the loop closed.</param>
    /// <param name="cancellationToken">Ends the wait, with this token. Cancelled already: <paramref name="begin"/> is not called.</param>
    /// <returns>A future; done in the next turn at the earliest, also if the operation completes at once.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="begin"/> or <paramref name="end"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// <para>
    /// Begin/End operations cannot be cancelled: when the wait ends early the operation goes on, and its outcome is dropped. What it writes to, such as a buffer,
    /// belongs to it until then.
    /// </para>
    /// <para>Threads: loop thread. The outcome of an operation that completes after the loop closed is dropped and counted (<see cref="LateCompletions"/>). No source in asyncio.</para>
    /// </remarks>
    public LoopFuture<T> FromApm<T>(Func<AsyncCallback, object?, IAsyncResult> begin, Func<IAsyncResult, T> end, CancellationToken cancellationToken = default)
    {
        CheckApm(begin, end);
        return ApmFuture<T>.Start(this, callback => begin(callback, null), end, cancellationToken);
    }

    /// <summary>Starts an operation with one argument that has a Begin and an End method.</summary>
    /// <typeparam name="TArg">Type of the argument.</typeparam>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="begin">Called at once, on the loop thread.</param>
    /// <param name="end">Called exactly once if the operation completes.</param>
    /// <param name="arg">The argument.</param>
    /// <param name="cancellationToken">Ends the wait, with this token.</param>
    /// <returns>A future; done in the next turn at the earliest.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="begin"/> or <paramref name="end"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="FromApm{T}(Func{AsyncCallback, object?, IAsyncResult}, Func{IAsyncResult, T}, CancellationToken)"/>.</remarks>
    public LoopFuture<T> FromApm<TArg, T>(
        Func<TArg, AsyncCallback, object?, IAsyncResult> begin, Func<IAsyncResult, T> end, TArg arg, CancellationToken cancellationToken = default)
    {
        CheckApm(begin, end);
        return ApmFuture<T>.Start(this, callback => begin(arg, callback, null), end, cancellationToken);
    }

    /// <summary>Starts an operation with two arguments that has a Begin and an End method.</summary>
    /// <typeparam name="TArg1">Type of the first argument.</typeparam>
    /// <typeparam name="TArg2">Type of the second argument.</typeparam>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="begin">Called at once, on the loop thread.</param>
    /// <param name="end">Called exactly once if the operation completes.</param>
    /// <param name="arg1">The first argument.</param>
    /// <param name="arg2">The second argument.</param>
    /// <param name="cancellationToken">Ends the wait, with this token.</param>
    /// <returns>A future; done in the next turn at the earliest.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="begin"/> or <paramref name="end"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="FromApm{T}(Func{AsyncCallback, object?, IAsyncResult}, Func{IAsyncResult, T}, CancellationToken)"/>.</remarks>
    public LoopFuture<T> FromApm<TArg1, TArg2, T>(
        Func<TArg1, TArg2, AsyncCallback, object?, IAsyncResult> begin, Func<IAsyncResult, T> end, TArg1 arg1, TArg2 arg2, CancellationToken cancellationToken = default)
    {
        CheckApm(begin, end);
        return ApmFuture<T>.Start(this, callback => begin(arg1, arg2, callback, null), end, cancellationToken);
    }

    /// <summary>Starts an operation with three arguments that has a Begin and an End method: <c>await loop.FromApm(stream.BeginRead, stream.EndRead, buffer, 0, 64, token)</c></summary>
    /// <typeparam name="TArg1">Type of the first argument.</typeparam>
    /// <typeparam name="TArg2">Type of the second argument.</typeparam>
    /// <typeparam name="TArg3">Type of the third argument.</typeparam>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="begin">Called at once, on the loop thread.</param>
    /// <param name="end">Called exactly once if the operation completes.</param>
    /// <param name="arg1">The first argument.</param>
    /// <param name="arg2">The second argument.</param>
    /// <param name="arg3">The third argument.</param>
    /// <param name="cancellationToken">Ends the wait, with this token.</param>
    /// <returns>A future; done in the next turn at the earliest.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="begin"/> or <paramref name="end"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="FromApm{T}(Func{AsyncCallback, object?, IAsyncResult}, Func{IAsyncResult, T}, CancellationToken)"/>.</remarks>
    public LoopFuture<T> FromApm<TArg1, TArg2, TArg3, T>(
        Func<TArg1, TArg2, TArg3, AsyncCallback, object?, IAsyncResult> begin,
        Func<IAsyncResult, T> end,
        TArg1 arg1,
        TArg2 arg2,
        TArg3 arg3,
        CancellationToken cancellationToken = default)
    {
        CheckApm(begin, end);
        return ApmFuture<T>.Start(this, callback => begin(arg1, arg2, arg3, callback, null), end, cancellationToken);
    }

    private void CheckApm(Delegate begin, Delegate end)
    {
        ArgumentNullException.ThrowIfNull(begin);
        ArgumentNullException.ThrowIfNull(end);
        AssertCanSchedule();
    }
}
