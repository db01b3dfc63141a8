using System.Runtime.CompilerServices;

namespace Bridge;

/// <content>Futures.</content>
public abstract partial class EventLoop
{
    /// <summary>
    /// The exception that the step under way must throw at its await point: set by the task that resumes, taken by the first awaiter
    /// of ours that it reaches, which is the one it was suspended at. Null otherwise. Loop thread.
    /// </summary>
    internal Exception? ThrowIntoStep;

    /// <summary>Makes a pending future of this loop.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <returns>The future.</returns>
    /// <remarks>Any thread may make one, also on a closed loop. Source: <c>loop.create_future</c>.</remarks>
    public LoopFuture<T> CreateFuture<T>() => new(this);

    /// <summary>Runs the loop until a future is done.</summary>
    /// <param name="future">A future of this loop. One that is done already still costs a turn.</param>
    /// <exception cref="ArgumentNullException"><paramref name="future"/> is null.</exception>
    /// <exception cref="ArgumentException">It belongs to another loop.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or this loop was stopped before the future was done.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>Throws the future's exception or cancellation. Source: <c>loop.run_until_complete</c>.</remarks>
    public void RunUntilComplete(LoopFuture future)
    {
        ArgumentNullException.ThrowIfNull(future);
        RunUntilDone(future);
        future.ThrowUnlessSucceeded();
    }

    /// <summary>Runs the loop until a future is done, and gives its result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="future">A future of this loop. One that is done already still costs a turn.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="future"/> is null.</exception>
    /// <exception cref="ArgumentException">It belongs to another loop.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or this loop was stopped before the future was done.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>Throws the future's exception or cancellation. Source: <c>loop.run_until_complete</c>.</remarks>
    public T RunUntilComplete<T>(LoopFuture<T> future)
    {
        ArgumentNullException.ThrowIfNull(future);
        RunUntilDone(future);
        return future.TakeResult();
    }

    internal void RunUntilDone(LoopFuture future)
    {
        if (!ReferenceEquals(future.Loop, this))
        {
            throw new ArgumentException(Messages.FutureOfOtherLoop(future, this), nameof(future));
        }

        CheckCanRun();
        var stop = new StopOnDone(this);
        future.AddWaiter(stop);
        try
        {
            RunForever();
        }
        finally
        {
            future.RemoveWaiter(stop);
            stop.IsOver = true;
        }

        if (!future.IsDone)
        {
            throw new InvalidOperationException(IsClosed
                ? $"Event loop '{Name}' was shut down before {future} was done, which did not end in time."
                : $"Event loop '{Name}' stopped before {future} was done. Something called Stop; run the loop again to go on.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void ThrowIntoStepIfAsked(LoopFuture? resumedFrom)
    {
        if (ThrowIntoStep is not null)
        {
            ThrowPending(resumedFrom);
        }
    }

    private void ThrowPending(LoopFuture? resumedFrom)
    {
        AssertLoopThread(); // A stranger that reads an awaiter's result must not take what is meant for a task.
        Exception exception = ThrowIntoStep!;
        ThrowIntoStep = null;
        resumedFrom?.SuppressUnobserved();
        throw exception;
    }

    private sealed class StopOnDone(EventLoop loop) : LoopWork
    {
        /// <summary>The run it was to end has ended by an exception; should it still be queued, it must not end the next one.</summary>
        internal bool IsOver { get; set; }

        internal override void Run()
        {
            if (!IsOver)
            {
                loop.Stop();
            }
        }
    }
}
