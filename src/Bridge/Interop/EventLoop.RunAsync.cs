namespace Bridge;

/// <content>Into the loop from async code that runs elsewhere.</content>
public abstract partial class EventLoop
{
    /// <summary>Runs a coroutine on this loop, for async code on any thread: <c>await loop.RunAsync(() =&gt; poller.Refresh(), requestAborted)</c>.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="start">Called on the loop thread, in the ambient context of this call; its coroutine becomes a task.</param>
    /// <param name="cancellationToken">Cancels the coroutine; the task ends when that has stopped, with this token, or with the result if it ended with one. Fired already: nothing is started.</param>
    /// <returns>A task with its outcome. Continuations never run inside the loop.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>If the loop closes first, the task is cancelled (<see cref="LoopClosedException"/>). As <see cref="RunCoroutineThreadSafe{T}(Func{Coroutine{T}})"/>, whose future also tells more.</remarks>
    public Task<T> RunAsync<T>(Func<Coroutine<T>> start, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        return StartFromAnyThread<T>(start, cancellationToken).TaskStoppedBy(cancellationToken);
    }

    /// <summary>Runs a coroutine on this loop, for async code on any thread.</summary>
    /// <param name="start">Called on the loop thread, in the ambient context of this call; its coroutine becomes a task.</param>
    /// <param name="cancellationToken">Cancels the coroutine; the task ends when that has stopped. Fired already: nothing is started.</param>
    /// <returns>A task with its outcome. Continuations never run inside the loop.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="RunAsync{T}(Func{Coroutine{T}}, CancellationToken)"/>.</remarks>
    public Task RunAsync(Func<Coroutine> start, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        return StartFromAnyThread<bool>(start, cancellationToken).TaskStoppedBy(cancellationToken);
    }

    /// <summary>Calls a function on this loop's thread, for async code on any thread: <c>int n = await loop.InvokeAsync(() =&gt; poller.Count)</c>.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="function">Runs on the loop thread, in the ambient context of this call. It must not block.</param>
    /// <param name="cancellationToken">A call that has not begun when it fires never runs.</param>
    /// <returns>A task with its outcome. Continuations never run inside the loop.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="RunAsync{T}(Func{Coroutine{T}}, CancellationToken)"/>.</remarks>
    public Task<T> InvokeAsync<T>(Func<T> function, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        return StartFromAnyThread<T>(Call, cancellationToken).TaskStoppedBy(cancellationToken);

#pragma warning disable CS1998 // There is nothing to wait for.
        async Coroutine<T> Call() => function();
#pragma warning restore CS1998
    }
}
