using Bridge.Executors;

namespace Bridge;

/// <summary>An object that lives on a thread of its own, for code on a loop. Made by <c>loop.CreateAffine</c>.</summary>
/// <typeparam name="T">Type of the object.</typeparam>
/// <remarks>
/// <para>Calls run one after the other, in the order in which they were begun. The thread starts with the first call, and is a background thread.</para>
/// <para>Threads: the loop's. If the loop closes first, the thread ends after the call it is in, calls that wait are dropped, and the object is disposed of all the same.</para>
/// </remarks>
#pragma warning disable CA1068 // The token comes first among what is optional: most calls have it, few have an onCancel.
public sealed class LoopAffine<T> : IAsyncDisposable
{
    private readonly EventLoop _loop;
    private readonly AffineExecutor<T> _executor;
    private readonly CloseRegistration _closeRegistration;

    internal LoopAffine(EventLoop loop, Func<T> factory, string? name, ApartmentState apartment)
    {
        _loop = loop;
        _executor = new AffineExecutor<T>(factory, name, apartment);
        _closeRegistration = loop.OnClose(() => _executor.Shutdown(wait: false, cancelFutures: true));
    }

    /// <summary>The thread as an executor: for <c>RunInExecutor</c>, and for code that is not on a loop. Any thread.</summary>
    public AffineExecutor<T> Executor => _executor;

    /// <summary>Calls the object on its thread.</summary>
    /// <typeparam name="TResult">Type of the result.</typeparam>
    /// <param name="call">Given the object, which it must not hand out. Runs in the ambient context of the awaiting code.</param>
    /// <param name="cancellationToken">Ends the wait, with this token, as cancelling the task does. A call that waits in line then never runs; one that runs goes on.</param>
    /// <param name="onCancel">Called if the wait ends while the call runs, on another thread: <c>c =&gt; c.CancelCommand()</c>. The call's thread goes on to the next only when this has returned.</param>
    /// <returns>A coroutine giving the result. Exceptions arrive as the same object with their frames. Nothing is begun before it is awaited or made a task.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="call"/> is null.</exception>
    /// <exception cref="InvalidOperationException">On await: this was disposed of, or the await is not on the loop.</exception>
    /// <remarks>What <paramref name="onCancel"/> throws goes to the loop's exception handler.</remarks>
    public Coroutine<TResult> Run<TResult>(Func<T, TResult> call, CancellationToken cancellationToken = default, Action<T>? onCancel = null)
    {
        ArgumentNullException.ThrowIfNull(call);
        return Call((instance, _) => call(instance), cancellationToken, onCancel);
    }

    /// <summary>Calls the object on its thread, in a way that can be asked to stop.</summary>
    /// <typeparam name="TResult">Type of the result.</typeparam>
    /// <param name="call">Given the object, and a token that fires if the wait ends while the call runs.</param>
    /// <param name="cancellationToken">Ends the wait, with this token, as cancelling the task does.</param>
    /// <returns>A coroutine giving the result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="call"/> is null.</exception>
    /// <exception cref="InvalidOperationException">On await: this was disposed of, or the await is not on the loop.</exception>
    /// <remarks>As <see cref="Run{TResult}(Func{T, TResult}, CancellationToken, Action{T}?)"/>.</remarks>
    public Coroutine<TResult> Run<TResult>(Func<T, CancellationToken, TResult> call, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        return Call(call, cancellationToken, onCancel: null);
    }

    /// <summary>Calls the object on its thread.</summary>
    /// <param name="call">Given the object, which it must not hand out.</param>
    /// <param name="cancellationToken">Ends the wait, with this token, as cancelling the task does.</param>
    /// <param name="onCancel">Called if the wait ends while the call runs, on another thread.</param>
    /// <returns>A coroutine.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="call"/> is null.</exception>
    /// <exception cref="InvalidOperationException">On await: this was disposed of, or the await is not on the loop.</exception>
    /// <remarks>As <see cref="Run{TResult}(Func{T, TResult}, CancellationToken, Action{T}?)"/>.</remarks>
    public Coroutine Run(Action<T> call, CancellationToken cancellationToken = default, Action<T>? onCancel = null)
    {
        ArgumentNullException.ThrowIfNull(call);
        return Call(
            (instance, _) =>
            {
                call(instance);
                return default(NoResult);
            },
            cancellationToken,
            onCancel);
    }

    /// <summary>Ends the thread after the calls that were begun, and with it the object.</summary>
    /// <returns>Await it on the loop: the object is disposed of and the thread has ended then. Later calls throw.</returns>
    /// <remarks>What disposing of the object throws goes to <see cref="ConcurrentFuture.UnhandledCallbackException"/>. May be called again.</remarks>
    public async ValueTask DisposeAsync()
    {
        _closeRegistration.Dispose();

        // A thread of its own: joining blocks, and the pools may be busy.
        await Task.Factory.StartNew(() => _executor.Shutdown(wait: true), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private async Coroutine<TResult> Call<TResult>(Func<T, CancellationToken, TResult> call, CancellationToken cancellationToken, Action<T>? onCancel)
    {
        _loop.AssertLoopThread();
        cancellationToken.ThrowIfCancellationRequested();
        LoopFuture<TResult> called = _loop.RunInExecutor(_executor, stop => CallHere(call, stop, onCancel));
        return await TokenWait.Await(called, cancellationToken);
    }

    private TResult CallHere<TResult>(Func<T, CancellationToken, TResult> call, CancellationToken stop, Action<T>? onCancel)
    {
        T instance = _executor.Instance;
        if (onCancel is null)
        {
            return call(instance, stop);
        }

        // Leaving this block waits for an onCancel that is under way: it must not hit the next call.
        using CancellationTokenRegistration registration = stop.UnsafeRegister(_ => onCancel(instance), null);
        return call(instance, stop);
    }
}
#pragma warning restore CA1068
