namespace Bridge;

/// <content>Wait handles and mutexes.</content>
public abstract partial class EventLoop
{
    /// <summary>Waits for a .NET wait handle, without a thread per wait.</summary>
    /// <param name="handle">An event, a semaphore, or anything else but a mutex.</param>
    /// <param name="timeout">On the loop's clock. Zero: only looks. Null or infinite: no limit.</param>
    /// <param name="cancellationToken">Ends the wait, with this token.</param>
    /// <returns>A future: true for a signal, false if the time was over first.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handle"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="handle"/> is a mutex: use <see cref="HoldMutex"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite.</exception>
    /// <exception cref="ObjectDisposedException">The loop or the handle is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// <para>
    /// No signal is eaten: a wait that ends early is taken back, off the loop thread, and the future is done after that. If it got a signal all the same, the future gives
    /// it; a task that is being cancelled then gets its cancellation at its next await.
    /// </para>
    /// <para>
    /// Order: between several waits for one handle, as .NET has it. If the loop closes first the wait is taken back; a signal it got is lost, and counted
    /// (<see cref="LateCompletions"/>). No source in asyncio.
    /// </para>
    /// </remarks>
    public LoopFuture<bool> WaitAsync(WaitHandle handle, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handle);
        if (handle is Mutex)
        {
            throw new ArgumentException(Messages.WaitForMutex, nameof(handle));
        }

        if (timeout is { } limit && limit != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(limit, TimeSpan.Zero, nameof(timeout));
        }

        AssertCanSchedule();
        return WaitHandleFuture.Start(this, handle, timeout, cancellationToken);
    }

    /// <summary>Acquires a mutex, on a thread of its own that also releases it: <c>using (await loop.HoldMutex(mutex, token)) { ... }</c></summary>
    /// <param name="mutex">A mutex of this process, or a named one.</param>
    /// <param name="cancellationToken">Ends the wait, with this token.</param>
    /// <returns>A future of the hold, whose disposal releases the mutex. Cancelling it ends the wait; a mutex that was just acquired is released.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="mutex"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// <para>
    /// If its last owner ended without releasing it, the future fails with a <see cref="MutexAbandonedException"/>, and the mutex is held, as always in .NET: dispose the
    /// exception's <see cref="MutexAbandonedException.Hold"/> once what the mutex protects was looked after.
    /// </para>
    /// <para>
    /// Each hold is a thread's own, so a mutex is not recursive here: a second HoldMutex waits until the first hold is disposed. A hold that the loop's close overtakes
    /// is given up without releasing: whoever gets the mutex next is told that it was abandoned. No source in asyncio.
    /// </para>
    /// </remarks>
    public LoopFuture<MutexHold> HoldMutex(Mutex mutex, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(mutex);
        AssertCanSchedule();
        return MutexFuture.Start(this, mutex, cancellationToken);
    }
}
