using Bridge.Executors;

namespace Bridge;

/// <content>Calls that block although they should not, off the loop thread.</content>
public abstract partial class EventLoop
{
    private const string NullOffloaded = "The function given to Offload returned null instead of a task.";

    /// <summary>Runs a blocking function on the default executor: the same as <see cref="RunInExecutor{T}(Executor?, Func{T})"/>.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="function">Runs on another thread, without the loop's SynchronizationContext, in the ambient context of this call.</param>
    /// <returns>A future, as of RunInExecutor.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread, or its default executor was shut down.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public LoopFuture<T> Offload<T>(Func<T> function) => RunInExecutor(null, function);

    /// <summary>Runs a blocking action on the default executor: the same as <see cref="RunInExecutor(Executor?, Action)"/>.</summary>
    /// <param name="action">Runs on another thread, without the loop's SynchronizationContext, in the ambient context of this call.</param>
    /// <returns>A future, as of RunInExecutor.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="action"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread, or its default executor was shut down.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public LoopFuture Offload(Action action) => RunInExecutor(null, action);

    /// <summary>Calls an "async" function off the loop thread, so that what it does before its first await, or instead of one, blocks nobody.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="start">Called on the default executor, without the loop's SynchronizationContext: what it awaits goes on on the .NET pool.</param>
    /// <returns>A future with the outcome of its task. Cancelling it drops a call still queued; one that runs goes on, and its outcome is dropped.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread, or its default executor was shut down.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>The ambient context of this call flows. Exceptions arrive as the same object with their frames.</remarks>
    public LoopFuture<T> Offload<T>(Func<Task<T>> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        return Offload(start, _ => start());
    }

    /// <summary>Calls an "async" function off the loop thread, so that what it does before its first await, or instead of one, blocks nobody.</summary>
    /// <param name="start">Called on the default executor, without the loop's SynchronizationContext: what it awaits goes on on the .NET pool.</param>
    /// <returns>A future with the outcome of its task. Cancelling it drops a call still queued; one that runs goes on, and its outcome is dropped.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread, or its default executor was shut down.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="Offload{T}(Func{Task{T}})"/>.</remarks>
    public LoopFuture Offload(Func<Task> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        return Offload(start, _ => start());
    }

    /// <summary>Calls an "async" function that can be asked to stop off the loop thread.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="start">Called on the default executor, without the loop's SynchronizationContext, with a token that is cancelled when the future is.</param>
    /// <returns>A future with the outcome of its task.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread, or its default executor was shut down.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="Offload{T}(Func{Task{T}})"/>.</remarks>
    public LoopFuture<T> Offload<T>(Func<CancellationToken, Task<T>> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        return Offload(start, start);
    }

    /// <summary>Calls an "async" function that can be asked to stop off the loop thread.</summary>
    /// <param name="start">Called on the default executor, without the loop's SynchronizationContext, with a token that is cancelled when the future is.</param>
    /// <returns>A future with the outcome of its task.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread, or its default executor was shut down.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="Offload{T}(Func{Task{T}})"/>.</remarks>
    public LoopFuture Offload(Func<CancellationToken, Task> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        return Offload(start, start);
    }

    private LoopFuture<T> Offload<T>(Delegate code, Func<CancellationToken, Task<T>> start)
    {
        AssertCanSchedule();
        ThreadPoolExecutor executor = DefaultExecutor();
        return WrapFuture(token => Begin(executor, code, start, token).Unwrap());
    }

    private LoopFuture Offload(Delegate code, Func<CancellationToken, Task> start)
    {
        AssertCanSchedule();
        ThreadPoolExecutor executor = DefaultExecutor();
        return WrapFuture(token => Begin(executor, code, start, token).Unwrap());
    }

    /// <summary>The outer task is the call itself, the inner one what it returns. Reports name the job by the caller's code.</summary>
    private static Task<TTask> Begin<TTask>(Executor executor, Delegate code, Func<CancellationToken, TTask> start, CancellationToken token)
        where TTask : Task
    {
        ConcurrentFuture<TTask> call = executor.Submit(() => start(token) ?? throw new InvalidOperationException(NullOffloaded), CallbackText.Of(code));
        token.UnsafeRegister(static call => ((ConcurrentFuture)call!).Cancel(), call);
        return call.Task;
    }
}
