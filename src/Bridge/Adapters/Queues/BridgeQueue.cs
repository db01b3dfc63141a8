using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace Bridge;

/// <summary>Hands items between threads and loops, any number of each, first in, first out, with an optional bound. Each end has a form that blocks and one that is awaited.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
/// <remarks>
/// <para>
/// Who waits is served in the order of asking, threads, .NET tasks and loops alike. A wait that is cancelled, runs out of time, is that of a thread that is
/// interrupted, or belongs to a loop that closes has taken nothing and put nothing: what was meant for it goes to the next.
/// </para>
/// <para>
/// Threads: every member may be called from any thread, but those that block throw on the thread of a loop, whatever is in the queue. No
/// code of the user, and no continuation, runs inside a call.
/// </para>
/// <para>For tasks of one loop alone, <see cref="LoopQueue{T}"/> is faster. Source: the idea is janus's, a queue with a synchronous and an asyncio end.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed partial class BridgeQueue<T>
{
    /// <summary>
    /// Guards every field below and the state of every wait; any thread takes it, for a few instructions. Nobody is woken under it.
    /// Holds whenever it is free: no taker waits while an item is stored, no putter while there is room and the queue goes on.
    /// </summary>
    private readonly Lock _lock = new();

    private readonly Queue<T> _items = new();

    /// <summary>Items that were lent and came back, by their old turn: they go out before all others.</summary>
    private readonly PriorityQueue<T, long> _returned = new();
    private readonly LinkedList<QueueWait<T>> _takers = new();
    private readonly LinkedList<QueueWait<T>> _putters = new();

    /// <summary>Items that were given to waits that have not gone on yet; such a wait may still be cancelled, and gives its item back.</summary>
    private int _lentItems;

    /// <summary>Places that putters were let in to and have not filled yet.</summary>
    private int _lentRooms;
    private long _lastTurn;
    private bool _isEnded;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Makes a queue.</summary>
    /// <param name="bound">How many items it holds at most. Zero: no bound.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is negative.</exception>
    public BridgeQueue(int bound = 0)
    {
        if (bound < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(bound), bound, Messages.NegativeBound(bound));
        }

        Bound = bound;
    }

    /// <summary>How many items it holds at most; zero: no bound.</summary>
    public int Bound { get; }

    /// <summary>Items that were put and not taken yet. A snapshot.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return Held;
            }
        }
    }

    /// <summary>Whether <see cref="Complete"/> was called and every item was taken. Never turns back.</summary>
    public bool IsCompleted
    {
        get
        {
            lock (_lock)
            {
                return _isEnded && Held == 0;
            }
        }
    }

    private int Stored => _items.Count + _returned.Count;

    private int Held => Stored + _lentItems;

    private bool HasRoom => Bound == 0 || Held + _lentRooms < Bound;

    /// <summary>Puts an item if that is possible at once.</summary>
    /// <param name="item">The item.</param>
    /// <returns>False: the queue is full, or <see cref="Complete"/> was called.</returns>
    public bool TryPut(T item)
    {
        QueueWait<T>? served;
        lock (_lock)
        {
            if (_isEnded || !HasRoom)
            {
                return false;
            }

            _items.Enqueue(item);
            served = Serve();
        }

        QueueWait<T>.WakeAll(served);
        return true;
    }

    /// <summary>Takes the next item if there is one.</summary>
    /// <param name="item">The item.</param>
    /// <returns>False: there is none now; none will come if <see cref="IsCompleted"/>.</returns>
    public bool TryTake([MaybeNullWhen(false)] out T item)
    {
        QueueWait<T>? served;
        lock (_lock)
        {
            if (Stored == 0)
            {
                item = default;
                return false;
            }

            item = Pop(out _);
            served = Serve();
        }

        QueueWait<T>.WakeAll(served);
        return true;
    }

    /// <summary>Ends the queue: nothing can be put any more; what is in it can still be taken.</summary>
    /// <param name="exception">Thrown at takers once nothing is left, as the same object. Null: a <see cref="QueueShutDownException"/>, and enumerations just end.</param>
    /// <returns>True: this call ended it. False: an earlier one did, and its exception stands.</returns>
    /// <remarks>Every thread and task that waits for what will never be goes on at once: putters with a <see cref="QueueShutDownException"/>, having put nothing.</remarks>
    public bool Complete(Exception? exception = null)
    {
        QueueWait<T>? served;
        lock (_lock)
        {
            if (_isEnded)
            {
                return false;
            }

            _isEnded = true;
            _failure = exception is null ? null : ExceptionDispatchInfo.Capture(exception);
            served = Serve();
        }

        QueueWait<T>.WakeAll(served);
        return true;
    }

    /// <summary>Bound, items, who waits, and whether it goes on; for people.</summary>
    public override string ToString()
    {
        lock (_lock)
        {
            return $"<{nameof(BridgeQueue<>)} bound={Bound} count={Held}"
                + (_takers.Count == 0 ? "" : $" takers={_takers.Count}")
                + (_putters.Count == 0 ? "" : $" putters={_putters.Count}")
                + (_isEnded ? " completed>" : ">");
        }
    }

    /// <summary>Takes the oldest stored item. Under the lock.</summary>
    private T Pop(out long turn)
    {
        if (_returned.TryDequeue(out T? returned, out turn))
        {
            return returned;
        }

        turn = ++_lastTurn;
        return _items.Dequeue();
    }
}
