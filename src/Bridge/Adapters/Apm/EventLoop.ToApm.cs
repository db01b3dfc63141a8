using Bridge.Executors;

namespace Bridge;

/// <content>Coroutines and futures as Begin/End pairs (APM).</content>
public abstract partial class EventLoop
{
    /// <summary>The Begin of a coroutine, for old code that wants a Begin/End pair. Any thread.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="start">Called on the loop thread, in the ambient context of this call; its coroutine becomes a task.</param>
    /// <param name="callback">Called once when the outcome is there: on the .NET pool, in the ambient context of this call, never inside it. Null: none.</param>
    /// <param name="state">What <c>AsyncState</c> gives back.</param>
    /// <returns>What <see cref="EndApm{T}(IAsyncResult)"/> takes. It never says that it completed synchronously.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>If the loop closes first, the operation ends as cancelled (<see cref="LoopClosedException"/>). What the callback throws is the pool's, as with every Begin method. No source in asyncio.</remarks>
    public IAsyncResult ToApm<T>(Func<Coroutine<T>> start, AsyncCallback? callback, object? state)
        => new ApmResult<T>(this, RunCoroutineThreadSafe(start), callback, state);

    /// <summary>The Begin of a coroutine without a result. Any thread.</summary>
    /// <param name="start">Called on the loop thread, in the ambient context of this call; its coroutine becomes a task.</param>
    /// <param name="callback">Called once when the outcome is there: on the .NET pool, never inside this call. Null: none.</param>
    /// <param name="state">What <c>AsyncState</c> gives back.</param>
    /// <returns>What <see cref="EndApm(IAsyncResult)"/> takes.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="ToApm{T}(Func{Coroutine{T}}, AsyncCallback?, object?)"/>.</remarks>
    public IAsyncResult ToApm(Func<Coroutine> start, AsyncCallback? callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(start);
        return new ApmResult<NoResult>(this, StartFromAnyThread<NoResult>(start, default), callback, state);
    }

    /// <summary>The Begin of something this loop does already. Any thread.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="future">A future of this loop.</param>
    /// <param name="callback">Called once when the outcome is there: on the .NET pool, never inside this call. Null: none.</param>
    /// <param name="state">What <c>AsyncState</c> gives back.</param>
    /// <returns>What <see cref="EndApm{T}(IAsyncResult)"/> takes.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="future"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="future"/> belongs to another loop.</exception>
    /// <remarks>As <see cref="ToApm{T}(Func{Coroutine{T}}, AsyncCallback?, object?)"/>; of a closed loop the operation has ended.</remarks>
    public IAsyncResult ToApm<T>(LoopFuture<T> future, AsyncCallback? callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(future);
        if (!ReferenceEquals(future.Loop, this))
        {
            throw new ArgumentException(Messages.FutureOfOtherLoop(future, this), nameof(future));
        }

        var outcome = new ConcurrentFuture<T>();
        Futures.Chain(future, outcome);
        return new ApmResult<T>(this, outcome, callback, state);
    }

    /// <summary>The End that belongs to <see cref="ToApm{T}(Func{Coroutine{T}}, AsyncCallback?, object?)"/>: waits for the outcome and gives it, once.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="asyncResult">What Begin gave.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="asyncResult"/> is null.</exception>
    /// <exception cref="ArgumentException">It is not of ToApm, not of this loop, or has another type of result.</exception>
    /// <exception cref="InvalidOperationException">It is pending and this is the loop thread, where waiting would never end; or End was called before.</exception>
    /// <remarks>Any thread but, while it is pending, the loop's. Throws what the operation failed with: the same exception. Closes the wait handle.</remarks>
    public T EndApm<T>(IAsyncResult asyncResult)
    {
        ArgumentNullException.ThrowIfNull(asyncResult);
        if (asyncResult is not ApmResult<T> result)
        {
            throw new ArgumentException(Messages.NotOfToApm(asyncResult, typeof(T)), nameof(asyncResult));
        }

        return ReferenceEquals(result.Loop, this) ? result.End() : throw new ArgumentException(Messages.ApmOfOtherLoop(result.Loop, this), nameof(asyncResult));
    }

    /// <summary>The End that belongs to <see cref="ToApm(Func{Coroutine}, AsyncCallback?, object?)"/>: waits for the outcome, once.</summary>
    /// <param name="asyncResult">What Begin gave.</param>
    /// <exception cref="ArgumentNullException"><paramref name="asyncResult"/> is null.</exception>
    /// <exception cref="ArgumentException">It is not of ToApm for a coroutine without a result, or not of this loop.</exception>
    /// <exception cref="InvalidOperationException">It is pending and this is the loop thread, where waiting would never end; or End was called before.</exception>
    /// <remarks>As <see cref="EndApm{T}(IAsyncResult)"/>.</remarks>
    public void EndApm(IAsyncResult asyncResult) => EndApm<NoResult>(asyncResult);
}
