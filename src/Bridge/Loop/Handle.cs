using System.Diagnostics;

namespace Bridge;

/// <summary>A scheduled callback that can be cancelled before it starts. A small value: copy it, keep it, forget it.</summary>
/// <remarks>
/// <para>
/// Threads: a handle from <see cref="EventLoop.CallSoon(Action, ExecutionContext?)"/> belongs to the loop thread. One from
/// <see cref="EventLoop.CallSoonThreadSafe(Action, ExecutionContext?)"/> may be used on any thread, unless that call itself was
/// made on the loop thread.
/// </para>
/// <para>After the callback ran, was cancelled, or the loop closed, a handle is stale; using it is harmless.</para>
/// <para>Source: asyncio's <c>Handle</c>. Differs: it is a value without an object behind it, so what was cancelled is not remembered.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public readonly struct Handle : IEquatable<Handle>
{
    private readonly EventLoop? _loop;

    /// <summary>A sequence number of the ready queue, or the complement (negative) of one of the inbox.</summary>
    private readonly long _id;

    internal Handle(EventLoop loop, long id)
    {
        _loop = loop;
        _id = id;
    }

    /// <summary>Whether the callback is still to run: neither started nor cancelled.</summary>
    /// <exception cref="InvalidOperationException">The handle belongs to the loop thread and this is another one.</exception>
    public bool IsPending => _loop is not null && _loop.IsHandlePending(_id);

    /// <summary>Cancels the callback and lets go of it and its argument.</summary>
    /// <returns>True: the callback will never run. False: it has started, has run, or was cancelled before.</returns>
    /// <exception cref="InvalidOperationException">The handle belongs to the loop thread and this is another one.</exception>
    public bool Cancel() => _loop is not null && _loop.CancelHandle(_id);

    /// <inheritdoc />
    public bool Equals(Handle other) => ReferenceEquals(_loop, other._loop) && _id == other._id;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Handle other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(_loop, _id);

    /// <summary>Whether both name the same scheduled callback.</summary>
    /// <param name="left">One handle.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(Handle left, Handle right) => left.Equals(right);

    /// <summary>Whether they name different scheduled callbacks.</summary>
    /// <param name="left">One handle.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(Handle left, Handle right) => !left.Equals(right);

    /// <summary>Loop and number, for people.</summary>
    public override string ToString()
        => _loop is null ? "<Handle none>" : $"<Handle {(_id < 0 ? "post" : "soon")} {(_id < 0 ? ~_id : _id)} of '{_loop.Name}'>";
}
