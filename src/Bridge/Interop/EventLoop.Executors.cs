using Bridge.Executors;

namespace Bridge;

/// <content>Blocking calls, off the loop thread.</content>
public abstract partial class EventLoop
{
    /// <summary>Made on first use. This and the flag: loop thread only, or the one that prepares or closes the loop.</summary>
    private ThreadPoolExecutor? _defaultExecutor;
    private bool _defaultExecutorIsShutDown;
    private int _executorCalls;

    /// <summary>
    /// Calls on executors that have not come back: queued or running, also those whose future was cancelled while they ran. Ending the default
    /// executor counts as one. Loop thread.
    /// </summary>
    public int ExecutorCallCount => _executorCalls;

    /// <summary>Runs a blocking function on an executor; the loop goes on meanwhile.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="executor">Where to run it. Null: the loop's default executor, a growing pool of threads of its own, made on first use.</param>
    /// <param name="function">Runs on a thread of the executor, in the ambient context of this call; changes it makes there do not come back.</param>
    /// <returns>A future. Cancelling it drops a call still queued; one that runs goes on, and its outcome is ignored.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread, or the executor was shut down.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// <para>Submits at once. Exceptions arrive as the same object with their frames. Stronger than asyncio: the ambient context flows, as in every .NET call of this kind.</para>
    /// <para>Source: <c>loop.run_in_executor</c>.</para>
    /// </remarks>
    public LoopFuture<T> RunInExecutor<T>(Executor? executor, Func<T> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        AssertCanSchedule();
        return Submit(executor, new FunctionFuture<T>(this, function));
    }

    /// <summary>Runs a blocking action on an executor; the loop goes on meanwhile.</summary>
    /// <param name="executor">Where to run it. Null: the loop's default executor.</param>
    /// <param name="action">Runs on a thread of the executor, in the ambient context of this call.</param>
    /// <returns>A future. Cancelling it drops a call still queued; one that runs goes on, and its outcome is ignored.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="action"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread, or the executor was shut down.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="RunInExecutor{T}(Executor?, Func{T})"/>.</remarks>
    public LoopFuture RunInExecutor(Executor? executor, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        AssertCanSchedule();
        return Submit(executor, new ActionFuture(this, action));
    }

    /// <summary>Runs a blocking function that can be asked to stop.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="executor">Where to run it. Null: the loop's default executor.</param>
    /// <param name="function">Gets a token that is cancelled when the future is.</param>
    /// <returns>A future. Cancelling it drops a call still queued, and cancels the token of one that runs.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread, or the executor was shut down.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="RunInExecutor{T}(Executor?, Func{T})"/>.</remarks>
    public LoopFuture<T> RunInExecutor<T>(Executor? executor, Func<CancellationToken, T> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        AssertCanSchedule();
        return Submit(executor, new CancellableFuture<T>(this, function, JobEnding.Abandon));
    }

    /// <summary>Runs a blocking action that can be asked to stop.</summary>
    /// <param name="executor">Where to run it. Null: the loop's default executor.</param>
    /// <param name="action">Gets a token that is cancelled when the future is.</param>
    /// <returns>A future. Cancelling it drops a call still queued, and cancels the token of one that runs.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="action"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread, or the executor was shut down.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="RunInExecutor{T}(Executor?, Func{T})"/>.</remarks>
    public LoopFuture RunInExecutor(Executor? executor, Action<CancellationToken> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        AssertCanSchedule();
        return Submit(executor, new CancellableFuture<bool>(this, action, JobEnding.Abandon));
    }

    /// <summary>Replaces the default executor. The former one is not shut down.</summary>
    /// <param name="executor">Owned by the loop from now on: closing the loop shuts it down without waiting.</param>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>loop.set_default_executor</c>.</remarks>
    public void SetDefaultExecutor(ThreadPoolExecutor executor)
    {
        ArgumentNullException.ThrowIfNull(executor);
        AssertLoopThread();
        UseAsDefault(executor);
    }

