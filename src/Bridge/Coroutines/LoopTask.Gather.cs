namespace Bridge;

/// <content>Gather: several at once, all results.</content>
public partial class LoopTask
{
    /// <summary>Runs awaitables concurrently and gives their results.</summary>
    /// <typeparam name="T">Type of the results.</typeparam>
    /// <param name="awaitables">Coroutines (each becomes a task), futures and tasks. An object given twice is one child. None: a future that is done.</param>
    /// <returns>A future of the results, in the order of the arguments.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="awaitables"/> is null.</exception>
    /// <exception cref="ArgumentException">An element is null or belongs to another loop than the first.</exception>
    /// <exception cref="InvalidOperationException">There is no current loop, it runs on another thread, or a coroutine was used before. Nothing was started.</exception>
    /// <remarks>
    /// <para>
    /// The first failure, a child's cancellation included, fails the future at once; the others go on, and their failures are not
    /// reported. If a child's cancellation failed it, awaiting throws that, but <see cref="LoopFuture.IsCancelled"/> is false.
    /// Cancelling the future cancels every child, and ends it when they have ended (or the first of them was cancelled).
    /// </para>
    /// <para>Children that are done already are counted at once. Loop thread. Source: <c>asyncio.gather</c>.</para>
    /// </remarks>
    public static LoopFuture<T[]> Gather<T>(params IEnumerable<ILoopAwaitable<T>> awaitables)
        => new Gathering<T[]>(StartChildren(awaitables), settles: false, static children => Array.ConvertAll(children, ResultOf<T>));

    /// <summary>Runs awaitables concurrently, for their completion.</summary>
    /// <param name="awaitables">Coroutines (each becomes a task), futures and tasks. An object given twice is one child. None: a future that is done.</param>
    /// <returns>A future that is done when all are, or one has failed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="awaitables"/> is null.</exception>
    /// <exception cref="ArgumentException">An element is null or belongs to another loop than the first.</exception>
    /// <exception cref="InvalidOperationException">There is no current loop, it runs on another thread, or a coroutine was used before. Nothing was started.</exception>
    /// <remarks>As <see cref="Gather{T}(IEnumerable{ILoopAwaitable{T}})"/>.</remarks>
    public static LoopFuture Gather(params IEnumerable<ILoopAwaitable> awaitables)
        => new Gathering<NoResult>(StartChildren(awaitables), settles: false, static _ => default);

    /// <summary>Runs two awaitables concurrently and gives both results.</summary>
    /// <typeparam name="T1">Type of the first result.</typeparam>
    /// <typeparam name="T2">Type of the second result.</typeparam>
    /// <param name="first">A coroutine, future or task.</param>
    /// <param name="second">A coroutine, future or task.</param>
    /// <returns>A future of both results.</returns>
    /// <exception cref="ArgumentException">An argument is null or belongs to another loop than the first.</exception>
    /// <exception cref="InvalidOperationException">There is no current loop, it runs on another thread, or a coroutine was used before.</exception>
    /// <remarks>As <see cref="Gather{T}(IEnumerable{ILoopAwaitable{T}})"/>.</remarks>
    public static LoopFuture<(T1 First, T2 Second)> Gather<T1, T2>(ILoopAwaitable<T1> first, ILoopAwaitable<T2> second)
        => new Gathering<(T1, T2)>(
            StartChildren([first, second]),
            settles: false,
            static children => (ResultOf<T1>(children[0]), ResultOf<T2>(children[1])));

    /// <summary>Runs three awaitables concurrently and gives their results.</summary>
    /// <typeparam name="T1">Type of the first result.</typeparam>
    /// <typeparam name="T2">Type of the second result.</typeparam>
    /// <typeparam name="T3">Type of the third result.</typeparam>
    /// <param name="first">A coroutine, future or task.</param>
    /// <param name="second">A coroutine, future or task.</param>
    /// <param name="third">A coroutine, future or task.</param>
    /// <returns>A future of the results.</returns>
    /// <exception cref="ArgumentException">An argument is null or belongs to another loop than the first.</exception>
    /// <exception cref="InvalidOperationException">There is no current loop, it runs on another thread, or a coroutine was used before.</exception>
    /// <remarks>As <see cref="Gather{T}(IEnumerable{ILoopAwaitable{T}})"/>.</remarks>
    public static LoopFuture<(T1 First, T2 Second, T3 Third)> Gather<T1, T2, T3>(
        ILoopAwaitable<T1> first, ILoopAwaitable<T2> second, ILoopAwaitable<T3> third)
        => new Gathering<(T1, T2, T3)>(
            StartChildren([first, second, third]),
            settles: false,
            static children => (ResultOf<T1>(children[0]), ResultOf<T2>(children[1]), ResultOf<T3>(children[2])));

