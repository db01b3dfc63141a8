using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>One callback waiting for its turn.</summary>
internal struct ReadySlot
{
    /// <summary>Action, Action&lt;object?&gt;, SendOrPostCallback or <see cref="LoopWork"/>; null once it ran or was cancelled.</summary>
    internal object? Callback;

    /// <summary>The argument for the delegates that take one.</summary>
    internal object? State;

    /// <summary>The ambient context to run in; null is the default one.</summary>
    internal ExecutionContext? Context;

    /// <summary>Fills an empty slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Fill(object callback, object? state, ExecutionContext? context)
    {
        Debug.Assert(Callback is null && State is null && Context is null, "Slots are emptied when they are taken.");
        Callback = callback;

        // Storing a reference costs more than asking for null, which these mostly are.
        if (state is not null)
        {
            State = state;
        }

        if (context is not null)
        {
            Context = context;
        }
    }
}

/// <summary>The loop thread's own FIFO: a growing ring of 24-byte slots, each known by a sequence number that is never reused.</summary>
/// <remarks>
/// Invariant: <c>_head &lt;= _tail &lt; _head + _slots.Length</c>; slot n lives at <c>n &amp; mask</c>. A handle is just such a number, so
/// cancelling a stale one finds it outside [head, tail) and does nothing. Loop thread only (or nobody, while the loop does not run).
/// The slot before the head is that of the callback that runs, and empty when it has: that is why one slot is never filled. If that callback
/// makes the array grow, its slot stays behind in the old one, and the callback is remembered until it has run.
/// </remarks>
internal struct ReadyQueue
{
#if DEBUG
    private const int InitialCapacity = 2;
#else
    private const int InitialCapacity = 64;
#endif

    private ReadySlot[] _slots;
    private int _mask;
    private long _head;
    private long _tail;

    /// <summary>The callback that ran when the array was replaced, and the head then. Written by the loop thread, read by any (<see cref="Running"/>).</summary>
    private object? _left;
    private long _leftAt;

    public ReadyQueue()
    {
        _slots = new ReadySlot[InitialCapacity];
        _mask = InitialCapacity - 1;
    }

    internal readonly long Head => _head;

    internal readonly long Tail => _tail;

    internal readonly bool IsEmpty => _head == _tail;

    internal readonly int Count => (int)(_tail - _head);

    /// <summary>Appends a callback and returns its sequence number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long Enqueue(object callback, object? state, ExecutionContext? context)
    {
        long sequence = _tail;
        if (sequence - _head >= _slots.Length - 1)
        {
            Grow();
        }

        _slots[(int)sequence & _mask].Fill(callback, state, context);
        _tail = sequence + 1;
        return sequence;
    }

    /// <summary>What runs, if it was taken from here; null between callbacks. Any thread: the array, its length and the head may be of different moments, so others may see a wrong one.</summary>
    internal readonly object? Running
    {
        get
        {
            ReadySlot[] slots = _slots;
            long head = _head;
            return slots[(int)(head - 1) & (slots.Length - 1)].Callback ?? (_leftAt == head ? _left : null);
        }
    }

    /// <summary>Moves past the oldest slot, which may have been cancelled, and gives it for reading, and for emptying when its callback has run. The queue must not be empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref ReadySlot TakeNext()
    {
        Debug.Assert(_head < _tail, "Taking from an empty ready queue.");
        return ref _slots[(int)_head++ & _mask];
    }

    internal readonly bool IsPending(long sequence)
        => sequence >= _head && sequence < _tail && _slots[(int)sequence & _mask].Callback is not null;

    /// <summary>What the oldest slot would run, for debug mode.</summary>
    internal readonly object? Peek() => _slots[(int)_head & _mask].Callback;

    /// <summary>What waits in the queue.</summary>
    internal readonly List<(object? Callback, object? State)> Snapshot()
    {
        var found = new List<(object?, object?)>();
        for (long sequence = _head; sequence < _tail; sequence++)
        {
            ReadySlot slot = _slots[(int)sequence & _mask];
            found.Add((slot.Callback, slot.State));
        }

        return found;
    }

    /// <summary>Empties the slot, so that its turn passes without running it. False: it ran or was cancelled before.</summary>
    internal readonly bool Cancel(long sequence)
    {
        if (!IsPending(sequence))
        {
            return false;
        }

        _slots[(int)sequence & _mask] = default;
        return true;
    }

    /// <summary>Empties the slot of a callback that failed.</summary>
    internal void ClearLast()
    {
        _slots[(int)(_head - 1) & _mask] = default;
        _left = null;
    }

    /// <summary>Nothing runs any more. While others run, the head tells.</summary>
    internal void RanLast() => _left = null;

    /// <summary>Moves to another array, so that no reference into the present one meets a slot that is filled again.</summary>
    internal void Move() => Resize(_slots.Length);

    /// <summary>Drops everything without running it.</summary>
    internal void Clear()
    {
        Array.Clear(_slots);
        _head = _tail;
    }

    private void Grow() => Resize(_slots.Length * 2);

    private void Resize(int length)
    {
        _left = Running;
        _leftAt = _head;
        var larger = new ReadySlot[length];
        int largerMask = larger.Length - 1;
        for (long sequence = _head; sequence < _tail; sequence++)
        {
            larger[(int)sequence & largerMask] = _slots[(int)sequence & _mask];
        }

        _slots = larger;
        _mask = largerMask;
    }
}
