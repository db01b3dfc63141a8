namespace Bridge;

/// <content>This loop as the guest of another one.</content>
public abstract partial class EventLoop
{
    /// <summary>Lets a foreign loop, such as a user interface's, drive this one: every callback and coroutine of this loop runs on the host's thread, between the host's own work.</summary>
    /// <param name="host">The host's context. It must queue what is posted and run it on one thread, one at a time.</param>
    /// <param name="main">Called in the first turn; its coroutine becomes the returned task.</param>
    /// <param name="onDone">
    /// Called by the host, once, when everything is over: the task is done, every other task of the loop was cancelled and has run its finally blocks,
    /// the default executor has ended, and the loop is closed. Given the task; what it throws, the host gets.
    /// </param>
    /// <returns>The main task. A host that wants to exit cancels it, and exits after <paramref name="onDone"/>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="host"/> is this loop's own context.</exception>
    /// <exception cref="InvalidOperationException">The loop is running.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// <para>
    /// One turn is one post to the host. While the loop is idle nothing is posted and nothing spins: a background thread waits in the selector.
    /// Signals are left to the host. The run counts as an operation of the host (<see cref="SynchronizationContext.OperationStarted"/>), so a
    /// host that waits for its operations ends after it.
    /// </para>
    /// <para>
    /// Between turns the host's code, on its thread, may use the loop and its objects directly, but not await them (await <c>future.AsTask()</c>);
    /// <see cref="Running"/> finds the loop in turns only.
    /// If the host takes no more turns (its Post throws, or its thread has ended), the main task is cancelled and the loop runs to its end on
    /// a background thread, which then also calls <paramref name="onDone"/>; the exception handler is told. A host that drops posts
    /// in silence while its thread lives on cannot be noticed: cancel the task before.
    /// </para>
    /// <para>
    /// <see cref="Stop"/>, or an exception that leaves a turn, cancels the main task; the second one ends the run as it is, and the
    /// task may be pending then. May be called from any thread. Source: trio's guest mode; asyncio has none.
    /// </para>
    /// </remarks>
    public LoopTask RunAsGuest(SynchronizationContext host, Func<Coroutine> main, Action<LoopTask> onDone)
    {
        ArgumentNullException.ThrowIfNull(main);
        ArgumentNullException.ThrowIfNull(onDone);
        CheckCanBeGuest(host);
        LoopTask task = CreateTask(MainCode.Call(main));
        new GuestRun(task, () => onDone(task)).Start(host);
        return task;
    }

    /// <summary>Lets a foreign loop drive this one, for main code with a result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="host">The host's context. It must queue what is posted and run it on one thread, one at a time.</param>
    /// <param name="main">Called in the first turn; its coroutine becomes the returned task.</param>
    /// <param name="onDone">Called by the host, once, when everything is over. Given the task.</param>
    /// <returns>The main task. A host that wants to exit cancels it, and exits after <paramref name="onDone"/>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="host"/> is this loop's own context.</exception>
    /// <exception cref="InvalidOperationException">The loop is running.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="RunAsGuest(SynchronizationContext, Func{Coroutine}, Action{LoopTask})"/>.</remarks>
    public LoopTask<T> RunAsGuest<T>(SynchronizationContext host, Func<Coroutine<T>> main, Action<LoopTask<T>> onDone)
    {
        ArgumentNullException.ThrowIfNull(main);
        ArgumentNullException.ThrowIfNull(onDone);
        CheckCanBeGuest(host);
        LoopTask<T> task = CreateTask(MainCode.Call(main));
        new GuestRun(task, () => onDone(task)).Start(host);
        return task;
    }

    private void CheckCanBeGuest(SynchronizationContext host)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (ReferenceEquals(host, _synchronizationContext))
        {
            throw new ArgumentException($"Event loop '{Name}' cannot be its own host. Pass the context of the loop that is to drive it.", nameof(host));
        }

        ThrowIfClosed();
        if (IsRunning)
        {
            throw new InvalidOperationException(Messages.AlreadyRunning(this));
        }
    }
}
