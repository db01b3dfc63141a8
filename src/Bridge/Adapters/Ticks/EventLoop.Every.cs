using System.Runtime.CompilerServices;

namespace Bridge;

/// <content>Periodic work.</content>
public abstract partial class EventLoop
{
    /// <summary>Does something again and again, never beside itself: <c>using var ticks = loop.Every(TimeSpan.FromSeconds(1), async token =&gt; ...);</c></summary>
    /// <param name="period">From tick to tick on the loop's clock; more than zero. The first tick comes after one period.</param>
    /// <param name="tick">Called on the loop thread, in the ambient context of this call, with a token that is cancelled when the ticking ends.</param>
    /// <param name="missed">What happens to ticks whose time came while the one before still ran, or the loop was busy.</param>
    /// <param name="failure">Whether the ticking goes on after a tick that threw; the exception goes to the exception handler.</param>
    /// <returns>The ticking; dispose it on the loop to end it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="tick"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="period"/> is not more than zero, or an option is none of the named values.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// <para>Free of drift: every tick's time is counted from this call. All ticks are one task, named "every PERIOD", which cancelling all tasks ends too.</para>
    /// <para>A loop that closes has no further tick. No source in asyncio.</para>
    /// </remarks>
    [OverloadResolutionPriority(1)]
    public PeriodicTicks Every(
        TimeSpan period, Func<CancellationToken, Coroutine> tick, MissedTicks missed = MissedTicks.Skip, TickFailure failure = TickFailure.Continue)
    {
        ArgumentNullException.ThrowIfNull(tick);
        CheckEvery(period, missed, failure);
        return new PeriodicTicks(this, period, tick, missed, failure);
    }

    /// <summary>The same for a plain <c>async Task</c> method.</summary>
    /// <param name="period">From tick to tick on the loop's clock; more than zero.</param>
    /// <param name="tick">Called on the loop thread with a token that is cancelled when the ticking ends.</param>
    /// <param name="missed">What happens to ticks whose time came while the one before still ran, or the loop was busy.</param>
    /// <param name="failure">Whether the ticking goes on after a tick that threw.</param>
    /// <returns>The ticking; dispose it on the loop to end it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="tick"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="period"/> is not more than zero, or an option is none of the named values.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>As <see cref="Every(TimeSpan, Func{CancellationToken, Coroutine}, MissedTicks, TickFailure)"/>.</remarks>
    public PeriodicTicks Every(
        TimeSpan period, Func<CancellationToken, Task> tick, MissedTicks missed = MissedTicks.Skip, TickFailure failure = TickFailure.Continue)
    {
        ArgumentNullException.ThrowIfNull(tick);
        CheckEvery(period, missed, failure);
        return new PeriodicTicks(this, period, Awaiting, missed, failure);

        async Coroutine Awaiting(CancellationToken token) => await (tick(token) ?? throw new InvalidOperationException(Messages.NullTick));
    }

    private void CheckEvery(TimeSpan period, MissedTicks missed, TickFailure failure)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        if (!Enum.IsDefined(missed))
        {
            throw new ArgumentOutOfRangeException(nameof(missed), missed, $"{missed} is none of MissedTicks.Skip, CatchUp and Coalesce.");
        }

        if (!Enum.IsDefined(failure))
        {
            throw new ArgumentOutOfRangeException(nameof(failure), failure, $"{failure} is none of TickFailure.Continue and Stop.");
        }

        AssertCanSchedule();
    }
}
