using Bridge.Executors;

namespace Bridge;

/// <content>Blocking calls that have to share a thread.</content>
public abstract partial class EventLoop
{
    /// <summary>The thread for <see cref="Affinity.Loop"/>, made on first use. Loop thread.</summary>
    private AffineExecutor? _affineExecutor;

    /// <summary>Runs a blocking function on the thread that it has to share with others.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="affinity">With whom.</param>
    /// <param name="function">Runs in the ambient context of this call; changes it makes there do not come back.</param>
    /// <returns>A future. Cancelling it drops a call still queued; one that runs goes on, and its outcome is ignored.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="affinity"/> is no such value.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread; or the call asks for a scope and there is none, or it has ended.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>Calls that share a thread run in the order of these calls. As <see cref="RunInExecutor{T}(Executor?, Func{T})"/>.</remarks>
    public LoopFuture<T> RunAffine<T>(Affinity affinity, Func<T> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        AssertCanSchedule();
        return RunInExecutor(ExecutorFor(affinity), function);
    }

    /// <summary>Runs a blocking action on the thread that it has to share with others.</summary>
    /// <param name="affinity">With whom.</param>
    /// <param name="action">Runs in the ambient context of this call.</param>
    /// <returns>A future. Cancelling it drops a call still queued; one that runs goes on.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="action"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="affinity"/> is no such value.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread; or the call asks for a scope and there is none, or it has ended.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="RunAffine{T}"/>.</remarks>
    public LoopFuture RunAffine(Affinity affinity, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        AssertCanSchedule();
        return RunInExecutor(ExecutorFor(affinity), action);
    }

    private AffineExecutor? ExecutorFor(Affinity affinity) => affinity switch
    {
        Affinity.None => null,
        Affinity.Scope => (AffinityScope.Current ?? throw new InvalidOperationException(Messages.NoAffinityScope)).Executor,
        Affinity.Loop => _affineExecutor ??= MakeAffineExecutor(),
        _ => throw new ArgumentOutOfRangeException(nameof(affinity), affinity, $"{affinity} is no {nameof(Affinity)}; use None, Scope or Loop."),
    };

    private AffineExecutor MakeAffineExecutor()
    {
        var executor = new AffineExecutor($"{Name}-affine");
        OnClose(() => executor.Shutdown(wait: false, cancelFutures: true));
        return executor;
    }
}
