using System.Diagnostics;

namespace Bridge;

/// <summary>The line before a primitive, first come, first served: woken waiters that did not go on yet, then pending ones.</summary>
/// <remarks>Loop thread. Every operation takes constant time, except lining up again, which passes those that came before.</remarks>
internal sealed class WaiterLine
{
    private Waiter? _first;
    private Waiter? _last;
    private Waiter? _firstPending;
    private long _lastTicket;

    internal bool IsEmpty => _first is null;

    internal int Count => Woken + Pending;

    /// <summary>Woken and not gone yet: what they were woken for is theirs.</summary>
    internal int Woken { get; private set; }

    internal int Pending { get; private set; }

    internal long TakeTicket() => ++_lastTicket;

    /// <summary>Lines a new waiter up at the end.</summary>
    internal Waiter Join(EventLoop loop) => Join(loop, TakeTicket());

    /// <summary>Lines a waiter up among the pending ones, at the place of its ticket.</summary>
    internal Waiter Join(EventLoop loop, long ticket)
    {
        var waiter = new Waiter(loop, ticket) { Line = this };
        Waiter? before = _last;
        while (before is { IsDone: false } && before.Ticket > ticket)
        {
            before = before.Previous;
        }

        waiter.Previous = before;
        waiter.Next = before is null ? _first : before.Next;
        Link(waiter);
        if (waiter.Previous is not { IsDone: false })
        {
            _firstPending = waiter;
        }

        Pending++;
        AssertInvariants();
        return waiter;
    }

    /// <summary>Takes a waiter out, whatever its state; nothing if it is not in the line.</summary>
    internal void Remove(Waiter waiter)
    {
        if (!ReferenceEquals(waiter.Line, this))
        {
            return;
        }

        if (waiter.IsWoken)
        {
            Woken--;
        }
        else
        {
            Pending--;
            if (ReferenceEquals(_firstPending, waiter))
            {
                _firstPending = waiter.Next;
            }
        }

        Unlink(waiter);
        AssertInvariants();
    }

    /// <summary>Wakes the first pending waiter; it stays in the line until it has gone on.</summary>
    /// <returns>The waiter, or null if none is pending.</returns>
    internal Waiter? WakeNext()
    {
        Waiter? waiter = _firstPending;
        if (waiter is not null)
        {
            _firstPending = waiter.Next;
            Pending--;
            Woken++;
            waiter.Wake();
            AssertInvariants();
        }

        return waiter;
    }

    internal void WakeAll()
    {
        while (WakeNext() is not null)
        {
        }
    }

    private void Link(Waiter waiter)
    {
        if (waiter.Previous is null)
        {
            _first = waiter;
        }
        else
        {
            waiter.Previous.Next = waiter;
        }

        if (waiter.Next is null)
        {
            _last = waiter;
        }
        else
        {
            waiter.Next.Previous = waiter;
        }
    }

    private void Unlink(Waiter waiter)
    {
        if (waiter.Previous is null)
        {
            _first = waiter.Next;
        }
        else
        {
            waiter.Previous.Next = waiter.Next;
        }

        if (waiter.Next is null)
        {
            _last = waiter.Previous;
        }
        else
        {
            waiter.Next.Previous = waiter.Previous;
        }

        waiter.Line = null;
        waiter.Previous = null;
        waiter.Next = null;
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(Woken >= 0 && Pending >= 0, "Counts do not go below zero.");
        Debug.Assert(_firstPending is null == (Pending == 0), "The first pending waiter is known while there is one.");
        Debug.Assert(_first is null == (Count == 0) && _last is null == (Count == 0), "An empty line has no ends.");
        Debug.Assert(Woken == 0 || _first!.IsWoken, "Woken waiters stand in front.");
        Debug.Assert(Pending == 0 || !_last!.IsDone, "Pending waiters stand behind.");
    }
}
