namespace Bridge;

/// <summary>Where a timer is: all that sorting it touches, four to a cache line.</summary>
internal struct TimerNode
{
    /// <summary>In place of <see cref="Previous"/>: the timer is in the heap of overdue ones, and <see cref="Next"/> is its position there.</summary>
    internal const int InHeap = int.MinValue;

    /// <summary>In place of <see cref="Previous"/>: the timer is in the ready queue, and <see cref="Deadline"/> is its sequence number there.</summary>
    internal const int Queued = int.MinValue + 1;

    /// <summary>Loop time in ticks.</summary>
    internal long Deadline;

    /// <summary>The timer before this one in its slot; the complement of the slot's place for the first one, or one of the constants above.</summary>
    internal int Previous;

    /// <summary>The timer after this one in its slot; the complement of the slot's place for the last one.</summary>
    internal int Next;
}

/// <summary>What a timer runs: touched when it is made, and once more when it is due or cancelled.</summary>
internal struct TimerCall
{
    /// <summary>What a <see cref="ReadySlot"/> may hold.</summary>
    internal object? Callback;
    internal object? State;
    internal ExecutionContext? Context;

    /// <summary>Order among equal deadlines, never used twice; -1 once the timer was cancelled. It tells whether a <see cref="TimerId"/> is stale.</summary>
    internal long Sequence;
}

/// <summary>Names a timer: the entry it has, and the sequence number by which it can tell that the entry serves another one by now.</summary>
internal readonly record struct TimerId(int Index, long Sequence);
