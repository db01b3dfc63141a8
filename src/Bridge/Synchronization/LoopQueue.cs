using System.Diagnostics;

namespace Bridge;

/// <summary>Hands items from tasks to tasks of one loop, first in, first out, with an optional bound.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
/// <remarks>
/// <para>Getters and putters that wait are served first come, first served. It belongs to the first loop in which a task had to wait for it.</para>
/// <para>Threads: its loop's; from elsewhere: <c>loop.CallSoonThreadSafe(() =&gt; queue.PutNoWait(item))</c>, or a Channel. Putting with room and getting with items allocate nothing beyond the store.</para>
/// <para>Source: <c>asyncio.Queue</c>. Stronger: a newcomer never overtakes a task that was woken to get or put.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public partial class LoopQueue<T> : IOperation<T>
{
    private readonly QueueStore<T> _store;
    private readonly WaiterLine _getters = new();
    private readonly WaiterLine _putters = new();

    /// <summary>Set while every item that was put is done with.</summary>
    private readonly LoopEvent _finished = new(isSet: true);

    private LoopBinding _binding;
    private int _unfinished;

    /// <summary>Makes a queue.</summary>
    /// <param name="maxSize">How many items it holds at most. Zero or negative: no bound.</param>
    public LoopQueue(int maxSize = 0)
        : this(maxSize, new FifoStore<T>())
    {
    }

    private protected LoopQueue(int maxSize, QueueStore<T> store)
    {
        MaxSize = maxSize;
        _store = store;
    }

    /// <summary>How many items it holds at most; zero or negative: no bound.</summary>
    public int MaxSize { get; }

    /// <summary>Items in it.</summary>
    public int Count => _store.Count;

    /// <summary>Whether there is no item.</summary>
    public bool IsEmpty => _store.Count == 0;

    /// <summary>Whether the bound is reached; never without one.</summary>
    public bool IsFull => MaxSize > 0 && _store.Count >= MaxSize;

    /// <summary>Whether <see cref="Shutdown"/> was called.</summary>
    public bool IsShutDown { get; private set; }

    private int Room => MaxSize <= 0 ? int.MaxValue : MaxSize - _store.Count;

    /// <summary>Takes the next item, once everybody who asked before has got one; waits while there is none.</summary>
    /// <returns>Await it.</returns>
    /// <exception cref="QueueShutDownException">On await: the queue is shut down and empty, now or while this waits.</exception>
    /// <exception cref="InvalidOperationException">On await: no loop is running in this thread, or the queue belongs to another loop.</exception>
    /// <remarks>A cancelled getter takes no item; one it was woken for goes to the next. Source: <c>Queue.get</c>.</remarks>
    public LoopOperation<T> Get() => new(this);

    /// <summary>Takes the next item at once, even one that a waiting getter was woken for; that one then goes on waiting at its place.</summary>
    /// <returns>The item.</returns>
    /// <exception cref="QueueEmptyException">There is none.</exception>
    /// <exception cref="QueueShutDownException">There is none, and the queue is shut down.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another loop or thread than the queue's.</exception>
    /// <remarks>Source: <c>Queue.get_nowait</c>.</remarks>
    public T GetNoWait()
    {
        if (TryGet(out T? item))
        {
            return item;
        }

        ThrowIfShutDown();
        throw new QueueEmptyException(Messages.QueueEmpty(this));
    }

    /// <summary>Takes the next item if there is one; see <see cref="GetNoWait"/>.</summary>
    /// <param name="item">The item.</param>
    /// <returns>False: the queue is empty.</returns>
    /// <exception cref="InvalidOperationException">The call comes from another loop or thread than the queue's.</exception>
    public bool TryGet([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T item)
    {
        _binding.Check(this);
        if (IsEmpty)
        {
            item = default;
            return false;
        }

        item = Take();
        return true;
    }

    /// <summary>Puts an item, once everybody who asked before could; waits while the queue is full.</summary>
    /// <param name="item">The item.</param>
    /// <returns>Await it: until then nothing is put.</returns>
    /// <exception cref="QueueShutDownException">On await: the queue is shut down, now or while this waits.</exception>
    /// <exception cref="InvalidOperationException">On await: no loop is running in this thread, or the queue belongs to another loop.</exception>
    /// <remarks>A cancelled putter puts nothing; room it was woken for goes to the next. Source: <c>Queue.put</c>.</remarks>
    public LoopQueuePut<T> Put(T item) => new(this, item);

    /// <summary>Puts an item at once.</summary>
    /// <param name="item">The item.</param>
    /// <exception cref="QueueFullException">The queue is full.</exception>
    /// <exception cref="QueueShutDownException">The queue is shut down.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another loop or thread than the queue's.</exception>
    /// <remarks>Source: <c>Queue.put_nowait</c>.</remarks>
    public void PutNoWait(T item)
    {
        if (!TryPut(item))
        {
            ThrowIfShutDown();
            throw new QueueFullException(Messages.QueueFull(this));
        }
    }

    /// <summary>Puts an item if that is possible at once.</summary>
    /// <param name="item">The item.</param>
    /// <returns>False: the queue is full or shut down.</returns>
    /// <exception cref="InvalidOperationException">The call comes from another loop or thread than the queue's.</exception>
    public bool TryPut(T item)
    {
        _binding.Check(this);
        if (IsShutDown || IsFull)
        {
            return false;
        }

        Add(item);
        return true;
    }

    /// <summary>Bound, items, waiters and unfinished items, for people.</summary>
    public override string ToString()
    {
        return $"<{GetType().Name.Split('`')[0]} maxsize={MaxSize} count={Count}"
            + (_getters.IsEmpty ? "" : $" getters={_getters.Count}")
            + (_putters.IsEmpty ? "" : $" putters={_putters.Count}")
            + (_unfinished == 0 ? "" : $" tasks={_unfinished}")
            + (IsShutDown ? " shutdown>" : ">");
    }

    private void Add(T item)
    {
        _store.Add(item);
        _unfinished++;
        _finished.Clear();
        WakeGetters();
    }

    private T Take()
    {
        T item = _store.Take();
        WakePutters();
        return item;
    }

    /// <summary>
    /// Holds afterwards: nobody waits for an item, or each item there is somebody's who was woken for it. So a newcomer may take one
    /// only if there are more items than woken getters.
    /// </summary>
    private void WakeGetters()
    {
        while (Count > _getters.Woken && _getters.WakeNext() is not null)
        {
        }
    }

    /// <summary>The same for putters and free places.</summary>
    private void WakePutters()
    {
        while (Room > _putters.Woken && _putters.WakeNext() is not null)
        {
        }
    }

    private void ThrowIfShutDown()
    {
        if (IsShutDown)
        {
            throw new QueueShutDownException(Messages.QueueShutDown(this));
        }
    }
}
