using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>All timers of a loop: a hierarchical wheel, so that scheduling and cancelling cost the same with one timer and with a million.</summary>
/// <remarks>
/// <para>
/// The wheel counts in clock ticks. Level 0 has a slot per tick, level 1 a slot per 256 ticks, and so on; eight levels of 256 slots cover
/// every deadline. A timer sits on the level of the highest byte in which its deadline differs from the current tick; when the current tick
/// reaches its slot it moves to a lower level, at most seven times in its life.
/// </para>
/// <para>
/// Nothing is ever compared: a slot of level 0 holds one deadline, and each slot is a queue. Equal deadlines share a slot at any time, for
/// the level depends on nothing but the deadline and the current tick, so they run in the order in which they came. Timers that are overdue
/// when they come (<see cref="EventLoop.CallAt(TimeSpan, Action, ExecutionContext?)"/>) are in a heap.
/// </para>
/// <para>
/// A timer that is due is a callback like any other: its callback moves into the ready queue, and its entry remembers where in there it is,
/// until it has run (<see cref="ReleaseQueued"/>).
/// </para>
/// <para>Invariant: a timer in the wheel has a later deadline than <c>_current</c>. Cancelled timers are gone at once. Loop thread only.</para>
/// </remarks>
internal sealed partial class TimerWheel
{
    private readonly TimerStore _store = new();
    private readonly TimerHeap _overdue;

    /// <summary>The rest of the slot being taken, chained by <see cref="TimerNode.Next"/>; negative if there is none, as always outside a run of <see cref="TryTakeDue"/> calls.</summary>
    private int _due = -1;

    private long _current;
    private long _nextSequence;
    private int _count;

    /// <summary>The ready queue's number after that of the last timer that was queued there; 0 if all entries of such timers are free.</summary>
    private long _queuedEnd;

    internal TimerWheel() => _overdue = new TimerHeap(_store);

    /// <summary>Timers scheduled and neither due nor cancelled.</summary>
    internal int Count => _count;

    internal TimerId Add(long deadline, object callback, object? state, ExecutionContext? context)
    {
        int index = _store.Rent();
        ref TimerCall call = ref _store.Call(index);
        call.Callback = callback;

        // Storing a reference costs more than asking for null, which these mostly are.
        if (state is not null)
        {
            call.State = state;
        }

        if (context is not null)
        {
            call.Context = context;
        }

        long sequence = _nextSequence++;
        call.Sequence = sequence;
        ref TimerNode node = ref _store.Node(index);
        node.Deadline = deadline;
        _count++;
        Place(index, ref node);
        return new TimerId(index, sequence);
    }

    /// <summary>Takes a timer out. False: it is due already, or gone.</summary>
    internal bool TryRemove(TimerId timer)
    {
        int index = timer.Index;
        ref TimerCall call = ref _store.Call(index);
        ref TimerNode node = ref _store.Node(index);
        if (call.Sequence != timer.Sequence || node.Previous == TimerNode.Queued)
        {
            return false;
        }

        if (node.Previous == TimerNode.InHeap)
        {
            _overdue.Remove(index);
        }
        else
        {
            Unlink(in node);
        }

        _count--;
        call = default;
        call.Sequence = -1;
        _store.Return(index);
        return true;
    }

    /// <summary>Whether a timer is neither due nor gone.</summary>
    internal bool Contains(TimerId timer)
        => _store.Call(timer.Index).Sequence == timer.Sequence && _store.Node(timer.Index).Previous != TimerNode.Queued;

    /// <summary>Finds the number in the ready queue of a timer that was due; it may have run since.</summary>
    internal bool TryGetQueued(TimerId timer, out long queued)
    {
        ref TimerNode node = ref _store.Node(timer.Index);
        queued = node.Deadline;
        return _store.Call(timer.Index).Sequence == timer.Sequence && node.Previous == TimerNode.Queued;
    }

    /// <summary>Has a timer that is neither due nor gone run something else.</summary>
    internal void Redirect(TimerId timer, object callback)
    {
        Debug.Assert(Contains(timer), "The timer is due or gone.");
        _store.Call(timer.Index).Callback = callback;
    }

    /// <summary>Finds until when the loop may sleep: never later than the first deadline, and exactly that in all but crowded cases.</summary>
    /// <returns>False if there is no timer.</returns>
    internal bool TryGetWakeTime(out long ticks)
    {
        if (_overdue.Count != 0)
        {
            ticks = _overdue.FirstDeadline;
            return true;
        }

        if (!TryFindNextSlot(out int place, out ticks))
        {
            return false;
        }

        // The start of a slot is a lower bound: waking then costs one empty turn, after which its timers have moved down a level.
        ticks = FirstDeadlineOf(place) ?? ticks;
        return true;
    }

    /// <summary>Moves the timers that are due at <paramref name="now"/> (loop ticks, inclusive) to the ready queue, in order.</summary>
    internal void QueueDue(long now, ref ReadyQueue ready)
    {
        while (TryTakeDue(now, out int index))
        {
            ref TimerCall call = ref _store.Call(index);
            ref TimerNode node = ref _store.Node(index);
            node.Deadline = ready.Enqueue(call.Callback!, call.State, call.Context);
            node.Previous = TimerNode.Queued;
            call.Callback = null;
            call.State = null;
            call.Context = null;
            _store.Retire(index);
            _queuedEnd = node.Deadline + 1;
        }
    }

    /// <summary>Frees the entries of the timers that were queued, once the ready queue has got past the last of them.</summary>
    internal void ReleaseQueued(long readyHead)
    {
        if (_queuedEnd != 0 && _queuedEnd <= readyHead)
        {
            _queuedEnd = 0;
            _store.ReturnRetired();
        }
    }

    /// <summary>Drops all timers and the memory they had. A <see cref="TimerId"/> means nothing after it.</summary>
    internal void Clear()
    {
        _count = 0;
        _queuedEnd = 0;
        _overdue.Clear();
        Array.Clear(_occupied);
        _store.Clear();
    }

    /// <summary>Takes the first timer that is due out, in order. False: there is no more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTakeDue(long now, out int index)
    {
        if (_due < 0 && !TryFindDue(now))
        {
            index = -1;
            return false;
        }

        index = _due;
        _due = _store.Node(index).Next;
        _count--;
        return true;
    }

    /// <summary>Moves the current tick on until timers are due, or to <paramref name="now"/> if none are.</summary>
    private bool TryFindDue(long now)
    {
        while (_overdue.Count == 0)
        {
            if (!TryFindNextSlot(out int place, out long start) || start > now)
            {
                _current = Math.Max(_current, now);
                return false;
            }

            int first = Detach(place);
            ref TimerNode node = ref _store.Node(first);
            bool isAlone = node.Next < 0 && node.Deadline <= now;
            if (isAlone || place < SlotsPerLevel)
            {
                _current = node.Deadline;
                _due = first;
                return true;
            }

            _current = start;
            Spread(first);
        }

        if (_overdue.FirstDeadline > now)
        {
            return false;
        }

        int overdue = _overdue.First;
        _overdue.Remove(overdue);
        _store.Node(overdue).Next = -1;
        _due = overdue;
        return true;
    }
}
