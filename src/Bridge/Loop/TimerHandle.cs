using System.Diagnostics;

namespace Bridge;

/// <summary>A callback scheduled for a point in loop time that can be cancelled before it starts. A small value.</summary>
/// <remarks>
/// <para>Threads: the loop thread, or any single thread while the loop does not run.</para>
/// <para>After the callback ran, was cancelled, or the loop closed, a handle is stale; using it is harmless. <see cref="When"/> stays.</para>
/// <para>Source: asyncio's <c>TimerHandle</c>. Stronger: a cancelled timer is gone at once, it does not wait for a purge.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public readonly struct TimerHandle : IEquatable<TimerHandle>, IComparable<TimerHandle>
{
    private readonly EventLoop? _loop;
    private readonly TimerId _timer;
    private readonly long _deadline;

    internal TimerHandle(EventLoop loop, TimerId timer, long deadline)
    {
        _loop = loop;
        _timer = timer;
        _deadline = deadline;
    }

    /// <summary>The deadline on the loop's clock (<see cref="EventLoop.Now"/>); also after the callback ran or was cancelled.</summary>
    public TimeSpan When => TimeSpan.FromTicks(_deadline);

    /// <summary>Whether the callback is still to run: neither started nor cancelled.</summary>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    public bool IsPending => _loop is not null && _loop.IsTimerPending(_timer);

    /// <summary>Cancels the callback and lets go of it and its argument.</summary>
    /// <returns>True: the callback will never run. False: it has started, has run, or was cancelled before.</returns>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    public bool Cancel() => _loop is not null && _loop.CancelTimer(_timer);

    /// <summary>Orders by deadline.</summary>
    /// <param name="other">The handle to compare with.</param>
    public int CompareTo(TimerHandle other) => _deadline.CompareTo(other._deadline);

    /// <inheritdoc />
    public bool Equals(TimerHandle other) => ReferenceEquals(_loop, other._loop) && _timer == other._timer;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is TimerHandle other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(_loop, _timer);

    /// <summary>Whether both name the same scheduled callback.</summary>
    /// <param name="left">One handle.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(TimerHandle left, TimerHandle right) => left.Equals(right);

    /// <summary>Whether they name different scheduled callbacks.</summary>
    /// <param name="left">One handle.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(TimerHandle left, TimerHandle right) => !left.Equals(right);

    /// <summary>Whether the left deadline is earlier.</summary>
    /// <param name="left">One handle.</param>
    /// <param name="right">The other.</param>
    public static bool operator <(TimerHandle left, TimerHandle right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left deadline is later.</summary>
    /// <param name="left">One handle.</param>
    /// <param name="right">The other.</param>
    public static bool operator >(TimerHandle left, TimerHandle right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left deadline is not later.</summary>
    /// <param name="left">One handle.</param>
    /// <param name="right">The other.</param>
    public static bool operator <=(TimerHandle left, TimerHandle right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left deadline is not earlier.</summary>
    /// <param name="left">One handle.</param>
    /// <param name="right">The other.</param>
    public static bool operator >=(TimerHandle left, TimerHandle right) => left.CompareTo(right) >= 0;

    /// <summary>Loop and deadline, for people.</summary>
    public override string ToString()
        => _loop is null ? "<TimerHandle none>" : $"<TimerHandle when={When} of '{_loop.Name}'>";
}
