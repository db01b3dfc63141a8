using System.Runtime.CompilerServices;

namespace Bridge;

/// <content>Who waits for whom, for those who look: call graphs.</content>
public abstract partial class LoopFuture
{
    /// <summary>What a future waits for that does so itself: a task's next future.</summary>
    internal virtual LoopFuture? Awaits => null;

    /// <summary>Not null: it is not waited for as such, but for these. They may be done.</summary>
    internal virtual IEnumerable<LoopFuture>? StandsFor => null;

    /// <summary>Says that another future waits for this one, by means that the library cannot see; call graphs then show it.</summary>
    /// <param name="waiter">Who waits; of the same loop. Saying it twice is the same as saying it once.</param>
    /// <exception cref="ArgumentNullException"><paramref name="waiter"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="waiter"/> is this future, or belongs to another loop.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// <para>
    /// Only for combinators of your own that connect futures by callbacks. What awaits, and what the library's combinators wait for,
    /// is known anyway. It changes nothing but what call graphs show, costs nothing elsewhere, and lasts until <see cref="RemoveAwaiter"/>;
    /// this future keeps the waiter alive until then. Also after the loop was closed.
    /// </para>
    /// <para>Source: <c>asyncio.future_add_to_awaited_by</c>.</para>
    /// </remarks>
    public void AddAwaiter(LoopFuture waiter)
    {
        ArgumentNullException.ThrowIfNull(waiter);
        _loop.AssertLoopThread();
        if (ReferenceEquals(waiter, this))
        {
            throw new ArgumentException(Messages.AwaitedByItself(this), nameof(waiter));
        }

        if (!ReferenceEquals(waiter._loop, _loop))
        {
            throw new ArgumentException(Messages.FutureOfOtherLoop(waiter, _loop), nameof(waiter));
        }

        NamedAwaiters.Add(this, waiter);
    }

    /// <summary>Takes back what <see cref="AddAwaiter"/> said.</summary>
    /// <param name="waiter">Who waits no longer.</param>
    /// <returns>False: it was not said.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="waiter"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Does not touch awaiters that the library knows by itself. Also after the loop was closed. Source: <c>asyncio.future_discard_from_awaited_by</c>.</remarks>
    public bool RemoveAwaiter(LoopFuture waiter)
    {
        ArgumentNullException.ThrowIfNull(waiter);
        _loop.AssertLoopThread();
        return NamedAwaiters.Remove(this, waiter);
    }

    /// <summary>Tells the walk who waits for this future. Loop thread.</summary>
    internal void NameThoseWhoWait(WaitWalk walk)
    {
        if (_state == FutureState.Pending)
        {
            switch (_slot)
            {
                case WaiterList list:
                    for (int i = 0; i < list.Count; i++)
                    {
                        (list[i] as IFutureWaiter)?.NameAwaiters(walk);
                    }

                    break;
                case IFutureWaiter waiter:
                    waiter.NameAwaiters(walk);
                    break;
            }
        }

        foreach (LoopFuture waiter in NamedAwaiters.Of(this))
        {
            walk.Add(waiter);
        }
    }

    /// <summary>What <see cref="AddAwaiter"/> was told; beside the futures, so that the others stay small. Each list belongs to its future's loop thread.</summary>
    private static class NamedAwaiters
    {
        private static readonly ConditionalWeakTable<LoopFuture, List<LoopFuture>> s_lists = [];

        internal static List<LoopFuture> Of(LoopFuture future) => s_lists.TryGetValue(future, out List<LoopFuture>? list) ? list : [];

        internal static void Add(LoopFuture future, LoopFuture waiter)
        {
            List<LoopFuture> list = s_lists.GetOrAdd(future, static _ => []);
            if (!list.Contains(waiter))
            {
                list.Add(waiter);
            }
        }

        internal static bool Remove(LoopFuture future, LoopFuture waiter)
        {
            if (!s_lists.TryGetValue(future, out List<LoopFuture>? list) || !list.Remove(waiter))
            {
                return false;
            }

            if (list.Count == 0)
            {
                s_lists.Remove(future);
            }

            return true;
        }
    }
}
