using System.Diagnostics;

namespace Bridge;

/// <summary>A flag that tasks of one loop can wait for.</summary>
/// <remarks>
/// <para>It belongs to the first loop in which a task had to wait for it.</para>
/// <para>Threads: its loop's; from elsewhere: <c>loop.CallSoonThreadSafe(flag.Set)</c>. Waiting while it is set allocates nothing. Source: <c>asyncio.Event</c>.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class LoopEvent : IOperation
{
    private readonly WaiterLine _line = new();
    private LoopBinding _binding;

    /// <summary>Makes an event.</summary>
    /// <param name="isSet">Whether it begins set.</param>
    public LoopEvent(bool isSet = false) => IsSet = isSet;

    /// <summary>Whether it is set.</summary>
    public bool IsSet { get; private set; }

    /// <summary>Sets it: everybody who waits now goes on in the next turn, even if it is cleared before that.</summary>
    /// <exception cref="InvalidOperationException">The call comes from another loop or thread than the event's.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed and something waits; the event is set all the same.</exception>
    /// <remarks>Source: <c>Event.set</c>.</remarks>
    public void Set()
    {
        _binding.Check(this);
        IsSet = true;
        _line.WakeAll();
    }

    /// <summary>Clears it: waits from now on last until the next <see cref="Set"/>.</summary>
    /// <exception cref="InvalidOperationException">The call comes from another loop or thread than the event's.</exception>
    /// <remarks>Source: <c>Event.clear</c>.</remarks>
    public void Clear()
    {
        _binding.Check(this);
        IsSet = false;
    }

    /// <summary>Waits until it is set; goes on at once if it is.</summary>
    /// <returns>Await it.</returns>
    /// <exception cref="InvalidOperationException">On await: no loop is running in this thread, or the event belongs to another loop.</exception>
    /// <remarks>Source: <c>Event.wait</c>, which always returns True.</remarks>
    public LoopOperation Wait() => new(this);

    /// <summary>State and number of waiters, for people.</summary>
    public override string ToString()
        => $"<LoopEvent {(IsSet ? "set" : "unset")}{(_line.IsEmpty ? "" : $" waiters={_line.Count}")}>";

    bool IOperation.TryComplete()
    {
        _binding.CheckAwait(this);
        return IsSet;
    }

    Coroutine IOperation.Start() => WaitUntilSet();

    private async Coroutine WaitUntilSet()
    {
        if (!IsSet)
        {
            Waiter waiter = _line.Join(_binding.Bind(this));
            try
            {
                await waiter;
            }
            finally
            {
                _line.Remove(waiter);
            }
        }
    }
}