    /// <summary>Waits until the default executor's running and queued calls are done and its threads have ended; no new calls are accepted.</summary>
    /// <param name="timeout">How long to wait at most. Null: as long as it takes. When it is over, the calls still running are listed in a report, and left alone.</param>
    /// <returns>A coroutine. The loop goes on while it waits.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>loop.shutdown_default_executor</c>.</remarks>
    public Coroutine ShutdownDefaultExecutor(TimeSpan? timeout = null)
    {
        if (timeout is { } limit)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(limit, TimeSpan.Zero, nameof(timeout));
        }

        AssertLoopThread();
        return JoinDefaultExecutor(timeout);
    }

    /// <summary>The default executor, if there is one. Any thread, for its figures and reports.</summary>
    internal ThreadPoolExecutor? DefaultExecutorIfAny => Volatile.Read(ref _defaultExecutor);

    /// <summary>Refuses calls from now on and waits for those accepted, within the limit; without a warning for those that stay.</summary>
    internal async Coroutine<ShutdownReport?> EndDefaultExecutor(TimeSpan? timeout)
    {
        _defaultExecutorIsShutDown = true;
        if (_defaultExecutor is not { } executor)
        {
            return null;
        }

        // A thread of its own: the pool being joined cannot do it, and the .NET pool is not ours to block.
        LoopFuture<ShutdownReport?> joined = CreateFuture<ShutdownReport?>();
        var thread = new Thread(() => Join(executor, timeout, joined)) { IsBackground = true, Name = $"{Name}-shutdown" };
        thread.UnsafeStart();
        _executorCalls++;
        return await joined;
    }

    /// <summary>Refuses calls from now on, drops those that wait, and leaves those that run to themselves.</summary>
    internal void AbandonDefaultExecutor()
    {
        _defaultExecutorIsShutDown = true;
        _defaultExecutor?.Shutdown(wait: false, cancelFutures: true);
    }

    private async Coroutine JoinDefaultExecutor(TimeSpan? timeout)
    {
        // A bounded shutdown of the whole loop is under way: its limit holds for everybody.
        TimeSpan? left = Volatile.Read(ref _shutdown)?.TimeLeft;
        TimeSpan? limit = left is null || timeout < left ? timeout : left;
        if (await EndDefaultExecutor(limit) is { IsComplete: false } report)
        {
            WriteWarning($"The default executor of event loop '{Name}' did not finish within {limit}: {report}");
        }
    }

    private void Join(ThreadPoolExecutor executor, TimeSpan? timeout, LoopFuture<ShutdownReport?> joined)
    {
        Exception? failure = null;
        ShutdownReport? report = null;
        try
        {
            if (timeout is { } limit)
            {
                report = executor.Shutdown(limit);
            }
            else
            {
                executor.Shutdown(wait: true);
            }
        }
        catch (Exception exception)
        {
            // Raised where the shutdown is awaited.
            failure = exception;
        }

        // Silent if the loop was closed meanwhile, or if nobody waits any more.
        TryPost(new Action(Finish), null, null);

        void Finish()
        {
            EndExecutorCall();
            _ = failure is null ? joined.TrySetResult(report) : joined.TrySetException(failure);
        }
    }

    private TFuture Submit<TFuture>(Executor? executor, TFuture job)
        where TFuture : LoopFuture, IExecutorJob
    {
        (executor ?? DefaultExecutor()).Execute(job);
        _executorCalls++;
        return job;
    }

    /// <summary>A call has come back, or was withdrawn before it started. Loop thread.</summary>
    internal void EndExecutorCall() => _executorCalls--;

    private ThreadPoolExecutor DefaultExecutor()
    {
        if (_defaultExecutorIsShutDown)
        {
            throw new InvalidOperationException($"The default executor of event loop '{Name}' was shut down. Name another executor for this call.");
        }

        return _defaultExecutor ?? UseAsDefault(new ThreadPoolExecutor(namePrefix: Name));
    }

    private ThreadPoolExecutor UseAsDefault(ThreadPoolExecutor executor)
    {
        if (_defaultExecutor is null)
        {
            ShutdownDefaultExecutorHook = timeout => ShutdownDefaultExecutor(timeout);
            OnClose(() =>
            {
                _defaultExecutorIsShutDown = true;
                _defaultExecutor?.Shutdown(wait: false);
            });
        }

        _defaultExecutor = executor;
        return executor;
    }
}
