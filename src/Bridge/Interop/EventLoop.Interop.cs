using Bridge.Executors;

namespace Bridge;

/// <content>Into the loop from other worlds.</content>
public abstract partial class EventLoop
{
    private LoopTaskScheduler? _taskScheduler;

    /// <summary>Runs .NET tasks as callbacks of this loop. Any thread.</summary>
    /// <remarks>Starting a task on it after the loop closed throws (a <see cref="TaskSchedulerException"/> around <see cref="ObjectDisposedException"/>).</remarks>
    public TaskScheduler TaskScheduler => LazyInitializer.EnsureInitialized(ref _taskScheduler, () => new LoopTaskScheduler(this));

    /// <summary>Starts a coroutine on this loop from any thread, and gives a future that can be waited for there.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="start">Called on the loop thread, in the ambient context of this call; its coroutine becomes a task.</param>
    /// <returns>
    /// A thread-safe future: block on it, await it, or take its Task. Cancelling it cancels the task; <c>Stopped</c> tells when that has
    /// really ended. Cancelled before the loop gets to it, <paramref name="start"/> is never called.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// <para>Blocking on it on the loop thread itself throws: it could never end. If the loop closes first, the future is cancelled (<see cref="LoopClosedException"/>).</para>
    /// <para>Source: <c>asyncio.run_coroutine_threadsafe</c>. Stronger: a future cancelled in time never starts its coroutine.</para>
    /// </remarks>
    public ConcurrentFuture<T> RunCoroutineThreadSafe<T>(Func<Coroutine<T>> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        return StartFromAnyThread<T>(start, default);
    }

    /// <summary>Starts a coroutine on this loop from any thread, and gives a future that can be waited for there.</summary>
    /// <param name="start">Called on the loop thread, in the ambient context of this call; its coroutine becomes a task.</param>
    /// <returns>A thread-safe future, as for a coroutine with a result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="RunCoroutineThreadSafe{T}(Func{Coroutine{T}})"/>.</remarks>
    public ConcurrentFuture RunCoroutineThreadSafe(Func<Coroutine> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        return StartFromAnyThread<bool>(start, default);
    }

    /// <summary>Any thread. With a token that fired already nothing is started.</summary>
    internal CoroutineFuture<T> StartFromAnyThread<T>(Func<Coroutine> start, CancellationToken token)
    {
        var call = new CoroutineFuture<T>(this, () => start() ?? throw new InvalidOperationException(NullCoroutine));
        if (token.IsCancellationRequested)
        {
            call.CancelUnstarted(token);
        }
        else
        {
            call.Post();
        }

        return call;
    }

    private const string NullCoroutine = "The function given to RunCoroutineThreadSafe returned null instead of a coroutine.";
}
