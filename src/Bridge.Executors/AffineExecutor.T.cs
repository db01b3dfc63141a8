namespace Bridge.Executors;

/// <summary>One thread that owns one object: made there, used there, disposed there. For drivers and COM-like objects that no other thread may touch.</summary>
/// <typeparam name="T">The type of the object.</typeparam>
/// <remarks>
/// <para>The factory runs with the first submission. If it throws, the executor is broken: every future of it, and every later submission, fails with
/// a <see cref="BrokenExecutorException"/> whose inner exception is the factory's.</para>
/// <para>On shutdown the object is disposed on its thread after the last job; if it is only <see cref="IAsyncDisposable"/>, the thread waits for that.
/// What disposing throws goes to <see cref="ConcurrentFuture.UnhandledCallbackException"/>.</para>
/// <para>Threads: every member may be called from any thread. Calls run in order of submission.</para>
/// </remarks>
public sealed class AffineExecutor<T> : AffineExecutor
{
    private readonly Func<T> _factory;

    /// <summary>The object. Only the executor's thread touches it.</summary>
    private T _instance = default!;

    /// <summary>Creates the executor; thread and object come with the first submission.</summary>
    /// <param name="factory">Makes the object, on the executor's thread.</param>
    /// <param name="name">The name of the executor and its thread; null: <c>AffineExecutor</c>.</param>
    /// <param name="apartment">The COM apartment of the thread, meaningful on Windows only.</param>
    /// <exception cref="ArgumentNullException"><paramref name="factory"/> is null.</exception>
    /// <exception cref="PlatformNotSupportedException"><paramref name="apartment"/> is <see cref="ApartmentState.STA"/> and this is not Windows.</exception>
    public AffineExecutor(Func<T> factory, string? name = null, ApartmentState apartment = ApartmentState.Unknown)
        : base(name, apartment)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _factory = factory;
    }

    /// <summary>Gets the object, for jobs that came another way than by <c>Submit</c>, as from a loop.</summary>
    /// <exception cref="InvalidOperationException">This is not the executor's thread.</exception>
    public T Instance => IsCurrentThread ? _instance : throw new InvalidOperationException(Messages.InstanceIsElsewhere(Name));

    /// <summary>Submits a function of the object.</summary>
    /// <typeparam name="TResult">The type of its result.</typeparam>
    /// <param name="work">Given the object, on its thread. The object must not be handed out.</param>
    /// <param name="name">Shown in reports; null: the name of its method.</param>
    /// <returns>The future of its result, at once.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The executor was shut down.</exception>
    /// <exception cref="BrokenExecutorException">The factory failed.</exception>
    public ConcurrentFuture<TResult> Submit<TResult>(Func<T, TResult> work, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Hand(new InstanceWork<TResult>(this, work, static (work, instance, _) => ((Func<T, TResult>)work)(instance)), name);
    }

    /// <summary>Submits a function of the object that can be asked to stop.</summary>
    /// <typeparam name="TResult">The type of its result.</typeparam>
    /// <param name="work">Given the object and a token that fires when its future is asked to cancel while it runs.</param>
    /// <param name="name">Shown in reports; null: the name of its method.</param>
    /// <returns>The future of its result, at once.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The executor was shut down.</exception>
    /// <exception cref="BrokenExecutorException">The factory failed.</exception>
    public ConcurrentFuture<TResult> Submit<TResult>(Func<T, CancellationToken, TResult> work, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Hand(new InstanceWork<TResult>(this, work, static (work, instance, job) => ((Func<T, CancellationToken, TResult>)work)(instance, job.CancellationToken)), name);
    }

    /// <summary>Submits an action on the object.</summary>
    /// <param name="work">Given the object, on its thread.</param>
    /// <param name="name">Shown in reports; null: the name of its method.</param>
    /// <returns>The future of its end, at once.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The executor was shut down.</exception>
    /// <exception cref="BrokenExecutorException">The factory failed.</exception>
    public ConcurrentFuture Submit(Action<T> work, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Hand(new InstanceWork<Nothing>(this, work, static (work, instance, _) =>
        {
            ((Action<T>)work)(instance);
            return default;
        }), name);
    }

    /// <summary>Submits an action on the object that can be asked to stop.</summary>
    /// <param name="work">Given the object and a token that fires when its future is asked to cancel while it runs.</param>
    /// <param name="name">Shown in reports; null: the name of its method.</param>
    /// <returns>The future of its end, at once.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The executor was shut down.</exception>
    /// <exception cref="BrokenExecutorException">The factory failed.</exception>
    public ConcurrentFuture Submit(Action<T, CancellationToken> work, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Hand(new InstanceWork<Nothing>(this, work, static (work, instance, job) =>
        {
            ((Action<T, CancellationToken>)work)(instance, job.CancellationToken);
            return default;
        }), name);
    }

    /// <summary>Makes the object.</summary>
    protected override void OnThreadStart() => _instance = _factory();

    /// <summary>Disposes the object.</summary>
    protected override void OnThreadStop()
    {
        var instance = _instance;
        _instance = default!;
        if (instance is IDisposable disposable)
        {
            disposable.Dispose();
        }
        else if (instance is IAsyncDisposable asyncDisposable)
        {
            // The thread has nothing else to do, and what DisposeAsync needs runs on the .NET thread pool.
            asyncDisposable.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private sealed class InstanceWork<TResult>(
        AffineExecutor<T> owner, Delegate work, Func<Delegate, T, ConcurrentFuture, TResult> call) : Work<TResult>(work)
    {
        protected override TResult Invoke(Delegate work) => call(work, owner._instance, this);
    }
}
