namespace Bridge;

/// <summary>One task's place in the line before a primitive. Pending: it waits. Woken: it may go on, and its step is queued.</summary>
/// <remarks>Loop thread. A cancelled waiter leaves the line at once, so a line holds only waiters that somebody must reckon with.</remarks>
internal sealed class Waiter : LoopFuture
{
    internal Waiter(EventLoop loop, long ticket)
        : base(loop) => Ticket = ticket;

    /// <summary>Its place: lower goes first. Who has to line up again keeps it.</summary>
    internal long Ticket { get; }

    /// <summary>Handed over with the wake-up by primitives that give each waiter something of its own.</summary>
    internal int Index { get; set; }

    internal bool IsWoken => IsDone && !IsCancelled;

    /// <summary>The line it stands in, or null.</summary>
    internal WaiterLine? Line { get; set; }

    internal Waiter? Previous { get; set; }

    internal Waiter? Next { get; set; }

    internal override string KindName => "Waiter";

    public override bool Cancel(string? message = null)
    {
        if (!base.Cancel(message))
        {
            return false;
        }

        Line?.Remove(this);
        return true;
    }

    internal void Wake() => Complete(FutureState.Finished, null);
}
