using Bridge.Executors;

namespace Bridge;

/// <summary>Joins futures of any two worlds: what completes the source completes the destination, what cancels the destination cancels the source.</summary>
/// <remarks>
/// <para>
/// A destination on a loop is completed on that loop's thread, in a coming turn unless the call is made there; any other one on the
/// thread that completed the source, or on the .NET pool if its continuations would run inside the call. Exceptions are the same
/// object with their frames; a cancelled token stays attached. Completing the destination by other means does nothing to
/// the source; its outcome then is reported to the loop's exception handler, if a loop is involved, instead of being lost.
/// </para>
/// <para>
/// If the source's loop closes first, the destination is cancelled by a <see cref="LoopClosedException"/>; if the destination's does,
/// the outcome is dropped and counted (<see cref="EventLoop.LateCompletions"/>). Every method may be called on any thread.
/// </para>
/// <para>Source: asyncio's <c>_chain_future</c>.</para>
/// </remarks>
public static class Futures
{
    /// <summary>Joins a loop future to a loop future, of the same loop or another.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="source">Where the outcome comes from.</param>
    /// <param name="destination">Where it goes.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static void Chain<T>(LoopFuture<T> source, LoopFuture<T> destination)
        => new Chain<T>(new LoopSource<T>(source), new LoopDestination<T>(destination)).Link();

    /// <summary>Joins a loop future to a concurrent future.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="source">Where the outcome comes from.</param>
    /// <param name="destination">Where it goes.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static void Chain<T>(LoopFuture<T> source, ConcurrentFuture<T> destination)
        => new Chain<T>(new LoopSource<T>(source), new ConcurrentDestination<T>(destination)).Link();

    /// <summary>Joins a loop future to a task source.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="source">Where the outcome comes from.</param>
    /// <param name="destination">Where it goes; made with RunContinuationsAsynchronously it spares a hop over the .NET pool.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static void Chain<T>(LoopFuture<T> source, TaskCompletionSource<T> destination)
        => new Chain<T>(new LoopSource<T>(source), new TaskDestination<T>(destination)).Link();

    /// <summary>Joins a loop task to a loop future, of the same loop or another.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="source">Where the outcome comes from.</param>
    /// <param name="destination">Where it goes.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static void Chain<T>(LoopTask<T> source, LoopFuture<T> destination)
        => new Chain<T>(new LoopSource<T>(source), new LoopDestination<T>(destination)).Link();

    /// <summary>Joins a loop task to a concurrent future.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="source">Where the outcome comes from.</param>
    /// <param name="destination">Where it goes.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static void Chain<T>(LoopTask<T> source, ConcurrentFuture<T> destination)
        => new Chain<T>(new LoopSource<T>(source), new ConcurrentDestination<T>(destination)).Link();

    /// <summary>Joins a loop task to a task source.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="source">Where the outcome comes from.</param>
    /// <param name="destination">Where it goes; made with RunContinuationsAsynchronously it spares a hop over the .NET pool.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static void Chain<T>(LoopTask<T> source, TaskCompletionSource<T> destination)
        => new Chain<T>(new LoopSource<T>(source), new TaskDestination<T>(destination)).Link();

    /// <summary>Joins a concurrent future to a loop future.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="source">Where the outcome comes from.</param>
    /// <param name="destination">Where it goes.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static void Chain<T>(ConcurrentFuture<T> source, LoopFuture<T> destination)
        => new Chain<T>(new ConcurrentSource<T>(source), new LoopDestination<T>(destination)).Link();

    /// <summary>Joins a concurrent future to a concurrent future.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="source">Where the outcome comes from.</param>
    /// <param name="destination">Where it goes.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static void Chain<T>(ConcurrentFuture<T> source, ConcurrentFuture<T> destination)
        => new Chain<T>(new ConcurrentSource<T>(source), new ConcurrentDestination<T>(destination)).Link();

    /// <summary>Joins a concurrent future to a task source.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="source">Where the outcome comes from.</param>
    /// <param name="destination">Where it goes.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static void Chain<T>(ConcurrentFuture<T> source, TaskCompletionSource<T> destination)
        => new Chain<T>(new ConcurrentSource<T>(source), new TaskDestination<T>(destination)).Link();

    /// <summary>Joins a task to a loop future. A task cannot be asked to cancel: cancelling the future drops the outcome.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="source">Where the outcome comes from.</param>
    /// <param name="destination">Where it goes.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static void Chain<T>(Task<T> source, LoopFuture<T> destination)
        => new Chain<T>(new TaskSource<T>(source), new LoopDestination<T>(destination)).Link();

    /// <summary>Joins a task to a concurrent future. A task cannot be asked to cancel: cancelling the future drops the outcome.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="source">Where the outcome comes from.</param>
    /// <param name="destination">Where it goes.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static void Chain<T>(Task<T> source, ConcurrentFuture<T> destination)
        => new Chain<T>(new TaskSource<T>(source), new ConcurrentDestination<T>(destination)).Link();

    /// <summary>Joins a task source's task to a loop future; cancelling the future cancels the task source.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="source">Where the outcome comes from.</param>
    /// <param name="destination">Where it goes.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static void Chain<T>(TaskCompletionSource<T> source, LoopFuture<T> destination)
        => new Chain<T>(new TaskSource<T>(source), new LoopDestination<T>(destination)).Link();

    /// <summary>Joins a task source's task to a concurrent future; cancelling the future cancels the task source.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="source">Where the outcome comes from.</param>
    /// <param name="destination">Where it goes.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static void Chain<T>(TaskCompletionSource<T> source, ConcurrentFuture<T> destination)
        => new Chain<T>(new TaskSource<T>(source), new ConcurrentDestination<T>(destination)).Link();
}