    /// <summary>Runs four awaitables concurrently and gives their results.</summary>
    /// <typeparam name="T1">Type of the first result.</typeparam>
    /// <typeparam name="T2">Type of the second result.</typeparam>
    /// <typeparam name="T3">Type of the third result.</typeparam>
    /// <typeparam name="T4">Type of the fourth result.</typeparam>
    /// <param name="first">A coroutine, future or task.</param>
    /// <param name="second">A coroutine, future or task.</param>
    /// <param name="third">A coroutine, future or task.</param>
    /// <param name="fourth">A coroutine, future or task.</param>
    /// <returns>A future of the results.</returns>
    /// <exception cref="ArgumentException">An argument is null or belongs to another loop than the first.</exception>
    /// <exception cref="InvalidOperationException">There is no current loop, it runs on another thread, or a coroutine was used before.</exception>
    /// <remarks>As <see cref="Gather{T}(IEnumerable{ILoopAwaitable{T}})"/>.</remarks>
    public static LoopFuture<(T1 First, T2 Second, T3 Third, T4 Fourth)> Gather<T1, T2, T3, T4>(
        ILoopAwaitable<T1> first, ILoopAwaitable<T2> second, ILoopAwaitable<T3> third, ILoopAwaitable<T4> fourth)
        => new Gathering<(T1, T2, T3, T4)>(
            StartChildren([first, second, third, fourth]),
            settles: false,
            static children => (ResultOf<T1>(children[0]), ResultOf<T2>(children[1]), ResultOf<T3>(children[2]), ResultOf<T4>(children[3])));

    /// <summary>Runs awaitables concurrently and tells how each ended; failures are results.</summary>
    /// <typeparam name="T">Type of the results.</typeparam>
    /// <param name="awaitables">As for <see cref="Gather{T}(IEnumerable{ILoopAwaitable{T}})"/>.</param>
    /// <returns>A future of the outcomes, in the order of the arguments. It fails only by being cancelled.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="awaitables"/> is null.</exception>
    /// <exception cref="ArgumentException">An element is null or belongs to another loop than the first.</exception>
    /// <exception cref="InvalidOperationException">There is no current loop, it runs on another thread, or a coroutine was used before. Nothing was started.</exception>
    /// <remarks>
    /// Cancelling it cancels every child; it ends when all have ended, and then throws, whatever they returned.
    /// Source: <c>asyncio.gather(..., return_exceptions=True)</c>.
    /// </remarks>
    public static LoopFuture<Settled<T>[]> GatherSettled<T>(params IEnumerable<ILoopAwaitable<T>> awaitables)
        => new Gathering<Settled<T>[]>(
            StartChildren(awaitables),
            settles: true,
            static children => Array.ConvertAll(children, static child => new Settled<T>(child)));

    /// <summary>Runs awaitables concurrently and tells how each ended; failures are results.</summary>
    /// <param name="awaitables">As for <see cref="Gather(IEnumerable{ILoopAwaitable})"/>.</param>
    /// <returns>A future of the outcomes, in the order of the arguments. It fails only by being cancelled.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="awaitables"/> is null.</exception>
    /// <exception cref="ArgumentException">An element is null or belongs to another loop than the first.</exception>
    /// <exception cref="InvalidOperationException">There is no current loop, it runs on another thread, or a coroutine was used before. Nothing was started.</exception>
    /// <remarks>As <see cref="GatherSettled{T}(IEnumerable{ILoopAwaitable{T}})"/>.</remarks>
    public static LoopFuture<Settled[]> GatherSettled(params IEnumerable<ILoopAwaitable> awaitables)
        => new Gathering<Settled[]>(
            StartChildren(awaitables),
            settles: true,
            static children => Array.ConvertAll(children, static child => new Settled(child)));

    /// <summary>Of a gather, whose end, not theirs, is what the caller holds: its tasks are not reported on their own.</summary>
    private static StartedChildren StartChildren(IEnumerable<ILoopAwaitable> awaitables)
        => StartedChildren.Start(awaitables, nameof(awaitables), reportDestroyed: false);

    private static T ResultOf<T>(LoopFuture done) => ((ILoopAwaitable<T>)done).TakeResult();
}
